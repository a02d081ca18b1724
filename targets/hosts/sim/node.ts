/**
 * A simulated node: a machine with clocks and a disk that outlive its program's incarnations, and a process that can be
 * started, killed, paused and crash. Everything that reaches the program goes through here: nothing while it is down,
 * later when it is paused, and an exception of the program ends the incarnation, as it would end a process.
 */
import type { Address, Channel, Node, NodeId, NodeProgram, Position, Program, Rng, RunningProgram, Value } from '../../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { SimulatedChannel } from './channel.ts';
import { SimulatedDisk } from './disk.ts';
import { SimulatedEnv } from './env.ts';
import type { Receiver } from './event-heap.ts';
import { freezeDeeply } from './freeze.ts';
import { type Deferred, Incarnation, type NodeTimer, type Settlement } from './incarnation.ts';
import type { Network } from './network.ts';
import { NodeClock } from './node-clock.ts';
import type { NodeLog } from './node-log.ts';
import { NodeReceivers } from './node-receivers.ts';
import type { SimSettings } from './options.ts';
import type { Scheduler } from './scheduler.ts';

/** What a node needs of the simulator that it is part of. */
export interface NodeSurroundings {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly settings: SimSettings;
  readonly nodes: readonly NodeId[];
  readonly rng: Rng;
  readonly log: NodeLog;
  /** The node of that index; all exist before the first message. */
  nodeAt(index: number): SimulatedNode;
  /** Imports a module while virtual time stands still; one after the other, in the order of the calls. */
  importProgram(url: string, name: string): Promise<NodeProgram>;
}

/** What a control wants of the process whenever it starts (rule 12). */
export type ProcessHold = 'none' | 'paused' | 'down';

export class SimulatedNode implements Node {
  readonly id: NodeId;
  readonly index: number;
  readonly peers: readonly NodeId[];
  readonly clock = new NodeClock();
  readonly disk: SimulatedDisk;
  readonly scheduler: Scheduler;
  readonly settings: SimSettings;
  /** Handlers of the program that have run: stands still while the node is paused or down. */
  handled = 0;
  hold: ProcessHold = 'none';
  readonly #around: NodeSurroundings;
  readonly #log: NodeLog;
  readonly #receivers: NodeReceivers;
  #incarnation: Incarnation | undefined;
  #incarnations = 0;
  #crashed = false;
  #paused = false;
  #backlog: Deferred[] = [];
  #waitingMessages = 0;
  #program: { readonly program: NodeProgram; readonly options: Value } | undefined;
  #failStart: ((error: Error) => void) | undefined;

  constructor(id: NodeId, index: number, around: NodeSurroundings) {
    this.id = id;
    this.index = index;
    this.peers = around.nodes.filter((peer) => peer !== id);
    this.#around = around;
    this.#log = around.log;
    this.scheduler = around.scheduler;
    this.settings = around.settings;
    this.disk = new SimulatedDisk(around.scheduler, around.settings, id, around.rng.fork('disk'));
    this.#receivers = new NodeReceivers(this, around.network, around.nodes);
  }

  get dataDir(): string {
    return this.#noAddress('dataDir');
  }

  address(_port: number, _from: Position): Address {
    return this.#noAddress('address');
  }

  peerAddress(_port: number, _peer: NodeId): Address {
    return this.#noAddress('peerAddress');
  }

  bindAddress(_port: number): Address {
    return this.#noAddress('bindAddress');
  }

