/**
 * raftkv as a node program: drives the pure Raft core and the state machine by what `Env` gives: messages, a monotonic
 * clock, timers, a disk. Every input ends in `#settle`, which carries out what the core wishes.
 */
import type { Env, NodeProgram, Ns, RunningProgram, Timer, Value } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { ms } from '../../../harness/time/units.ts';
import { type RaftkvOptions, raftkvOptions } from './options.ts';
import type { Reply, Request, Status } from './protocol.ts';
import { encodeRecords, LOG_FILE, recoverLog } from './raft/durable-log.ts';
import type { Payload, RaftMessage } from './raft/messages.ts';
import { Raft } from './raft/raft.ts';
import type { LogRecord, RaftConfig } from './raft/state.ts';
import { Sessions } from './sessions.ts';
import type { Query } from './state-machine.ts';

type Respond = (reply: Reply) => void;

/** Takes the options of `raftkvOptions`. */
export const raftkvProgram: NodeProgram = {
  async start(env, input) {
    const options = raftkvOptions.parse(input);
    const recovered = await recoverLog(env.disk);
    if (recovered.droppedBytes > 0) env.log(`dropped a torn tail of ${recovered.droppedBytes} bytes`);
    const { term, vote, entries } = recovered;
    env.log(`recovered term ${term}, vote ${vote ?? 'none'}, ${entries.length} entries`);
    return new RaftkvNode(env, options, new Raft(configOf(env, options), recovered, env.clock.monotonic()));
  },
};

function configOf(env: Env, options: RaftkvOptions): RaftConfig {
  const timeouts = env.rng.fork('election');
  return {
    self: env.self,
    peers: env.peers,
    heartbeat: ms(options.heartbeatMs),
    electionMin: ms(options.electionMinMs),
    electionTimeout: () => timeouts.int(ms(options.electionMinMs), ms(options.electionMaxMs)) as Ns,
    quorumTimeout: ms(options.quorumMs),
    preVote: options.preVote,
    appendLimit: options.appendLimit,
    bug: options.bug,
  };
}

class RaftkvNode implements RunningProgram {
  readonly #env: Env;
  readonly #options: RaftkvOptions;
  readonly #raft: Raft;
  readonly #sessions: Sessions;
  /** Who waits for a payload (see `nameOf`) to be applied, all proposed in `#leadingTerm`. */
  readonly #waiting = new Map<string, Respond[]>();
  #leadingTerm = 0;
  /** Reads by number; they wait for their leader to be confirmed, then for their index to be applied. */
  readonly #reads = new Map<number, { readonly query: Query; readonly respond: Respond }>();
  #confirmed: { readonly index: number; readonly reads: readonly number[] }[] = [];
  #lastRead = 0;
  #applied = 0;
  #durable = 0;
  #records: LogRecord[] = [];
  #writing = false;
  #timer: { readonly handle: Timer; readonly at: Ns } | undefined;
  #said = '';

  constructor(env: Env, options: RaftkvOptions, raft: Raft) {
    this.#env = env;
    this.#options = options;
    this.#raft = raft;
    this.#sessions = new Sessions(options.bug);
    this.#settle();
  }

  onMessage(from: Env['self'], message: Value): void {
    this.#raft.receive(this.#now(), from, message as RaftMessage);
    this.#settle();
  }

  onRequest(message: Value, reply: (answer: Value) => void): void {
    const request = message as Request;
    if (request.type === 'status') reply(this.#status());
    else if (request.type === 'open') this.#propose({ kind: 'open', client: request.client }, reply);
    else if (request.type === 'read') this.#read(request.query, reply);
    else this.#command(request, reply);
    this.#settle();
  }

  #command({ session, sequence, command }: Extract<Request, { type: 'command' }>, respond: Respond): void {
    const answer = this.#sessions.answered(session, sequence);
    if (answer !== undefined) respond({ ok: answer });
    else this.#propose({ kind: 'command', session, sequence, command }, respond);
  }

