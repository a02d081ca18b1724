/**
 * A node's simulated disk: one arm, first come first served, each operation with a seeded virtual latency.
 *
 * Writes reach the page cache at once and their promises settle when the arm got to them; an fsync makes durable, when
 * it completes, the file as it was when it was asked for. A killed process leaves the page cache as it is and its fsyncs
 * under way complete; a loss of power forgets both.
 */
import type { Rng } from '../../../harness/contracts/index.ts';
import { draw32 } from '../../../harness/random/rng.ts';
import { DiskImage, type SyncPoint } from './disk-image.ts';
import type { Receiver } from './event-heap.ts';
import type { SimSettings } from './options.ts';
import type { Scheduler } from './scheduler.ts';

/** What a fault does to the disk now. */
export interface DiskCondition {
  readonly full: boolean;
  /** By how much every operation takes longer. */
  readonly delayNs: number;
}

export class DiskError extends Error {
  readonly code: 'ENOSPC' | 'ENOENT';

  constructor(code: 'ENOSPC' | 'ENOENT', message: string) {
    super(`${code}: ${message}`);
    this.name = 'DiskError';
    this.code = code;
  }
}

/** An fsync whose completion is an event of the disk, not of the program: it happens even when the program was killed. */
interface PendingSync {
  readonly point: SyncPoint;
  readonly powerCycle: number;
}

export class SimulatedDisk implements Receiver {
  readonly image = new DiskImage();
  readonly #scheduler: Scheduler;
  readonly #settings: SimSettings;
  readonly #owner: string;
  readonly #key: number;
  #operations = 0;
  #busyUntil = 0;
  #powerCycle = 0;
  condition: DiskCondition = { full: false, delayNs: 0 };

  constructor(scheduler: Scheduler, settings: SimSettings, owner: string, rng: Rng) {
    this.#scheduler = scheduler;
    this.#settings = settings;
    this.#owner = owner;
    this.#key = rng.int(0, 0xffffffff);
  }

  /** Queues one operation behind the others; gives the time at which it completes. */
  occupy(kind: 'transfer' | 'sync'): number {
    const start = Math.max(this.#busyUntil, this.#scheduler.now());
    this.#busyUntil = start + this.#needs(kind) + this.condition.delayNs;
    this.#operations++;
    return this.#busyUntil;
  }

  /** Throws ENOSPC while the disk is full. */
  admit(path: string): void {
    if (this.condition.full) throw new DiskError('ENOSPC', `no space left on the disk of ${this.#owner} for ${path}`);
  }

  /** By how much more than it needs an operation occupies the arm: one is made. */
  lateness(): number {
    const start = Math.max(this.#busyUntil, this.#scheduler.now());
    const needed = this.#needs('transfer');
    return this.occupy('transfer') - start - needed;
  }

  /** Starts an fsync; gives the time of its completion, undefined where there is no such file. */
  startSync(path: string): number | undefined {
    const point = this.image.syncPoint(path);
    if (point === undefined) return undefined;
    const done = this.occupy('sync');
    const pending: PendingSync = { point, powerCycle: this.#powerCycle };
    this.#scheduler.post(done, this, pending, 0);
    return done;
  }

  fire(payload: unknown): void {
    const { point, powerCycle } = payload as PendingSync;
    if (powerCycle === this.#powerCycle) this.image.sync(point);
  }

  describe(payload: unknown): string {
    return `disk ${this.#owner} synced ${(payload as PendingSync).point.path}`;
  }

  /** What was not synced is gone; with torn writes, a part of it may stay. */
  losePower(how?: 'torn'): void {
    this.#powerCycle++;
    this.#busyUntil = 0;
    const number = this.#powerCycle;
    let file = 0;
    const keep = (_path: string, unsynced: number): number => {
      const draw = draw32(this.#key ^ 0x7ea4, number * 1024 + file++);
      return draw % 3 === 0 ? 0 : draw % 3 === 1 ? unsynced : draw % (unsynced + 1);
    };
    this.image.losePower(how === 'torn' || this.#settings.tornWrites ? { keep } : undefined);
  }

  /** What the next operation takes by itself. */
  #needs(kind: 'transfer' | 'sync'): number {
    const least = kind === 'sync' ? this.#settings.fsyncLatencyNs : this.#settings.diskLatencyNs;
    const draw = draw32(this.#key, this.#operations);
    return least + Math.floor((2 * least * (draw >>> 16)) / 65536);
  }
}
