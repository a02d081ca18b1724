/**
 * Histories of a real register, at any length: clients nearly always have an operation in flight, each takes effect at an
 * instant of its interval (uniform). A crashed one never returns; half of these take effect, late, and its process is replaced.
 */
import type { History, Rng } from '../../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../../harness/history/builder.ts';
import { INFO, INVOKE, NOT_APPLIED, OK } from '../../../harness/history/columns.ts';

export interface SimulatedRegisterOptions {
  readonly operations: number;
  readonly clients: number;
  /** Share of operations that crash. */
  readonly crashed: number;
  /** How many different values there are beside the initial 0; 0: each write and cas has a fresh one. */
  readonly values: number;
  /** 0 for a history without keys. */
  readonly keys?: number;
  /** Parts of a hundred. The rest is cas. */
  readonly reads?: number;
  readonly writes?: number;
}

const READ = 0;
const WRITE = 1;
const CAS = 2;

/** What a client does next: call, take effect, return. */
const CALL = 0;
const EFFECT = 1;
const RETURN = 2;

/** Linearizable by construction, for `cas-register` with initial value 0; a refused cas is an observation. */
export function simulatedRegister(rng: Rng, options: SimulatedRegisterOptions): History {
  return new Simulation(rng, options).run();
}

class Simulation {
  readonly #rng: Rng;
  readonly #options: SimulatedRegisterOptions;
  readonly #builder: HistoryBuilder;
  readonly #f: Int32Array;
  readonly #keys: number;
  /** By key. */
  readonly #state: Int32Array;
  readonly #fresh: Int32Array;
  readonly #error: number;
  /** By client. */
  readonly #at: Float64Array;
  readonly #phase: Uint8Array;
  readonly #process: Int32Array;
  readonly #kind: Uint8Array;
  readonly #key: Int32Array;
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #answer: Int32Array;
  readonly #refused: Uint8Array;
  readonly #end: Float64Array;
  /** Effects of crashed operations, the next one last. */
  readonly #late: { readonly at: number; readonly kind: number; readonly key: number; readonly from: number; readonly to: number }[] = [];
  #nextProcess: number;
  #started = 0;
  #ticks = 0;

  constructor(rng: Rng, options: SimulatedRegisterOptions) {
    const { clients } = options;
    this.#rng = rng;
    this.#options = options;
    this.#builder = new HistoryBuilder({ capacity: 2 * options.operations });
    this.#f = Int32Array.from(['read', 'write', 'cas'], (name) => this.#builder.fCode(name));
    this.#error = this.#builder.errorCode({ code: 'timeout', message: 'no answer' });
    this.#keys = Math.max(1, options.keys ?? 0);
    this.#state = new Int32Array(this.#keys);
    this.#fresh = new Int32Array(this.#keys);
    this.#at = Float64Array.from({ length: clients }, () => rng.float01());
    this.#phase = new Uint8Array(clients);
    this.#process = Int32Array.from({ length: clients }, (_, client) => client);
    this.#kind = new Uint8Array(clients);
    this.#refused = new Uint8Array(clients);
    this.#end = new Float64Array(clients);
    const [key, from, to, answer] = Array.from({ length: 4 }, () => new Int32Array(clients)) as [Int32Array, Int32Array, Int32Array, Int32Array];
    this.#key = key;
    this.#from = from;
    this.#to = to;
    this.#answer = answer;
    this.#nextProcess = clients;
  }

