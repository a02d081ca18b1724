/**
 * A cluster of bare Raft cores under a random walk: messages are delivered in any order, dropped, doubled; links are cut;
 * clocks run apart; disks sync late; nodes are killed and lose power; members come and go. After every step Raft's invariants are asked for.
 */
import type { NodeId, Ns, Rng } from '../../../../harness/contracts/index.ts';
import { createRng } from '../../../../harness/random/rng.ts';
import { ms } from '../../../../harness/time/units.ts';
import type { BugName } from '../bugs.ts';
import { decodeRecords, encodeRecords, replayRecords } from './durable-log.ts';
import { NOBODY } from './members.ts';
import type { RaftMessage } from './messages.ts';
import { Raft } from './raft.ts';
import type { LogRecord } from './state.ts';

interface ModelNode {
  readonly id: NodeId;
  raft: Raft;
  now: Ns;
  /** On its way to the disk: lost with the power, kept by a kill. */
  unsynced: LogRecord[];
  synced: LogRecord[];
  /** The number of the latest synced record of this incarnation. */
  durable: number;
  wasLeaderOf: number;
  checkedCommit: number;
}

export interface ModelOptions {
  readonly nodes: number;
  readonly bug?: BugName;
  readonly preVote: boolean;
  readonly appendLimit: number;
  /** So many of the nodes, the last ones, are no members in the beginning; members change where there are any. */
  readonly spares?: number;
}

/** A broken invariant, in words. */
export class InvariantBroken extends Error {}

export class ModelCluster {
  readonly #rng: Rng;
  readonly #options: ModelOptions;
  readonly #nodes: ModelNode[];
  readonly #messages: { from: NodeId; to: NodeId; message: RaftMessage }[] = [];
  readonly #cut = new Set<string>();
  readonly #leaders = new Map<number, NodeId>();
  /** Every entry that any node ever took for committed, as text. */
  readonly #committed: string[] = [];
  /** In which term that was. */
  readonly #committedIn: number[] = [];
  /** Reads by number: what was committed when they arrived. */
  readonly #reads = new Map<number, number>();
  #proposals = 0;
  readsConfirmed = 0;
  changesBegun = 0;

