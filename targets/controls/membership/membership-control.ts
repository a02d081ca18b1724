/**
 * The control `members`: who is a member of the system, as the system's own verbs change it. Its state is the union of the
 * active changes (rule 11): a node is out while one change wants it out, a learner while one wants it to learn, else a
 * voter. A node that comes back is wiped first and is another member than before.
 *
 * A request without an answer is unknown: what became of it is asked of the cluster until that says so, and nothing counts
 * as undone before. The order of an injection is given once: whether it was followed shows in the list.
 */
import type {
  Change,
  Clock,
  Cluster,
  Control,
  Evidence,
  Member,
  MemberAnswer,
  MemberList,
  MemberParams,
  Membership,
  MemberVerbs,
  Node,
  NodeId,
  Ns,
} from '../../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { within } from '../../../harness/lifecycle/deadline.ts';
import { ms } from '../../../harness/time/units.ts';
import { type Active, activate, retire } from '../desired-state.ts';

const SYSTEM_MEMBERS = 'system.members';

/** Between two looks at the cluster. */
const LOOK_AGAIN = ms(50);
/** One question; its deadline also ends it. */
const QUESTION = ms(2_000);
/** Probes and undoing end before the executor gives up on them. */
const PROBE = ms(1_500);
const MOST_UNDO = ms(4_500);

type Wish = 'out' | Member['role'];

/** Apply and undo reject with ORDEAL_NODE_FAILED and the last thing that kept them from it. */
export function createMembershipControl(cluster: Cluster, membership: Omit<Membership<never>, 'verbs'>, verbs: MemberVerbs): Control<MemberParams> {
  return new MembershipControl(cluster, membership, verbs);
}

class MembershipControl implements Control<MemberParams> {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #membership: Omit<Membership<never>, 'verbs'>;
  readonly #verbs: MemberVerbs;
  #active: Active<MemberParams> = new Map();
  /** By change that is applied, or not undone yet: the members that were on its nodes. */
  readonly #before = new Map<string, readonly Member[]>();
  /** Members that run, or ran, with all they know; the others of a list were announced and not started. */
  readonly #begun = new Set<string>();
  /** Members that were, or are to be, wiped: they are removed, and never started again. */
  readonly #lost = new Set<string>();
  /** The latest list. */
  #known: MemberList | undefined;
  /** When the last request without an answer was sent. */
  #unanswered: Ns | undefined;

  constructor(cluster: Cluster, membership: Omit<Membership<never>, 'verbs'>, verbs: MemberVerbs) {
    this.#cluster = cluster;
    this.#clock = cluster.clock;
    this.#membership = membership;
    this.#verbs = verbs;
  }

  /** Throws a RangeError for a node that does not exist. */
  plan(id: string, params: MemberParams): Change {
    for (const node of params.nodes) this.#node(node);
    return { id, kind: SYSTEM_MEMBERS, nodes: params.nodes, params: params as unknown as Change['params'], undo: null };
  }

