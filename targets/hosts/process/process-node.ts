/** A node that is a process of this machine: its addresses, its folder, its incarnations. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Address, Channel, Clock, Node, NodeId, Ns, Position, Program, Rng } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { ms } from '../../../harness/time/units.ts';
import type { Contact, StartHook } from '../../controls/process-signals/node-processes.ts';
import { continueTree, killTree, stopTree } from '../../controls/process-signals/signals.ts';
import { type ProcessIdentity, signal } from '../../controls/procfs/processes.ts';
import type { AddressPlan } from './address-plan.ts';
import { contactNodeProgram, contactProgram } from './contact.ts';
import { FramedChannel } from './framed-channel.ts';
import { commandOf, type Launch, type Launched } from './launch.ts';
import { NodeLog } from './node-log.ts';
import { NodeProgramStart } from './node-program-start.ts';
import { requireFree } from './port-check.ts';
import { type NodeResources, type NodeSetup, PEER_PORT, REQUEST_PORT } from './wire-protocol.ts';

const TERMINATE_DEADLINE = ms(5_000);

/** What a node needs of the cluster that it is part of. */
export interface NodeSurroundings {
  readonly nodes: readonly NodeId[];
  readonly plan: AddressPlan;
  /** Whether peers and clients reach the node through the link proxy. */
  readonly proxied: boolean;
  readonly clock: Clock;
  readonly rng: Rng;
  readonly folder: string;
  readonly resources: NodeResources;
  /** Called with the ports of a program before it starts: opens the doors to them. */
  openDoors(node: NodeId, program: Program): Promise<void>;
  /** Called when the node's process changed. */
  processChanged(): void;
  readonly startHooks: readonly StartHook[];
  readonly launch: Launch;
  /** The command that puts a node's process where it belongs; empty on loopback. */
  inside(node: NodeId): readonly string[];
  /** `elsewhere`: the node's addresses are not of this network namespace, so nothing here can hold them. */
  readonly portsAre: 'here' | 'elsewhere';
}

interface Incarnation extends Launched {
  /** An end that we brought about is no crash. */
  expected: boolean;
  over: boolean;
}

export class ProcessNode implements Node {
  readonly id: NodeId;
  readonly dataDir: string;
  readonly #around: NodeSurroundings;
  readonly #log: NodeLog;
  #incarnation: Incarnation | undefined;
  #incarnations = 0;
  #program: Program | undefined;
  #state: 'running' | 'paused' | 'stopped' | 'crashed' = 'stopped';

  constructor(id: NodeId, around: NodeSurroundings) {
    this.id = id;
    this.#around = around;
    this.dataDir = dataFolder(around.folder, id);
    mkdirSync(this.dataDir, { recursive: true });
    this.#log = new NodeLog(around.folder, id, around.clock);
  }

  address(port: number, from: Position): Address {
    return this.#around.plan.endpoint(this.id, port, from === 'clients' && this.#around.proxied ? 'clients' : 'itself');
  }

  /** For the node itself as `peer`: the one address that it can advertise to all its peers. */
  peerAddress(port: number, peer: NodeId): Address {
    const view = peer === this.id ? 'anyone' : peer;
    return this.#around.plan.endpoint(this.id, port, this.#around.proxied ? view : 'itself');
  }

  bindAddress(port: number): Address {
    return this.#around.plan.endpoint(this.id, port, 'itself');
  }

  channel(from: Position): Channel {
    return new FramedChannel(this.address(REQUEST_PORT, from), `${from}→${this.id}`);
  }

  state(): 'running' | 'paused' | 'stopped' | 'crashed' {
    return this.#state;
  }

  logs(): AsyncIterable<string> {
    return this.#log.lines();
  }

  /** The process that runs now; undefined while the node is down. */
  get identity(): ProcessIdentity | undefined {
    return this.#incarnation?.over === false ? this.#incarnation.identity : undefined;
  }

  start(program: Program): Promise<void> {
    return this.#start(program, 'running');
  }

