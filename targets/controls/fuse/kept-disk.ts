/** One disk as its keeper's main thread sees it: mounted or not, its thread, answers that are held back. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Worker } from 'node:worker_threads';
import type { Ns, Timer } from '../../../harness/contracts/index.ts';
import { entryUrl, startWorker } from '../../../harness/entry/entry.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import type { DiskMessage, DiskOrder, DiskThreadData } from './fuse-protocol.ts';
import { HIDDEN_FOLDER } from './inode-table.ts';
import { isMounted, mountDisk, unmountDisk } from './mounts.ts';
import type { Lost } from './unsynced-log.ts';

type OrderOf<O = DiskOrder> = O extends DiskOrder ? Omit<O, 'id'> : never;

/** How long the thread may take to see that its disk is unmounted. */
const END_OF_SERVICE = ms(5_000);
const clock = createRealClock();

export class KeptDisk {
  readonly #folder: string;
  readonly #backing: number;
  readonly #thread: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<Lost | null>>();
  readonly #held = new Set<Timer>();
  #device: number | undefined;
  #served: Promise<unknown> = Promise.resolve();
  #lastOrder = 0;

  /** Throws what opening the folder throws. */
  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.#backing = openSync(folder, 'r');
    const workerData: DiskThreadData = { backing: this.#backing, seed, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    this.#thread = startWorker(entryUrl(import.meta.url, './disk-worker'), { workerData, name: 'disk' });
    this.#thread.on('message', (message: DiskMessage) => this.#receive(message));
    // without its thread the disk would answer nobody, for ever
    this.#thread.once('error', (error) => {
      unmountDisk(folder);
      console.error(error);
      process.kill(process.pid, 'SIGKILL');
    });
  }

  /** Rejects with ORDEAL_MISSING_CAPABILITY. */
  async mount(): Promise<void> {
    const device = openDevice();
    try {
      mountDisk(device, this.#folder);
    } catch (error) {
      closeSync(device);
      throw error;
    }
    this.#device = device;
    this.#served = this.#post({ do: 'serve', device });
    this.#served.catch(() => {});
  }

  /** Also while the thread serves the kernel: it looks for orders between two requests. */
  async order(order: OrderOf): Promise<Lost | null> {
    const done = this.#post(order);
    if (this.#device !== undefined) await stat(`${this.#folder}/${HIDDEN_FOLDER}-order`).catch(() => {});
    return done;
  }

  async losePower(torn: boolean): Promise<Lost | null> {
    await this.#unmount();
    const lost = await this.#post({ do: 'lose', torn });
    await this.mount();
    return lost;
  }

  /** For good; takes away what observers left. */
  close(): void {
    if (unmountDisk(this.#folder)) rmSync(`/proc/self/fd/${this.#backing}/${HIDDEN_FOLDER}`, { recursive: true, force: true });
  }

  async #unmount(): Promise<void> {
    if (!unmountDisk(this.#folder) || isMounted(this.#folder)) throw this.#stuck('cannot be unmounted');
    const patience = new AbortController();
    const late = clock.sleep(END_OF_SERVICE, patience.signal).then(
      () => 'late',
      () => 'in time',
    );
    const end = await Promise.race([this.#served, late]);
    patience.abort();
    if (end === 'late') throw this.#stuck('is unmounted and still in use');
    for (const timer of this.#held) timer.cancel();
    this.#held.clear();
    if (this.#device !== undefined) closeSync(this.#device);
    this.#device = undefined;
  }

  #post(order: OrderOf): Promise<Lost | null> {
    const id = ++this.#lastOrder;
    const waiting = Promise.withResolvers<Lost | null>();
    this.#waiting.set(id, waiting);
    this.#thread.postMessage({ ...order, id });
    return waiting.promise;
  }

  #receive(message: DiskMessage): void {
    if ('held' in message) {
      this.#hold(message.held, message.delayNs);
      return;
    }
    const waiting = this.#waiting.get(message.answers);
    this.#waiting.delete(message.answers);
    if ('error' in message) waiting?.reject(new Error(message.error));
    else waiting?.resolve(message.lost);
  }

  #hold(answer: Uint8Array, delayNs: number): void {
    const timer = clock.at((clock.now() + delayNs) as Ns, () => {
      this.#held.delete(timer);
      try {
        if (this.#device !== undefined) writeSync(this.#device, answer);
      } catch {
        // who asked was killed meanwhile
      }
    });
    this.#held.add(timer);
  }

  #stuck(what: string): OrdealError {
    return new OrdealError('ORDEAL_NODE_FAILED', { what: `the disk ${what}`, where: this.#folder });
  }
}

/** Throws ORDEAL_MISSING_CAPABILITY. */
export function openDevice(): number {
  try {
    return openSync('/dev/fuse', 'r+');
  } catch (error) {
    throw new OrdealError('ORDEAL_MISSING_CAPABILITY', {
      what: `/dev/fuse cannot be opened: ${error instanceof Error && 'code' in error ? error.code : error}`,
      remedy: 'Run as root, or let users open it (sudo chmod 666 /dev/fuse); load the module fuse (modprobe fuse).',
    });
  }
}
