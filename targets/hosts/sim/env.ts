/** `Env` on the simulator: what one incarnation of a node program sees of its node. */
import type { Disk, Env, NodeId, Ns, Rng, Timer, Value } from '../../../harness/contracts/index.ts';
import { DiskError, type SimulatedDisk } from './disk.ts';
import type { Incarnation, NodeTimer, Settlement } from './incarnation.ts';
import type { NodeClock } from './node-clock.ts';
import type { SimSettings } from './options.ts';
import type { Scheduler } from './scheduler.ts';
import { WorkPool } from './work-pool.ts';

const NEVER: Timer = { cancel: () => undefined };

/** The machine below a program. */
export interface Machine {
  readonly id: NodeId;
  readonly peers: readonly NodeId[];
  readonly scheduler: Scheduler;
  readonly settings: SimSettings;
  readonly clock: NodeClock;
  readonly disk: SimulatedDisk;
  sendTo(to: NodeId, message: Value): void;
  arm(timer: NodeTimer): void;
  settleAt(time: number, settlement: Settlement): void;
  writeLog(line: string): void;
  crash(error: unknown): void;
}

export class SimulatedEnv implements Env {
  readonly self: NodeId;
  readonly peers: readonly NodeId[];
  readonly rng: Rng;
  readonly disk: Disk;
  readonly clock: Env['clock'];
  readonly #node: Machine;
  readonly #incarnation: Incarnation;

  constructor(node: Machine, incarnation: Incarnation, rng: Rng) {
    this.#node = node;
    this.#incarnation = incarnation;
    this.self = node.id;
    this.peers = node.peers;
    this.rng = rng;
    this.disk = new EnvDisk(node, incarnation);
    const { scheduler, clock } = node;
    this.clock = { wallMs: () => clock.wallMs(scheduler.now()), monotonic: () => clock.monotonic(scheduler.now()) as Ns };
  }

  send(to: NodeId, message: Value): void {
    if (this.#incarnation.alive) this.#node.sendTo(to, message);
  }

  timer(delay: Ns, run: () => void): Timer {
    if (!this.#incarnation.alive) return NEVER;
    const due = this.#node.clock.monotonic(this.#node.scheduler.now()) + Math.max(0, delay);
    const timer: NodeTimer = {
      due,
      run,
      incarnation: this.#incarnation,
      pending: undefined,
      cancel() {
        timer.incarnation.timers.delete(timer);
        timer.pending?.cancel();
      },
    };
    this.#incarnation.timers.add(timer);
    this.#node.arm(timer);
    return timer;
  }

  log(line: string): void {
    if (this.#incarnation.alive) this.#node.writeLog(line);
  }

  work(cost: Ns, pool = 'cores'): Promise<void> {
    const node = this.#node;
    const incarnation = this.#incarnation;
    return new Promise((resolve) => {
      if (!incarnation.alive) return;
      const slots = incarnation.pool(pool, () => new WorkPool(node.scheduler, node.settings.cores, `${node.id} ${pool}`));
      slots.add(cost, () => {
        if (incarnation.alive) resolve();
      });
    });
  }

  alloc(bytes: number): void {
    if (!this.#incarnation.alive) return;
    this.#incarnation.heldBytes = Math.max(0, this.#incarnation.heldBytes + bytes);
    if (this.#incarnation.heldBytes <= this.#node.settings.memory) return;
    const error = new Error(`out of memory: ${this.#incarnation.heldBytes} bytes held, ${this.#node.settings.memory} allowed`);
    this.#node.crash(error);
    throw error;
  }
}

/** The disk as an incarnation uses it: effects at once in the page cache, promises settled by simulated events. */
class EnvDisk implements Disk {
  readonly #node: Machine;
  readonly #incarnation: Incarnation;

  constructor(node: Machine, incarnation: Incarnation) {
    this.#node = node;
    this.#incarnation = incarnation;
  }

  read(path: string): Promise<Uint8Array | undefined> {
    return this.#transfer(`read ${path}`, () => this.#image.read(path));
  }

  write(path: string, data: Uint8Array): Promise<void> {
    return this.#transfer(`write ${path}`, () => {
      this.#node.disk.admit(path);
      this.#image.write(path, data);
    });
  }

  append(path: string, data: Uint8Array): Promise<void> {
    return this.#transfer(`append ${path}`, () => {
      this.#node.disk.admit(path);
      this.#image.append(path, data);
    });
  }

  truncate(path: string, sizeBytes: number): Promise<void> {
    return this.#transfer(`truncate ${path}`, () => must(this.#image.truncate(path, sizeBytes), path));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#transfer(`rename ${from}`, () => must(this.#image.rename(from, to), from));
  }

  remove(path: string): Promise<void> {
    return this.#transfer(`remove ${path}`, () => this.#image.remove(path));
  }

  list(): Promise<readonly string[]> {
    return this.#transfer('list', () => this.#image.list());
  }

  fsync(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#incarnation.alive) return;
      const done = this.#node.disk.startSync(path);
      if (done === undefined) return this.#settleAt(this.#node.scheduler.now(), `fsync ${path}`, () => reject(missing(path)));
      this.#settleAt(done, `fsync ${path}`, resolve);
    });
  }

  get #image() {
    return this.#node.disk.image;
  }

  #transfer<T>(label: string, effect: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.#incarnation.alive) return;
      const done = this.#node.disk.occupy('transfer');
      try {
        const result = effect();
        this.#settleAt(done, label, () => resolve(result));
      } catch (error) {
        this.#settleAt(done, label, () => reject(error));
      }
    });
  }

  #settleAt(time: number, label: string, settle: () => void): void {
    this.#node.settleAt(time, { incarnation: this.#incarnation, label, settle });
  }
}

function missing(path: string): DiskError {
  return new DiskError('ENOENT', `there is no file ${path}`);
}

function must(existed: boolean, path: string): void {
  if (!existed) throw missing(path);
}
