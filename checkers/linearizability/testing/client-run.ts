/**
 * Histories as our own register workload makes them: clients in a closed loop on a few keys, unique values, a cas proposes
 * what was last read, and now and then a fault during which operations time out, some of which take effect much later.
 */
import type { Event, History, Ns, Rng, Value } from '../../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../../harness/history/builder.ts';

export interface ClientRunOptions {
  readonly operations: number;
  readonly keys: number;
  readonly clients: number;
  /** Share of operations during a fault (a tenth of all) whose outcome is unknown. */
  readonly lost: number;
}

interface Pending {
  readonly at: number;
  readonly run: () => void;
}

/** Linearizable by construction. */
export function clientRun(rng: Rng, options: ClientRunOptions): History {
  return new ClientRun(rng, options).history();
}

class ClientRun {
  readonly #rng: Rng;
  readonly #options: ClientRunOptions;
  readonly #builder = new HistoryBuilder();
  readonly #registers: (number | null)[];
  readonly #lastRead: (number | null)[];
  readonly #queue: Pending[] = [];
  #started = 0;
  #nextValue = 1;
  #nextProcess: number;
  #now = 0;

  constructor(rng: Rng, options: ClientRunOptions) {
    this.#rng = rng;
    this.#options = options;
    this.#registers = new Array<number | null>(options.keys).fill(null);
    this.#lastRead = new Array<number | null>(options.keys).fill(null);
    this.#nextProcess = options.clients;
  }

  history(): History {
    for (let client = 0; client < this.#options.clients; client++) this.#after(this.#rng.float01(), () => this.#invoke(client));
    for (let next = this.#queue.pop(); next; next = this.#queue.pop()) {
      this.#now = next.at;
      next.run();
    }
    return this.#builder.build();
  }

  #after(delay: number, run: () => void): void {
    const at = this.#now + delay;
    let i = this.#queue.length;
    this.#queue.push({ at, run });
    for (; i > 0 && this.#queue[i - 1]!.at < at; i--) this.#queue[i] = this.#queue[i - 1]!;
    this.#queue[i] = { at, run };
  }

  #append(event: Pick<Event, 'type' | 'process' | 'f' | 'key' | 'value' | 'applied'>): void {
    this.#builder.append({ ...event, time: Math.round(this.#now * 1e6) as Ns });
  }

  #invoke(process: number): void {
    if (this.#started++ >= this.#options.operations) return;
    const key = this.#rng.int(0, this.#options.keys - 1);
    const kind = this.#rng.int(0, 9);
    const f = kind < 5 ? 'read' : kind < 8 ? 'write' : 'cas';
    const input: Value = f === 'read' ? null : f === 'write' ? this.#nextValue++ : [this.#lastRead[key]!, this.#nextValue++];
    const about = { process, f, key };
    this.#append({ ...about, type: 'invoke', value: input });
    const faulty = this.#started % 5_000 > 4_500;
    const lost = faulty && this.#rng.float01() < this.#options.lost;
    const latency = this.#rng.float01() * this.#rng.float01() * 10;
    if (!lost) {
      this.#after(latency * this.#rng.float01(), () => {
        const { output, refused } = this.#apply(f, key, input);
        this.#after(latency * this.#rng.float01(), () => {
          if (f === 'read') this.#lastRead[key] = output as number | null;
          this.#append({ ...about, type: 'ok', value: output, ...(refused ? { applied: false as const } : {}) });
          this.#invoke(process);
        });
      });
      return;
    }
    if (this.#rng.int(0, 1) === 0) this.#after(this.#rng.float01() * 200, () => this.#apply(f, key, input));
    this.#after(20, () => {
      this.#append({ ...about, type: 'info', value: input });
      this.#invoke(this.#nextProcess++);
    });
  }

  #apply(f: string, key: number, input: Value): { output: Value; refused: boolean } {
    const before = this.#registers[key]!;
    if (f === 'read') return { output: before, refused: false };
    if (f === 'write') {
      this.#registers[key] = input as number;
      return { output: input, refused: false };
    }
    const [from, to] = input as [number | null, number];
    if (before === from) this.#registers[key] = to;
    return { output: input, refused: before !== from };
  }
}