  async apply(change: Change): Promise<void> {
    if (this.#active.has(change.id)) return;
    const params = paramsOf(change);
    const until = this.#in(ms(this.#membership.patienceMs));
    // what an earlier change asked for in vain must not come true in the midst of this one
    await this.#silence(until);
    const list = await this.#listFor(params, until);
    if (this.#before.size === 0) for (const { id } of list.members) this.#begun.add(id);
    const mine = list.members.filter(({ node }) => params.nodes.includes(node));
    await this.#refuse(params, mine, list);
    this.#active = activate(this.#active, change.id, params);
    this.#before.set(change.id, mine);
    if (params.type === 'leave') {
      await this.#takeOut(mine, until);
      return;
    }
    for (const member of mine) {
      if (params.type === 'replace') await this.#node(member.node).stop('kill');
      this.#lost.add(member.id);
      await this.#bring(member.node, this.#wish(member.node), params.type === 'join' ? 'voter' : this.#newcomer, until);
    }
  }

  /** Also of a change that was applied in part, or not at all. */
  async undo(change: Change): Promise<void> {
    if (!this.#before.has(change.id)) return;
    this.#active = retire(this.#active, change.id);
    const until = this.#in(Math.min(MOST_UNDO, ms(this.#membership.patienceMs)) as Ns);
    await this.#bringBack(change.nodes, until);
    this.#before.delete(change.id);
  }

  /** Whoever does not mind what is left goes by what was known last: whether a majority still agrees is not asked. */
  async #listFor({ leaving }: MemberParams, until: Ns): Promise<MemberList> {
    if (leaving === 'anything' && this.#known !== undefined) return this.#known;
    await this.#goOn(until);
    return this.#settledList(until);
  }

  /** What an earlier undo had to leave to a better time. */
  async #goOn(until: Ns): Promise<void> {
    const nodes = [...this.#before].filter(([id]) => !this.#active.has(id)).flatMap(([, members]) => members.map(({ node }) => node));
    await this.#bringBack([...new Set(nodes)], until);
  }

  /** Makes nodes what they are to be, for good: until nothing that was asked for on the way can change them any more. */
  async #bringBack(nodes: readonly NodeId[], until: Ns): Promise<void> {
    for (;;) {
      for (const node of nodes) await this.#bring(node, this.#wish(node), this.#newcomer, until);
      if (this.#openFor() <= 0) return;
      await this.#silence(until);
    }
  }

  async probe(change: Change, expect: 'applied' | 'undone'): Promise<Evidence> {
    const until = this.#in(PROBE);
    let list: MemberList;
    try {
      list = await this.#settledList(until);
    } catch (error) {
      return { holds: false, independent: true, measured: messageOf(error) };
    }
    const measured = `members by the cluster's account: ${list.members.map(nameOf).join(', ')}`;
    if (expect === 'applied') return { holds: this.#isInForce(change, list), independent: true, measured };
    const missing: string[] = [];
    for (const node of change.nodes) {
      const wish = this.#wish(node, change.id);
      if (!(await this.#isAsWished(node, wish, list))) missing.push(`${node} is not ${wish} yet`);
    }
    if (this.#openFor() > 0) missing.push('a request without an answer may still take effect');
    return { holds: missing.length === 0, independent: true, measured: [measured, ...missing].join('; ') };
  }

  #isInForce({ id, params, nodes }: Change, { members }: MemberList): boolean {
    const before = this.#before.get(id);
    if (before === undefined) return false;
    const { type } = params as unknown as MemberParams;
    if (type === 'leave') return !members.some(({ node }) => nodes.includes(node));
    const role = type === 'learn' ? 'learner' : 'voter';
    const isNew = (member: Member): boolean => member.role === role && !before.some((old) => old.id === member.id);
    return nodes.every((node) => members.some((member) => member.node === node && isNew(member)));
  }

  async #isAsWished(node: NodeId, wish: Wish, { members }: MemberList): Promise<boolean> {
    const here = members.filter((member) => member.node === node);
    const [member] = here;
    if (wish === 'out') return here.length === 0;
    return here.length === 1 && member!.role === wish && !this.#lost.has(member!.id) && (await this.#serves(member!));
  }

  /** What a node is to be by the active changes, or by all but one of them. */
  #wish(node: NodeId, without?: string): Wish {
    const wanted = [...this.#active].filter(([id, { nodes }]) => id !== without && nodes.includes(node)).map(([, { type }]) => type);
    return wanted.includes('leave') ? 'out' : wanted.includes('learn') ? 'learner' : 'voter';
  }

  /** As what members come back, so that the others need not wait for them. */
  get #newcomer(): Member['role'] {
    return this.#membership.roles.includes('learner') ? 'learner' : 'voter';
  }

  /** Throws where it would be done to nobody, or leave too few. */
  async #refuse({ type, nodes, leaving }: MemberParams, mine: readonly Member[], list: MemberList): Promise<void> {
    if (type !== 'leave' && mine.filter(({ role }) => role === 'voter').length < nodes.length) {
      throw failure(`not all of ${nodes.join(', ')} are voting members now`);
    }
    if (leaving === 'anything') return;
    const staying = list.members.filter((member) => member.role === 'voter' && !mine.includes(member));
    const answering = (await Promise.all(staying.map((member) => this.#serves(member)))).filter(Boolean).length;
    if (answering > staying.length / 2) return;
    throw failure(`it would leave ${answering} of ${staying.length} members that answer, which is no majority`);
  }

  /** Asks for the removal until it is accepted, and then waits for it to be seen. */
  async #takeOut(members: readonly Member[], until: Ns): Promise<void> {
    let asked: MemberAnswer | undefined;
    await this.#until(until, `${members.map(nameOf).join(', ')} to be out`, async () => {
      if (asked?.type !== 'done') {
        if (asked === undefined || asked.type === 'refused') asked = await this.#tell((signal) => this.#verbs.remove(members, signal));
        if (asked.type === 'refused') return asked.why;
      }
      const { members: left, settled } = await this.#list();
      return settled && !left.some(({ id }) => members.some((member) => member.id === id)) ? undefined : `members are ${left.map(nameOf).join(', ')}`;
    });
  }

  /** Makes a node what it is to be, step by step, each by what the cluster says of itself. */
  #bring(id: NodeId, wish: Wish, newcomer: Member['role'], until: Ns): Promise<void> {
    const node = this.#node(id);
    return this.#until(until, `${id} to be ${wish}`, async () => {
      const list = await this.#list();
      const here = list.members.filter((member) => member.node === id);
      const stale = wish === 'out' ? here : here.filter((member) => this.#lost.has(member.id));
      if (stale.length > 0) return this.#step(`to remove ${stale.map(nameOf).join(', ')}`, (signal) => this.#verbs.remove(stale, signal));
      if (wish === 'out') return list.settled ? undefined : 'a change is under way';
      const member = here.at(-1);
      if (member === undefined) return this.#step(`to add ${id}`, (signal) => this.#verbs.add(id, wish === 'learner' ? 'learner' : newcomer, signal));
      if (!this.#begun.has(member.id)) return this.#begin(member, list);
      if (node.state() === 'crashed' || (wish === 'learner' && member.role === 'voter')) {
        // what it knows is not to be trusted, or too much
        this.#lost.add(member.id);
        return `${nameOf(member)} is to be another member`;
      }
      if (member.role !== wish) return this.#step(`to promote ${nameOf(member)}`, (signal) => this.#verbs.promote(member, signal));
      if (!list.settled) return 'a change is under way';
      return (await this.#serves(member)) ? undefined : `${nameOf(member)} does not serve`;
    });
  }

  async #begin(member: Member, list: MemberList): Promise<string> {
    try {
      await within(this.#clock, QUESTION, `starting ${member.node}`, (signal) => this.#verbs.begin(member, list, signal));
      this.#begun.add(member.id);
    } catch (error) {
      // it may have run for a moment, and said something
      this.#lost.add(member.id);
      throw error;
    }
    return `${nameOf(member)} has been started`;
  }

  async #step(what: string, ask: (signal: AbortSignal) => Promise<MemberAnswer>): Promise<string> {
    const answer = await this.#tell(ask);
    return answer.type === 'done' ? `asked ${what}` : `${what}: ${answer.why}`;
  }

  /** Keeps in mind that there was no answer; what came of it will be seen in the list. */
  async #tell(ask: (signal: AbortSignal) => Promise<MemberAnswer>): Promise<MemberAnswer> {
    const at = this.#clock.now();
    try {
      return await within(this.#clock, QUESTION, 'the request', ask);
    } catch {
      this.#unanswered = at;
      return { type: 'done' };
    }
  }

  /** Waits until no request without an answer can take effect any more. */
  #silence(until: Ns): Promise<void> {
    return this.#until(until, 'a request without an answer to be settled', async () => (this.#openFor() > 0 ? 'it may still take effect' : undefined));
  }

  /** How long, from now on, a request without an answer may still take effect. */
  #openFor(): number {
    return this.#unanswered === undefined ? 0 : this.#unanswered + ms(this.#membership.unansweredMs) - this.#clock.now();
  }