  /** Starts what ran last; nothing happens where nothing ever ran. */
  async restart(how: 'running' | 'paused'): Promise<void> {
    if (this.#program !== undefined) await this.#start(this.#program, how);
  }

  async stop(how: 'kill' | 'terminate'): Promise<void> {
    const incarnation = this.#incarnation;
    if (incarnation === undefined) return;
    if (!incarnation.over) {
      incarnation.expected = true;
      if (how === 'terminate') {
        continueTree(incarnation.identity);
        signal(incarnation.identity.pid, 'SIGTERM');
        const patience = new AbortController();
        await Promise.race([incarnation.exited, this.#around.clock.sleep(TERMINATE_DEADLINE, patience.signal).catch(() => {})]);
        patience.abort();
      }
    }
    // Also after its own end: its children may live on.
    await killTree(incarnation.identity, this.#around.clock);
    await incarnation.exited;
    this.#state = 'stopped';
  }

  notePaused(paused: 'paused' | 'running'): void {
    if (this.identity === undefined || this.#state === paused) return;
    this.#state = paused;
    this.#log.note(paused === 'paused' ? 'paused' : 'resumed');
  }

  contact(patience: Ns): Promise<Contact> {
    const { clock } = this.#around;
    if (this.#program === undefined) return Promise.resolve({ reply: 'refused' });
    if (this.#program.kind === 'node') return contactNodeProgram(this.bindAddress(REQUEST_PORT), clock, patience);
    const { ports, tellsClock } = this.#program;
    const listeners = ports.map((port) => ({ address: this.bindAddress(port), ...(tellsClock?.port === port && { asks: tellsClock }) }));
    return contactProgram(listeners, clock, patience);
  }

  async #start(program: Program, how: 'running' | 'paused'): Promise<void> {
    const { clock } = this.#around;
    if (this.identity !== undefined) throw this.#failure('is running already');
    await this.#around.openDoors(this.id, program);
    const places = portsOf(program).map((port) => this.bindAddress(port));
    if (this.#around.portsAre === 'here') await requireFree(places, clock, this.id);
    this.#program = program;
    const launched = await this.#around.launch({
      ...commandOf(program),
      node: this.id,
      cwd: (program.kind === 'exec' ? program.cwd : undefined) ?? this.dataDir,
      logFile: this.#log.file,
      clock,
      inside: this.#around.inside(this.id),
    });
    const incarnation: Incarnation = { ...launched, expected: false, over: false };
    this.#incarnation = incarnation;
    this.#incarnations++;
    this.#state = 'running';
    this.#log.note(`started as process ${launched.identity.pid}`);
    this.#around.processChanged();
    void launched.exited.then((end) => this.#ended(incarnation, end));
    try {
      await this.#begin(program, incarnation, how);
    } catch (error) {
      // Half started is crashed: nothing of it stays.
      await killTree(launched.identity, clock);
      await launched.exited;
      throw error;
    }
  }

  /** From a process that runs to a program that serves; paused, it stands still before that. */
  async #begin(program: Program, incarnation: Incarnation, how: 'running' | 'paused'): Promise<void> {
    const nodeProgram = program.kind === 'node' ? new NodeProgramStart(incarnation) : undefined;
    await nodeProgram?.waiting();
    for (const hook of this.#around.startHooks) await hook(this.id, incarnation.identity);
    if (how === 'paused' && !incarnation.over) {
      await stopTree(incarnation.identity, this.#around.clock);
      this.notePaused('paused');
    }
    if (program.kind !== 'node' || nodeProgram === undefined) return;
    const started = nodeProgram.begin(this.#setup(program));
    if (how === 'running') await started;
    else started.catch(() => {});
  }

  #setup(program: Extract<Program, { kind: 'node' }>): NodeSetup {
    const { nodes, plan, rng, resources, proxied } = this.#around;
    const source = plan.source(this.id);
    const others = nodes.filter((node) => node !== this.id);
    return {
      self: this.id,
      peers: others.map((id) => ({ id, at: plan.endpoint(id, PEER_PORT, proxied ? this.id : 'itself') })),
      peerEndpoint: this.bindAddress(PEER_PORT),
      requestEndpoint: this.bindAddress(REQUEST_PORT),
      ...(source === undefined ? {} : { source }),
      dataDir: this.dataDir,
      seed: rng.fork('program').fork(this.#incarnations).int(0, 0x7fffffff),
      module: program.module,
      resources,
    };
  }

  #ended(incarnation: Incarnation, end: string): void {
    incarnation.over = true;
    this.#log.note(`process ${incarnation.identity.pid} ended: ${end}${incarnation.expected ? '' : ' (a crash)'}`);
    if (this.#incarnation !== incarnation) return;
    this.#state = incarnation.expected ? 'stopped' : 'crashed';
    this.#around.processChanged();
  }

  #failure(what: string): OrdealError {
    return new OrdealError('ORDEAL_NODE_FAILED', { what: `${this.id} ${what}`, where: `node ${this.id}` });
  }
}

/** Where a node's data lies in the run folder: absolute, since who is told of it may be in another folder. */
export function dataFolder(runFolder: string, node: NodeId): string {
  return resolve(runFolder, 'nodes', node, 'data');
}

/** The ports that a program listens on. */
export function portsOf(program: Program): readonly number[] {
  return program.kind === 'node' ? [PEER_PORT, REQUEST_PORT] : program.ports;
}