  #propose(payload: Payload, respond: Respond): void {
    const name = nameOf(payload);
    const others = this.#options.bug === 'no-session-dedup' ? undefined : this.#waiting.get(name);
    if (others !== undefined) {
      // a repeat of what is on its way already: it waits beside the first attempt
      others.push(respond);
    } else if (this.#raft.propose(this.#now(), payload) === undefined) {
      respond(this.#notLeader());
    } else {
      this.#leadingTerm = this.#raft.term;
      this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), respond]);
    }
  }

  #read(query: Query, respond: Respond): void {
    if (this.#options.bug === 'follower-read') {
      respond({ ok: this.#sessions.machine.query(query) });
      return;
    }
    const id = ++this.#lastRead;
    this.#reads.set(id, { query, respond });
    if (this.#raft.read(this.#now(), id)) return;
    this.#reads.delete(id);
    respond(this.#notLeader());
  }

  #notLeader(): Reply {
    return { error: 'not-leader', leader: this.#raft.leader ?? null };
  }

  #status(): Status {
    const { role, term, leader, commit, lastIndex } = this.#raft;
    return { node: this.#env.self, role, term, leader: leader ?? null, commit, applied: this.#applied, lastIndex };
  }

  /** Carries out what the core wishes after an input. */
  #settle(): void {
    this.#sayRole();
    this.#giveUpLostLeadership();
    this.#records.push(...this.#raft.takeRecords());
    this.#raft.sendable(this.#durable, (to, message) => this.#env.send(to, message));
    if (this.#records.length > 0 && !this.#writing) this.#write().catch((error: unknown) => this.#die(error));
    this.#apply();
    this.#answerReads();
    this.#arm();
  }

  /** Group commit: what gathers while one batch is on its way to the disk makes the next batch. */
  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#records.length > 0) {
      const batch = this.#records;
      const number = this.#raft.written;
      this.#records = [];
      await this.#env.disk.append(LOG_FILE, encodeRecords(batch));
      if (this.#mustSync(batch)) await this.#env.disk.fsync(LOG_FILE);
      this.#durable = number;
      this.#raft.synced(this.#now(), number);
      this.#settle();
    }
    this.#writing = false;
  }

  /** A node whose disk failed cannot keep what it promises: it must not go on. */
  #die(error: unknown): void {
    this.#env.log(`the disk failed: ${messageOf(error)}`);
    this.#env.timer(0 as Ns, () => {
      throw error;
    });
  }

  #mustSync(batch: readonly LogRecord[]): boolean {
    if (this.#options.bug === 'unsynced-log-tail') return batch.some((record) => record.kind === 'state');
    return true;
  }

  #apply(): void {
    while (this.#applied < this.#raft.commit) {
      const index = ++this.#applied;
      const entry = this.#raft.entry(index);
      const applied = this.#sessions.apply(index, entry);
      if (this.#waiting.size === 0) continue;
      const name = nameOf(entry.payload);
      const waiting = this.#waiting.get(name);
      this.#waiting.delete(name);
      for (const respond of waiting ?? []) respond(applied);
    }
  }

  #answerReads(): void {
    for (const id of this.#raft.takeRefusedReads()) this.#takeRead(id)?.respond(this.#notLeader());
    this.#confirmed.push(...this.#raft.takeConfirmedReads());
    if (this.#confirmed.length === 0) return;
    const ready = this.#confirmed.filter((round) => round.index <= this.#applied);
    this.#confirmed = this.#confirmed.filter((round) => round.index > this.#applied);
    for (const round of ready) {
      for (const id of round.reads) {
        const read = this.#takeRead(id);
        read?.respond({ ok: this.#sessions.machine.query(read.query) });
      }
    }
  }

  #takeRead(id: number): { readonly query: Query; readonly respond: Respond } | undefined {
    const read = this.#reads.get(id);
    this.#reads.delete(id);
    return read;
  }

  /** Entries of a leadership that ended may be committed by another leader, or overwritten: nobody here will know which. */
  #giveUpLostLeadership(): void {
    if (this.#waiting.size === 0 || (this.#raft.role === 'leader' && this.#raft.term === this.#leadingTerm)) return;
    const waiting = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    for (const respond of waiting) respond({ error: 'leadership-lost' });
  }

  #arm(): void {
    const at = this.#raft.deadline;
    if (this.#timer !== undefined) {
      // a deadline that moved back is looked at again when the timer fires: election time-outs move with every heartbeat
      if (this.#timer.at <= at) return;
      this.#timer.handle.cancel();
    }
    const delay = Math.max(0, at - this.#now()) as Ns;
    this.#timer = { at, handle: this.#env.timer(delay, () => this.#onTimer()) };
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.#raft.tick(this.#now());
    this.#settle();
  }

  #sayRole(): void {
    const { role, term, lostCommit } = this.#raft;
    const saying = `${role} in term ${term}${lostCommit === undefined ? '' : `, lost the committed entry ${lostCommit}`}`;
    if (saying === this.#said) return;
    this.#said = saying;
    this.#env.log(saying);
  }

  #now(): Ns {
    return this.#env.clock.monotonic();
  }
}

/** By what an applied entry is known to who waits for it: whichever copy is applied first answers all attempts. */
function nameOf(payload: Payload): string {
  if (payload.kind === 'command') return `${payload.session}/${payload.sequence}`;
  return payload.kind === 'open' ? payload.client : '';
}
