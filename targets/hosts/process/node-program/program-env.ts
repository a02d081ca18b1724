/** `Env` over the real thing: TCP, files, the machine's clocks as this process sees them, timers. */
import type { Clock, Disk, Env, NodeId, Ns, Rng, Timer, Value } from '../../../../harness/contracts/index.ts';
import { createRng } from '../../../../harness/random/rng.ts';
import { processWallMs } from '../../../../harness/time/process-time.ts';
import type { NodeResources, NodeSetup } from '../wire-protocol.ts';
import { PeerLink } from './peer-links.ts';
import { ProgramDisk } from './program-disk.ts';
import { WorkSlots } from './work-slots.ts';

const OUT_OF_MEMORY_STATUS = 137;

export class ProgramEnv implements Env {
  readonly self: NodeId;
  readonly peers: readonly NodeId[];
  readonly rng: Rng;
  readonly disk: Disk;
  readonly clock: Env['clock'];
  readonly #clock: Clock;
  readonly #resources: NodeResources;
  readonly #links: ReadonlyMap<NodeId, PeerLink>;
  readonly #pools = new Map<string, WorkSlots>();
  #heldBytes = 0;

  constructor(setup: NodeSetup, clock: Clock) {
    this.self = setup.self;
    this.peers = setup.peers.map(({ id }) => id);
    this.rng = createRng(setup.seed);
    this.disk = new ProgramDisk(setup.dataDir);
    this.clock = { wallMs: processWallMs, monotonic: () => clock.now() };
    this.#clock = clock;
    this.#resources = setup.resources;
    this.#links = new Map(setup.peers.map(({ id, at }) => [id, new PeerLink(setup.self, at, setup.source, clock)]));
  }

  send(to: NodeId, message: Value): void {
    const link = this.#links.get(to);
    if (link === undefined) throw new Error(`${this.self} has no peer ${to}`);
    link.send(message);
  }

  timer(delay: Ns, run: () => void): Timer {
    return this.#clock.at((this.#clock.now() + Math.max(0, delay)) as Ns, run);
  }

  log(line: string): void {
    process.stdout.write(`${line}\n`);
  }

  work(cost: Ns, pool = 'cores'): Promise<void> {
    const slots = this.#pools.get(pool) ?? new WorkSlots(this.#resources, this.#clock);
    this.#pools.set(pool, slots);
    return slots.work(cost);
  }

  alloc(bytes: number): void {
    this.#heldBytes = Math.max(0, this.#heldBytes + bytes);
    if (this.#heldBytes <= this.#resources.memory) return;
    process.stdout.write(`out of memory: ${this.#heldBytes} bytes held, ${this.#resources.memory} allowed\n`);
    process.exit(OUT_OF_MEMORY_STATUS);
  }
}