  channel(from: Position): Channel {
    return new SimulatedChannel(this.scheduler, this.#around.network, this.id, from, this.#receivers.requests, this.settings.freezeMessages);
  }

  async *logs(): AsyncIterable<string> {
    yield* this.#log.lines.slice();
  }

  state(): 'running' | 'paused' | 'stopped' | 'crashed' {
    if (this.#incarnation?.alive) return this.#paused ? 'paused' : 'running';
    return this.#crashed ? 'crashed' : 'stopped';
  }

  /** How often the node was started. */
  get incarnations(): number {
    return this.#incarnations;
  }

  /** Receives the echoes of probes: the process itself answers them. */
  get echoes(): Receiver {
    return this.#receivers.echoes;
  }

  /** Whether the process exists and has begun its program, ready or not. */
  get booted(): boolean {
    return this.#incarnation?.booted === true;
  }

  async start(program: Program): Promise<void> {
    if (program.kind !== 'node') throw this.#failure('a simulated node runs node programs, not programs of the operating system', 'ORDEAL_UNSUITABLE_HOST');
    const { url, name, options } = program.module;
    await this.startProgram(await this.#around.importProgram(url, name), options);
  }

  /** Starts a program that is already loaded. Resolves when it is ready; rejects when it dies before that. */
  startProgram(program: NodeProgram, options: Value): Promise<void> {
    this.#program = { program, options };
    return this.restart();
  }

  /** Starts what ran last. Nothing happens where nothing ever ran, or while a fault keeps the node down. */
  restart(): Promise<void> {
    if (this.#incarnation?.alive) return Promise.reject(this.#failure('is running already'));
    const last = this.#program;
    if (last === undefined || this.hold === 'down') return Promise.resolve();
    const incarnation = new Incarnation(++this.#incarnations);
    this.#incarnation = incarnation;
    this.#crashed = false;
    this.#paused = this.hold === 'paused';
    return new Promise((resolve, reject) => {
      this.#failStart = reject;
      const boot = (): void => this.#boot(incarnation, last.program, last.options, resolve);
      this.settleAt(this.scheduler.now() + this.settings.bootNs, { incarnation, label: 'boot', settle: boot });
    });
  }

  stop(_how: 'kill' | 'terminate'): Promise<void> {
    this.kill();
    return Promise.resolve();
  }

  /** The process ends; what it wrote stays in the page cache. */
  kill(): void {
    this.#end('was killed');
    this.#crashed = false;
  }

  /** The process ends, and what it had not synced is lost. */
  losePower(how?: 'torn'): void {
    this.kill();
    this.disk.losePower(how);
  }

  pause(): void {
    if (!this.#incarnation?.alive || this.#paused) return;
    this.#paused = true;
    for (const pool of this.#incarnation.pools.values()) pool.freeze();
  }

  resume(): void {
    if (!this.#incarnation?.alive || !this.#paused) return;
    this.#paused = false;
    for (const pool of this.#incarnation.pools.values()) pool.thaw();
    const backlog = this.#backlog;
    this.#backlog = [];
    this.#waitingMessages = 0;
    const now = this.scheduler.now();
    for (const { receiver, payload, tag } of backlog) this.scheduler.post(now, receiver, payload, tag);
  }

  /** The program failed: the incarnation is dead, and its last words are in the log. */
  crash(error: unknown): void {
    if (!this.#incarnation?.alive) return;
    this.writeLog(`crashed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    this.#end(`crashed: ${messageOf(error)}`);
    this.#crashed = true;
  }

  writeLog(line: string): void {
    this.#log.write(this.scheduler.now(), line);
  }

  sendTo(to: NodeId, message: Value): void {
    const { network, settings, nodeAt } = this.#around;
    const target = network.indexOf(to);
    if (settings.freezeMessages) freezeDeeply(message);
    network.send(this.index, target, nodeAt(target).#receivers.messages, message);
  }

  /** Sets a timer of the program by the node's monotonic clock as it runs now. */
  arm(timer: NodeTimer): void {
    const now = this.scheduler.now();
    const delay = this.clock.trueDuration(now, Math.max(0, timer.due - this.clock.monotonic(now)));
    timer.pending = this.scheduler.schedule(now + delay, this.#receivers.timers, timer, timer.incarnation.number);
  }

  /** The monotonic clock runs at another rate: what is pending falls due at another time. */
  rearmTimers(): void {
    for (const timer of this.#incarnation?.timers ?? []) {
      timer.pending?.cancel();
      this.arm(timer);
    }
  }

  /** Settles a promise of the program at that time, unless its incarnation is dead by then. */
  settleAt(time: number, settlement: Settlement): void {
    this.scheduler.post(time, this.#receivers.settlements, settlement, settlement.incarnation.number);
  }

  /**
   * For the receivers: the incarnation that is to handle an event now. Undefined when it must not be handled: the node
   * is down, or paused, and then the event is kept for the resume (messages up to the inbound queue's bound).
   */
  claim(receiver: Receiver, payload: unknown, tag: number, isMessage: boolean): Incarnation | undefined {
    const incarnation = this.#incarnation;
    if (!incarnation?.alive) return undefined;
    if (!this.#paused) return incarnation;
    if (isMessage && this.#waitingMessages >= this.settings.inboundQueue) return undefined;
    if (isMessage) this.#waitingMessages++;
    this.#backlog.push({ receiver, payload, tag });
    return undefined;
  }

  /** The incarnation that a client's request is put to; undefined when nobody listens. */
  get accepting(): Incarnation | undefined {
    return this.#incarnation?.program === undefined ? undefined : this.#incarnation;
  }

  #boot(incarnation: Incarnation, program: NodeProgram, options: Value, ready: () => void): void {
    incarnation.booted = true;
    const env = new SimulatedEnv(this, incarnation, this.#around.rng.fork('program').fork(incarnation.number));
    const failed = (error: unknown): void => {
      if (incarnation.alive) this.crash(error);
    };
    const started = (running: RunningProgram): void => {
      if (!incarnation.alive) return;
      incarnation.program = running;
      this.#failStart = undefined;
      ready();
    };
    try {
      program.start(env, options).then(started, failed);
    } catch (error) {
      failed(error);
    }
  }

  #end(how: string): void {
    const incarnation = this.#incarnation;
    if (!incarnation?.alive) return;
    this.#paused = false;
    this.#backlog = [];
    this.#waitingMessages = 0;
    for (const exchange of incarnation.end()) exchange.broke('ECONNRESET');
    this.#failStart?.(this.#failure(`${how} while it started`));
    this.#failStart = undefined;
  }

  #failure(what: string, code: 'ORDEAL_NODE_FAILED' | 'ORDEAL_UNSUITABLE_HOST' = 'ORDEAL_NODE_FAILED'): OrdealError {
    return new OrdealError(code, { what: `${this.id} ${what}`, where: `node ${this.id}` });
  }

  #noAddress(what: string): never {
    throw new OrdealError('ORDEAL_UNSUITABLE_HOST', {
      what: `a simulated node has no ${what}`,
      where: `node ${this.id}`,
      remedy: 'Use node.channel() and node programs on sim.',
    });
  }
}
