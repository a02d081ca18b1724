/**
 * Writes down what participants vote and decide, as they tell it themselves over the control position: a transaction that is
 * prepared has a yes; one whose row is there is committed; one of which neither is so any more was aborted.
 */
import type { Cluster, Node, Observe } from '../../../harness/contracts/index.ts';
import { COMPLETE } from '../../../harness/ledger/observed.ts';
import { ms } from '../../../harness/time/units.ts';
import { withPatience } from '../patience/patience.ts';
import { inSession } from '../postgres/members.ts';
import { participantsOf } from './nodes.ts';
import { APPLIED, idIn, REFUSED } from './tables.ts';

/** As the checker `two-phase-commit` knows it. */
const OBSERVER = 'participants';
const EVERY = ms(200);
const PATIENCE = ms(1_000);
/** At the end a participant that does not answer is asked again for so long. */
const TRIES = 50;

/** What a participant has, at one moment. */
export interface Seen {
  readonly participant: string;
  readonly prepared: readonly number[];
  readonly refused: readonly number[];
  /** By transaction, the names of all its participants. */
  readonly applied: ReadonlyMap<number, readonly string[]>;
}

/** Resolves when `ending` is aborted and all participants were then seen. Rejects when one cannot be. */
export async function observeParticipants(cluster: Cluster, observe: Observe, ending: AbortSignal): Promise<void> {
  const book = new Book(observe);
  while (!ending.aborted) {
    for (const node of participantsOf(cluster)) book.note(await look(cluster, node).catch(() => undefined));
    await cluster.clock.sleep(EVERY, ending).catch(() => undefined);
  }
  const last: Seen[] = [];
  for (const node of participantsOf(cluster)) last.push(await lookAtLast(cluster, node));
  book.close(last);
}

async function lookAtLast(cluster: Cluster, node: Node): Promise<Seen> {
  for (let tries = 1; ; tries++) {
    try {
      const seen = await look(cluster, node);
      if (seen !== undefined) return seen;
    } catch (error) {
      if (tries >= TRIES) throw error;
    }
    if (tries >= TRIES) throw new Error(`${node.id} does not answer`);
    await cluster.clock.sleep(EVERY);
  }
}

/** Undefined where it takes too long. What is prepared is asked first: what is committed meanwhile is then seen as that. */
function look({ clock }: Cluster, node: Node): Promise<Seen | undefined> {
  return withPatience(
    clock,
    new AbortController().signal,
    (signal) =>
      inSession(node, signal, async (session) => {
        const ask = async (statement: string) => (await session.ask([statement], 'open', signal))[0]!.rows;
        const prepared = (await ask('SELECT gid FROM pg_prepared_xacts')).map(([gid]) => idIn(String(gid))).filter((id) => id !== undefined);
        const applied = await ask(`SELECT id, participants FROM ${APPLIED}`);
        const refused = (await ask(`SELECT id FROM ${REFUSED}`)).map(([id]) => Number(id));
        return { participant: node.id, prepared, refused, applied: new Map(applied.map(([id, names]) => [Number(id), String(names).split(' ')])) };
      }),
    PATIENCE,
  );
}

/** Each vote and each decision once. */
export class Book {
  readonly #observe: Observe;
  /** By participant and transaction. */
  readonly #said = new Map<string, Set<'yes' | 'no' | 'commit' | 'abort'>>();
  /** By participant, what has a yes and no decision yet. */
  readonly #open = new Map<string, Set<number>>();

  constructor(observe: Observe) {
    this.#observe = observe;
  }

  note(seen: Seen | undefined): void {
    if (seen === undefined) return;
    const { participant, prepared, refused, applied } = seen;
    for (const id of refused) this.#say(participant, id, 'no');
    for (const id of prepared) this.#say(participant, id, 'yes');
    for (const id of applied.keys()) {
      this.#say(participant, id, 'yes');
      this.#say(participant, id, 'commit');
    }
    const inDoubt = new Set(prepared);
    for (const id of this.#open.get(participant) ?? []) if (!inDoubt.has(id) && !applied.has(id)) this.#say(participant, id, 'abort');
  }

  /** Whoever should have taken part in what others committed, and has neither applied it nor prepared it, has aborted it. */
  close(last: readonly Seen[]): void {
    for (const seen of last) this.note(seen);
    const named = new Map(last.map((seen) => [seen.participant, seen]));
    for (const { applied } of last) {
      for (const [id, participants] of applied) {
        for (const name of participants) {
          const other = named.get(name);
          if (other !== undefined && !other.applied.has(id) && !other.prepared.includes(id)) this.#say(name, id, 'abort');
        }
      }
    }
    this.#observe(OBSERVER, COMPLETE, null);
  }

  #say(participant: string, id: number, what: 'yes' | 'no' | 'commit' | 'abort'): void {
    const key = `${participant} ${id}`;
    const said = this.#said.get(key) ?? new Set();
    this.#said.set(key, said);
    if (said.has(what)) return;
    said.add(what);
    const open = this.#open.get(participant) ?? new Set();
    this.#open.set(participant, open);
    if (what === 'yes') open.add(id);
    if (what === 'commit' || what === 'abort') open.delete(id);
    const isVote = what === 'yes' || what === 'no';
    this.#observe(OBSERVER, isVote ? 'vote' : 'decision', isVote ? { participant, vote: what } : { participant, decision: what }, id);
  }
}
