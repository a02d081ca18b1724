/** A long history of logs that are kept: senders, assigned consumers, a group of subscribed ones, transactions, crashes. */
import type { Rng, Value } from '../../../harness/contracts/index.ts';
import type { WrittenEvent } from '../../testing/written-history.ts';

const KEYS = [0, 1, 2, 3] as const;
const CLIENTS = 10;
/** Those of the clients that are of the group; each has a partition of its own. */
const GROUP = KEYS.length;
const BATCH = 6;
/** What a final consumer polls at once. */
const LARGE_BATCH = 500;

export class LongLog {
  /** By key, what stands in the log. */
  readonly logs: Value[][] = KEYS.map(() => []);
  /** What stands there without an acknowledgement. */
  readonly unknown = new Set<Value>();
  readonly #rng: Rng;
  readonly #emit: (event: WrittenEvent) => void;
  readonly #processes: number[] = [];
  readonly #positions: number[][] = [];
  readonly #pending: (() => void)[] = [];
  #process = 0;
  #value = 0;

  constructor(rng: Rng, emit: (event: WrittenEvent) => void) {
    this.#rng = rng;
    this.#emit = emit;
    for (let client = 0; client < CLIENTS; client++) this.#begin(client);
  }

  newProcess(): number {
    return this.#process++;
  }

  newValue(): number {
    return this.#value++;
  }

  /** What the clients do while faults hit. */
  run(operations: number): void {
    for (let n = 0; n < operations; n++) {
      const client = n % CLIENTS;
      this.#pending[client]?.();
      this.#operation(client);
    }
    for (const finish of this.#pending) finish();
  }

  /** An operation whole. */
  done(process: number, f: string, asked: Value, answer: Value, type: 'ok' | 'fail' | 'info' = 'ok'): void {
    this.#emit([process, 'invoke', f, asked]);
    this.#emit([process, type, f, type === 'ok' ? answer : asked]);
  }

  /** A new consumer reads all from the beginning. */
  final(): void {
    const process = this.newProcess();
    this.done(process, 'assign', KEYS, KEYS);
    const longest = Math.max(...this.logs.map((log) => log.length));
    for (let from = 0; from < longest; from += LARGE_BATCH) {
      const found = KEYS.map((key) => [String(key), this.logs[key]!.slice(from, from + LARGE_BATCH).map((value, i) => [from + i, value])]);
      this.done(process, 'poll', [['poll']], [['poll', Object.fromEntries(found)]]);
    }
    for (let n = 0; n < 3; n++) this.done(process, 'poll', [['poll']], [['poll', {}]]);
  }

  #below(limit: number): number {
    return this.#rng.int(0, limit - 1);
  }

  #begin(client: number): void {
    const process = this.newProcess();
    this.#processes[client] = process;
    const keys = [client % KEYS.length];
    // the group goes on where it was, everybody else begins anew
    if (client >= GROUP || this.#positions[client] === undefined) this.#positions[client] = KEYS.map(() => 0);
    this.done(process, client < GROUP ? 'subscribe' : 'assign', keys, keys);
  }

  /** Takes effect now, and completes when the client has its next turn. */
  #operation(client: number): void {
    const kind = this.#below(3);
    const f = (['send', 'poll', 'txn'] as const)[client < GROUP ? 2 : kind]!;
    const asked: Value[][] = [];
    if (f !== 'send') asked.push(['poll']);
    if (f !== 'poll') for (let n = this.#below(3) + (f === 'send' ? 1 : 0); n > 0; n--) asked.push(['send', this.#below(KEYS.length), this.newValue()]);
    const process = this.#processes[client]!;
    const fate = this.#below(400);
    this.#emit([process, 'invoke', f, asked]);
    const type = fate > 1 ? 'ok' : fate === 1 ? 'info' : 'fail';
    const happens = type === 'ok' || (type === 'info' && this.#below(2) === 0);
    const answer = happens ? this.#answer(client, asked, type === 'ok') : asked;
    this.#pending[client] = () => {
      this.#emit([process, type, f, type === 'ok' ? answer : asked]);
      if (type !== 'ok') this.#begin(client);
    };
  }

  #answer(client: number, asked: readonly (readonly Value[])[], acknowledged: boolean): Value {
    return asked.map(([kind, key, value]): Value => {
      if (kind === 'poll') return ['poll', acknowledged ? this.#records(client) : {}];
      const log = this.logs[key as number]!;
      if (!acknowledged) this.unknown.add(value!);
      return ['send', key!, [log.push(value!) - 1, value!]];
    });
  }

  #records(client: number): Value {
    const positions = this.#positions[client]!;
    const keys = [client % KEYS.length];
    const found: Record<string, Value> = {};
    for (const key of keys) {
      const from = positions[key]!;
      const list = this.logs[key]!.slice(from, from + BATCH);
      positions[key] = from + list.length;
      if (list.length > 0) found[key] = list.map((value, i) => [from + i, value]);
    }
    return found;
  }
}
