/** A node that is a machine behind ssh: its addresses, its folder there, its incarnations. */
import { appendFileSync, existsSync, statSync } from 'node:fs';
import type { Address, Channel, Clock, Node, NodeId, Ns, Position, Program, Rng } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { ms } from '../../../harness/time/units.ts';
import type { Contact } from '../../controls/process-signals/node-processes.ts';
import type { ProcessIdentity } from '../../controls/procfs/processes.ts';
import { contactNodeProgram } from '../process/contact.ts';
import { FramedChannel } from '../process/framed-channel.ts';
import type { Launched } from '../process/launch.ts';
import { NodeLog } from '../process/node-log.ts';
import { NodeProgramStart } from '../process/node-program-start.ts';
import { portsOf } from '../process/process-node.ts';
import { type NodeResources, type NodeSetup, PEER_PORT, REQUEST_PORT } from '../process/wire-protocol.ts';
import type { Keeper } from './keeper.ts';
import { contactThrough } from './ssh-contact.ts';
import { launchRemote, ProgramCopies } from './ssh-launch.ts';
import type { Tunnels } from './tunnels.ts';

const TERMINATE_DEADLINE = ms(5_000);

export interface SshNodeParts {
  readonly keeper: Keeper;
  readonly tunnels: Tunnels;
  /** Where each node of the cluster is. */
  addressOf(node: NodeId): string;
  readonly nodes: readonly NodeId[];
  readonly clients: 'direct' | 'tunnel';
  readonly clock: Clock;
  readonly rng: Rng;
  /** The run folder, here. */
  readonly folder: string;
  readonly resources: NodeResources;
}

interface Incarnation extends Launched {
  expected: boolean;
  over: boolean;
}

export class SshNode implements Node {
  readonly id: NodeId;
  /** On the node, not here. */
  readonly dataDir: string;
  readonly #parts: SshNodeParts;
  readonly #log: NodeLog;
  readonly #copies: ProgramCopies;
  #incarnation: Incarnation | undefined;
  #incarnations = 0;
  #program: Program | undefined;
  #state: 'running' | 'paused' | 'stopped' | 'crashed' = 'stopped';
  #fetching: Promise<void> = Promise.resolve();

  constructor(parts: SshNodeParts) {
    this.id = parts.keeper.node;
    this.dataDir = `${parts.keeper.folder}/data`;
    this.#parts = parts;
    this.#log = new NodeLog(parts.folder, this.id, parts.clock);
    this.#copies = new ProgramCopies(parts.keeper);
  }

  address(port: number, from: Position): Address {
    return from === 'clients' && this.#parts.clients === 'direct' ? this.bindAddress(port) : this.#parts.tunnels.address(this.id, port);
  }

  peerAddress(port: number, _peer: NodeId): Address {
    return this.bindAddress(port);
  }

  bindAddress(port: number): Address {
    return { host: this.#parts.addressOf(this.id), port };
  }

  channel(from: Position): Channel {
    return new FramedChannel(this.address(REQUEST_PORT, from), `${from}→${this.id}`);
  }

  state(): 'running' | 'paused' | 'stopped' | 'crashed' {
    return this.#state;
  }

  async *logs(): AsyncIterable<string> {
    await this.fetchLog();
    yield* this.#log.lines();
  }

  /** The process on the node that runs now; undefined while it is down. */
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
    const { keeper, clock } = this.#parts;
    const { pid, startTime } = incarnation.identity;
    if (!incarnation.over) {
      incarnation.expected = true;
      if (how === 'terminate') {
        await keeper.verb(['proceed', String(pid), startTime]);
        await keeper.run(`kill -TERM ${pid}`);
        const patience = new AbortController();
        await Promise.race([incarnation.exited, clock.sleep(TERMINATE_DEADLINE, patience.signal).catch(() => {})]);
        patience.abort();
      }
    }
    // also after its own end: its children may live on
    await keeper.verb(['finish', String(pid), startTime]);
    await incarnation.exited;
    this.#state = 'stopped';
  }

  notePaused(paused: 'paused' | 'running'): void {
    if (this.identity === undefined || this.#state === paused) return;
    this.#state = paused;
    this.#log.note(paused === 'paused' ? 'paused' : 'resumed');
  }

  contact(patience: Ns): Promise<Contact> {
    const { clock, tunnels, keeper } = this.#parts;
    if (this.#program === undefined) return Promise.resolve({ reply: 'refused' });
    if (this.#program.kind === 'node') return contactNodeProgram(tunnels.address(this.id, REQUEST_PORT), clock, patience);
    return contactThrough((port) => keeper.dial(port), this.#program.ports, clock, patience);
  }

  /** Brings what the program wrote there since the last time into the run folder. */
  fetchLog(): Promise<void> {
    this.#fetching = this.#fetching.then(() => this.#fetchRest()).catch(() => {});
    return this.#fetching;
  }

  async #fetchRest(): Promise<void> {
    const have = existsSync(this.#log.file) ? statSync(this.#log.file).size : 0;
    const { code, stdout } = await this.#parts.keeper.run(`tail -c +${have + 1} '${this.#parts.keeper.folder}/node.log' 2>/dev/null`);
    if (code === 0) appendFileSync(this.#log.file, stdout);
  }

  async #start(program: Program, how: 'running' | 'paused'): Promise<void> {
    const { keeper, tunnels } = this.#parts;
    if (this.identity !== undefined) throw new OrdealError('ORDEAL_NODE_FAILED', { what: `${this.id} is running already`, where: `node ${this.id}` });
    for (const port of portsOf(program)) await tunnels.open(this.id, port);
    this.#program = program;
    const launched = await launchRemote(keeper, this.#copies, { program, dataDir: this.dataDir, how });
    const incarnation: Incarnation = { ...launched, expected: false, over: false };
    this.#incarnation = incarnation;
    this.#incarnations++;
    this.#state = 'running';
    this.#log.note(`started as process ${launched.identity.pid} of ${keeper.login.host}`);
    void launched.exited.then((end) => this.#ended(incarnation, end));
    if (how === 'paused') this.notePaused('paused');
    if (program.kind !== 'node') return;
    const nodeProgram = new NodeProgramStart(incarnation);
    try {
      if (how === 'running') await nodeProgram.waiting();
      const started = nodeProgram.begin(this.#setup(program));
      if (how === 'running') await started;
      else started.catch(() => {});
    } catch (error) {
      // half started is crashed: nothing of it stays
      await keeper.verb(['finish', String(launched.identity.pid), launched.identity.startTime]).catch(() => {});
      throw error;
    }
  }

  #setup(program: Extract<Program, { kind: 'node' }>): NodeSetup {
    const { nodes, rng, resources, addressOf } = this.#parts;
    const at = (node: NodeId, port: number): Address => ({ host: addressOf(node), port });
    return {
      self: this.id,
      peers: nodes.filter((node) => node !== this.id).map((id) => ({ id, at: at(id, PEER_PORT) })),
      peerEndpoint: at(this.id, PEER_PORT),
      requestEndpoint: at(this.id, REQUEST_PORT),
      source: addressOf(this.id),
      dataDir: this.dataDir,
      seed: rng.fork('program').fork(this.#incarnations).int(0, 0x7fffffff),
      module: program.module,
      resources,
    };
  }

  #ended(incarnation: Incarnation, end: string): void {
    incarnation.over = true;
    this.#log.note(`process ${incarnation.identity.pid} ended: ${end}${incarnation.expected ? '' : ' (a crash)'}`);
    void this.fetchLog();
    if (this.#incarnation === incarnation) this.#state = incarnation.expected ? 'stopped' : 'crashed';
  }
}