  constructor(seed: number, options: ModelOptions) {
    this.#rng = createRng(seed);
    this.#options = options;
    const ids = Array.from({ length: options.nodes }, (_, i) => `n${i + 1}` as NodeId);
    this.#nodes = ids.map((id) => {
      const node = { id, now: 0 as Ns, unsynced: [], synced: [], durable: 0, wasLeaderOf: 0, checkedCommit: 0 };
      return { ...node, raft: this.#boot(id, [], 0 as Ns) };
    });
  }

  get committed(): number {
    return this.#committed.length;
  }

  get terms(): number {
    return this.#leaders.size;
  }

  /** Throws InvariantBroken. */
  walk(steps: number): void {
    for (let i = 0; i < steps; i++) this.#step();
    this.#checkLogsMatch();
  }

  /** Heals all links and runs in good order until the nodes agree; gives whether they did. */
  converge(): boolean {
    this.#cut.clear();
    for (let i = 0; i < 4_000; i++) {
      for (const node of this.#nodes) this.#sync(node);
      const message = this.#messages.shift();
      if (message !== undefined) this.#deliver(message);
      else {
        const soonest = this.#nodes.reduce((a, b) => (a.raft.deadline - a.now <= b.raft.deadline - b.now ? a : b));
        const wait = Math.max(0, soonest.raft.deadline - soonest.now);
        for (const node of this.#nodes) node.now = (node.now + wait) as Ns;
        this.#act(soonest, (raft, now) => raft.tick(now));
      }
      if (i % 50 === 49 && this.#agree()) return true;
    }
    return false;
  }

  #agree(): boolean {
    // by role first: whoever was removed and was not told stands in vain in ever higher terms, and leads nobody
    const leaders = this.#nodes.filter(({ raft }) => raft.role === 'leader');
    if (leaders.length === 0) return false;
    const leader = leaders.reduce((a, b) => (a.raft.term > b.raft.term ? a : b));
    const { voters, learners } = leader.raft.members.members;
    const members = this.#nodes.filter(({ id }) => voters.includes(id) || learners.includes(id));
    const { lastIndex } = leader.raft;
    return leader.raft.members.settled && members.every(({ raft }) => raft.leader !== undefined && raft.commit === lastIndex && raft.lastIndex === lastIndex);
  }

  #step(): void {
    const rng = this.#rng;
    const node = this.#nodes[rng.int(0, this.#nodes.length - 1)]!;
    if (this.#options.spares && rng.int(0, 49) === 0) this.#changeMembers(node);
    const dice = rng.int(0, 999);
    if (dice < 600) this.#deliverAny(dice < 30);
    else if (dice < 620) this.#messages.splice(rng.int(0, this.#messages.length), 1);
    else if (dice < 820) this.#sync(node);
    else if (dice < 870) this.#tick(node);
    else if (dice < 920)
      this.#act(node, (raft, now) => raft.propose(now, { kind: 'command', session: 1, sequence: ++this.#proposals, command: { op: 'generate' } }));
    else if (dice < 970) this.#read(node);
    else if (dice < 990) this.#cutOrHeal();
    else this.#crash(node, dice < 995);
  }

  /** Any group of nodes becomes the voters, some of the others learners. */
  #changeMembers(node: ModelNode): void {
    const ids = this.#nodes.map(({ id }) => id);
    const kinds = ids.map(() => this.#rng.int(0, 5));
    const voters = ids.filter((_, i) => kinds[i]! < 3);
    const learners = ids.filter((_, i) => kinds[i] === 3);
    if (voters.length === 0) return;
    const removed = ids.filter((_, i) => kinds[i]! > 3);
    this.#act(node, (raft, now) => {
      if (raft.changeMembers(now, { voters, learners, removed }) === 'accepted') this.changesBegun++;
    });
  }

  #deliverAny(again: boolean): void {
    if (this.#messages.length === 0) return;
    const at = this.#rng.int(0, Math.min(this.#messages.length - 1, 8));
    const message = this.#messages[at]!;
    if (!again) this.#messages.splice(at, 1);
    this.#deliver(message);
  }

  #deliver({ from, to, message }: { from: NodeId; to: NodeId; message: RaftMessage }): void {
    if (this.#cut.has(`${from}>${to}`)) return;
    const node = this.#nodes.find(({ id }) => id === to)!;
    this.#act(node, (raft, now) => raft.receive(now, from, message));
  }

  #tick(node: ModelNode): void {
    const wait = node.raft.deadline - node.now;
    node.now = (node.now + Math.max(0, this.#rng.int(0, 3) === 0 ? wait : Math.floor(wait / 2))) as Ns;
    this.#act(node, (raft, now) => raft.tick(now));
  }

  #read(node: ModelNode): void {
    const id = this.#reads.size + 1;
    this.#reads.set(id, this.#committed.length);
    this.#act(node, (raft, now) => raft.read(now, id));
  }

  #sync(node: ModelNode): void {
    if (node.unsynced.length === 0) return;
    node.synced.push(...node.unsynced);
    node.unsynced = [];
    node.durable = node.raft.written;
    this.#act(node, (raft, now) => raft.synced(now, node.durable));
  }

  #cutOrHeal(): void {
    this.#cut.clear();
    if (this.#rng.int(0, 1) === 0) return;
    const alone = new Set(this.#nodes.filter(() => this.#rng.int(0, 1) === 0).map(({ id }) => id));
    const oneWay = this.#rng.int(0, 3) === 0;
    for (const { id: from } of this.#nodes) {
      for (const { id: to } of this.#nodes) {
        if (alone.has(from) !== alone.has(to) && (!oneWay || alone.has(from))) this.#cut.add(`${from}>${to}`);
      }
    }
  }

  /** A kill keeps what was written; a loss of power keeps only what was synced, and perhaps a torn piece of the rest. */
  #crash(node: ModelNode, powerLoss: boolean): void {
    const kept = encodeRecords(node.synced);
    const rest = encodeRecords(node.unsynced);
    const torn = powerLoss ? rest.subarray(0, this.#rng.int(0, Math.max(0, rest.length - 1))) : rest;
    const bytes = new Uint8Array(kept.length + torn.length);
    bytes.set(kept);
    bytes.set(torn, kept.length);
    const { records } = decodeRecords(bytes);
    node.synced = [...records];
    node.unsynced = [];
    node.durable = 0;
    node.checkedCommit = 0;
    node.wasLeaderOf = 0;
    node.raft = this.#boot(node.id, records, node.now);
    for (let i = this.#messages.length - 1; i >= 0; i--) if (this.#messages[i]!.to === node.id) this.#messages.splice(i, 1);
  }

  #boot(id: NodeId, records: readonly LogRecord[], now: Ns): Raft {
    const { nodes, spares = 0, bug, preVote, appendLimit } = this.#options;
    const voters = Array.from({ length: nodes - spares }, (_, i) => `n${i + 1}` as NodeId);
    const initial = voters.includes(id) ? { voters, learners: [] } : NOBODY;
    const electionTimeout = (): Ns => ms(this.#rng.int(150, 300));
    const timing = { heartbeat: ms(50), electionMin: ms(150), electionTimeout, quorumTimeout: ms(1_000) };
    return new Raft({ self: id, initial, ...timing, preVote, appendLimit, bug }, replayRecords(records), now);
  }

  /** One input, then what the core wishes, then the invariants. */
  #act(node: ModelNode, input: (raft: Raft, now: Ns) => unknown): void {
    input(node.raft, node.now);
    node.unsynced.push(...node.raft.takeRecords());
    if (this.#options.bug === 'unsynced-log-tail' && node.unsynced.every((record) => record.kind === 'entries')) node.durable = node.raft.written;
    node.raft.sendable(node.durable, (to, message) => this.#messages.push({ from: node.id, to, message }));
    this.#checkLeader(node);
    this.#checkCommitted(node);
    this.#checkReads(node);
  }

  #checkLeader(node: ModelNode): void {
    const { role, term } = node.raft;
    if (role !== 'leader' || node.wasLeaderOf === term) return;
    node.wasLeaderOf = term;
    const other = this.#leaders.get(term);
    if (other !== undefined && other !== node.id) throw new InvariantBroken(`election safety: ${other} and ${node.id} lead in term ${term}`);
    this.#leaders.set(term, node.id);
    for (let index = 1; index <= this.#committed.length; index++) {
      // a last vote that comes late makes a leader of a term that is over: what later terms committed need not be there (Raft §5.4.3)
      if (this.#committedIn[index - 1]! >= term) continue;
      if (index > node.raft.lastIndex || textOf(node.raft, index) !== this.#committed[index - 1]) {
        throw new InvariantBroken(`leader completeness: ${node.id} leads term ${term} without the committed entry ${index}`);
      }
    }
  }

  #checkCommitted(node: ModelNode): void {
    for (let index = node.checkedCommit + 1; index <= node.raft.commit; index++) {
      const text = textOf(node.raft, index);
      this.#committed[index - 1] ??= text;
      this.#committedIn[index - 1] ??= node.raft.term;
      if (this.#committed[index - 1] !== text) throw new InvariantBroken(`state machine safety: ${node.id} committed another entry at ${index}`);
    }
    node.checkedCommit = Math.max(node.checkedCommit, node.raft.commit);
  }

  #checkReads(node: ModelNode): void {
    for (const { index, reads } of node.raft.takeConfirmedReads()) {
      for (const read of reads) {
        this.readsConfirmed++;
        const needed = this.#reads.get(read)!;
        if (index < needed) throw new InvariantBroken(`stale read at ${node.id}: index ${index}, committed before it ${needed}`);
      }
    }
    node.raft.takeRefusedReads();
  }

  #checkLogsMatch(): void {
    for (const a of this.#nodes) {
      for (const b of this.#nodes) {
        let last = Math.min(a.raft.lastIndex, b.raft.lastIndex);
        while (last > 0 && a.raft.entry(last).term !== b.raft.entry(last).term) last--;
        for (let index = 1; index <= last; index++) {
          if (textOf(a.raft, index) !== textOf(b.raft, index))
            throw new InvariantBroken(`log matching: ${a.id} and ${b.id} differ at ${index}, agree on the term at ${last}`);
        }
      }
    }
  }
}

function textOf(raft: Raft, index: number): string {
  return JSON.stringify(raft.entry(index));
}