  run(): History {
    for (;;) {
      const client = this.#next();
      const at = this.#at[client]!;
      if (at === Number.POSITIVE_INFINITY) return this.#builder.build();
      for (let late = this.#late.at(-1); late && late.at < at; late = this.#late.at(-1)) {
        this.#late.pop();
        this.#apply(late.kind, late.key, late.from, late.to);
      }
      if (this.#phase[client] === CALL) this.#call(client, at);
      else if (this.#phase[client] === EFFECT) this.#takeEffect(client);
      else this.#return(client, at);
    }
  }

  #next(): number {
    let next = 0;
    for (let client = 1; client < this.#at.length; client++) if (this.#at[client]! < this.#at[next]!) next = client;
    return next;
  }

  #call(client: number, at: number): void {
    if (this.#started === this.#options.operations) {
      this.#at[client] = Number.POSITIVE_INFINITY;
      return;
    }
    this.#started++;
    const rng = this.#rng;
    const { reads = 50, writes = 25, values, crashed } = this.#options;
    const drawn = rng.int(0, 99);
    const kind = drawn < reads ? READ : drawn < reads + writes ? WRITE : CAS;
    const key = this.#keys === 1 ? 0 : rng.int(0, this.#keys - 1);
    const recent = this.#state[key]!;
    this.#kind[client] = kind;
    this.#key[client] = key;
    this.#from[client] = rng.int(0, 3) > 0 ? recent : values > 0 ? rng.int(0, values) : Math.max(0, recent - rng.int(0, 3));
    this.#to[client] = kind === READ ? 0 : values > 0 ? rng.int(1, values) : ++this.#fresh[key]!;
    this.#append(client, INVOKE, kind === READ ? this.#null() : this.#input(client));
    const end = at + 0.05 + rng.float01();
    if (crashed > 0 && rng.float01() < crashed) {
      if (rng.int(0, 1) === 0) this.#later(client, at + 4 * rng.float01());
      this.#crash(client, end);
      return;
    }
    this.#end[client] = end;
    this.#at[client] = at + rng.float01() * (end - at);
    this.#phase[client] = EFFECT;
  }

  #later(client: number, at: number): void {
    let i = this.#late.length;
    const effect = { at, kind: this.#kind[client]!, key: this.#key[client]!, from: this.#from[client]!, to: this.#to[client]! };
    this.#late.push(effect);
    for (; i > 0 && this.#late[i - 1]!.at < at; i--) this.#late[i] = this.#late[i - 1]!;
    this.#late[i] = effect;
  }

  /** The process is given up, and another one takes its place. */
  #crash(client: number, end: number): void {
    this.#append(client, INFO, this.#null(), this.#error);
    this.#process[client] = this.#nextProcess++;
    this.#at[client] = end;
    this.#phase[client] = CALL;
  }

  #takeEffect(client: number): void {
    this.#answer[client] = this.#state[this.#key[client]!]!;
    this.#refused[client] = this.#apply(this.#kind[client]!, this.#key[client]!, this.#from[client]!, this.#to[client]!) ? 0 : 1;
    this.#at[client] = this.#end[client]!;
    this.#phase[client] = RETURN;
  }

  #apply(kind: number, key: number, from: number, to: number): boolean {
    if (kind === CAS && this.#state[key] !== from) return false;
    if (kind !== READ) this.#state[key] = to;
    return true;
  }

  #return(client: number, at: number): void {
    const refused = this.#refused[client] === 1;
    this.#append(client, refused ? OK | NOT_APPLIED : OK, this.#kind[client] === READ ? this.#answer[client]! : this.#input(client));
    this.#at[client] = at + 0.02 * this.#rng.float01();
    this.#phase[client] = CALL;
  }

  #input(client: number): number {
    if (this.#kind[client] === WRITE) return this.#to[client]!;
    return this.#builder.valueIdOfCanonical(`[${this.#from[client]},${this.#to[client]}]`);
  }

  #null(): number {
    return this.#builder.valueIdOfCanonical('null');
  }

  #append(client: number, type: number, value: number, error = -1): void {
    const key = this.#options.keys ? this.#key[client]! : this.#builder.valueId(undefined);
    const f = this.#f[this.#kind[client]!]!;
    this.#builder.appendRow({ type, process: this.#process[client]!, f, key, value, time: 1_000 * ++this.#ticks, scheduled: Number.NaN, node: -1, error });
  }
}