  async #settledList(until: Ns): Promise<MemberList> {
    let found: MemberList | undefined;
    await this.#until(until, 'the cluster to say who its members are', async () => {
      found = await this.#list();
      return found.settled ? undefined : 'a change is under way';
    });
    return found!;
  }

  async #list(): Promise<MemberList> {
    this.#known = await within(this.#clock, QUESTION, 'asking for the members', (signal) => this.#verbs.list(signal));
    return this.#known;
  }

  #serves(member: Member): Promise<boolean> {
    return within(this.#clock, QUESTION, `asking ${member.node}`, (signal) => this.#verbs.serves(member, signal)).catch(() => false);
  }

  /** Again and again, until `look` finds nothing in the way. Rejects with what was in the way last. */
  async #until(until: Ns, what: string, look: () => Promise<string | undefined>): Promise<void> {
    for (;;) {
      const inTheWay = await look().catch(messageOf);
      if (inTheWay === undefined) return;
      if (this.#clock.now() + LOOK_AGAIN >= until) throw failure(`waited in vain for ${what}: ${inTheWay}`);
      await this.#clock.sleep(LOOK_AGAIN);
    }
  }

  #in(duration: Ns): Ns {
    return (this.#clock.now() + duration) as Ns;
  }

  #node(id: NodeId): Node {
    const node = this.#cluster.nodes.find((each) => each.id === id);
    if (node === undefined) throw new RangeError(`there is no node ${id}`);
    return node;
  }
}

function paramsOf(change: Change): MemberParams {
  return change.params as unknown as MemberParams;
}

function nameOf({ node, id, role }: Member): string {
  return `${node}${id === node ? '' : ` (${id})`}${role === 'learner' ? ', a learner' : ''}`;
}

function failure(what: string): OrdealError {
  return new OrdealError('ORDEAL_NODE_FAILED', { what, where: 'membership' });
}
