/**
 * A coordinator of two-phase commit with presumed abort (Mohan, Lindsay, Obermarck, 1986): all participants prepare, the
 * commit is written down, all commit. Whatever is found prepared and is of no transaction under way is finished by what is written down.
 */
import type { Clock } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import { withPatience } from '../patience/patience.ts';
import type { Decisions } from './decisions.ts';
import type { Decision, Participant, Vote } from './participant.ts';
import type { TransferAnswer, TransferRequest } from './protocol.ts';
import { sharesOf } from './tables.ts';

/** A participant that takes longer does not answer. */
const PATIENCE = ms(1_000);
const PAUSE = ms(200);
const NEVER = new AbortController().signal;

export class Coordinator {
  readonly #participants: readonly Participant[];
  readonly #decisions: Decisions;
  readonly #clock: Clock;
  readonly #underWay = new Set<number>();
  /** How many it last found prepared that were of nobody. */
  #orphans = 0;

  constructor(participants: readonly Participant[], decisions: Decisions, clock: Clock) {
    this.#participants = participants;
    this.#decisions = decisions;
    this.#clock = clock;
  }

  /** Transactions under way, or found prepared when it last looked. */
  get open(): number {
    return this.#underWay.size + this.#orphans;
  }

  async transfer(request: TransferRequest): Promise<TransferAnswer> {
    const { id } = request;
    const shares = sharesOf(
      request,
      this.#participants.map(({ name }) => name),
    );
    this.#underWay.add(id);
    const asked: Participant[] = [];
    for (const [keeper, statements] of shares) {
      const participant = this.#participants[keeper]!;
      asked.push(participant);
      const answer = await withPatience(this.#clock, NEVER, (signal) => participant.prepare(id, statements, signal), PATIENCE);
      const vote: Vote = answer ?? { vote: 'unknown', reason: `${participant.name} does not answer` };
      if (vote.vote === 'yes') continue;
      // the decision is made: nobody needs to wait until all have heard of it
      void this.#finish(id, asked, 'abort');
      return vote.reason === 'no-money' ? { outcome: 'no-money' } : { outcome: 'aborted', reason: vote.reason };
    }
    this.#decisions.commit(id);
    await this.#finish(id, asked, 'commit');
    return { outcome: 'committed' };
  }

  /** Finishes what is prepared and of nobody, again and again. */
  async recover(): Promise<never> {
    // nobody knows before it has looked
    this.#orphans = 1;
    for (;;) {
      this.#orphans = await this.#finishOrphans();
      await this.#clock.sleep(PAUSE);
    }
  }

  /** One participant after the other, each until it has heard of the decision. */
  async #finish(id: number, participants: readonly Participant[], decision: Decision): Promise<void> {
    for (const participant of participants) while (!(await this.#tell(participant, id, decision))) await this.#clock.sleep(PAUSE);
    this.#underWay.delete(id);
  }

  async #tell(participant: Participant, id: number, decision: Decision): Promise<boolean> {
    const told = withPatience(this.#clock, NEVER, (signal) => participant.finish(id, decision, signal).then(() => true), PATIENCE);
    return (await told.catch(() => undefined)) ?? false;
  }

  /** How many there were; one more for a participant that does not answer. */
  async #finishOrphans(): Promise<number> {
    let found = 0;
    for (const participant of this.#participants) {
      const prepared = await withPatience(this.#clock, NEVER, (signal) => participant.prepared(signal), PATIENCE).catch(() => undefined);
      if (prepared === undefined) found++;
      for (const id of prepared ?? []) {
        if (this.#underWay.has(id)) continue;
        found++;
        await this.#tell(participant, id, this.#decisions.isCommitted(id) ? 'commit' : 'abort');
      }
    }
    return found;
  }
}
