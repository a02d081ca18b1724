/** Small random histories of logs: half of what they say is true of a log that is kept, half of it is anything. */
import type { Rng, Value } from '../../../harness/contracts/index.ts';
import type { RandomHistory } from '../../testing/against-definition.ts';
import { phase, type WrittenEvent } from '../../testing/written-history.ts';

interface Running {
  readonly f: string;
  readonly asked: readonly (readonly Value[])[];
}

/** Up to about `most` operations of three clients, and often a final consumer. */
export function randomLog(rng: Rng, most: number): RandomHistory {
  const log = new RandomLog(rng);
  return { events: log.events(most), right: log.wild === 0 };
}

class RandomLog {
  readonly #rng: Rng;
  readonly #events: WrittenEvent[] = [];
  readonly #logs: Value[][] = [[], []];
  readonly #positions = new Map<number, number[]>();
  readonly #running = new Map<number, Running>();
  readonly wild: number;
  #process = 3;
  #value = 0;

  constructor(rng: Rng) {
    this.#rng = rng;
    // some histories are right throughout, so that what is rare is not drowned
    this.wild = this.#below(3) === 0 ? 0 : this.#below(8);
  }

  events(most: number): WrittenEvent[] {
    const clients = [0, 1, 2];
    const phases = this.#below(4) === 0;
    if (phases) this.#events.push(phase('workload'));
    for (let step = this.#below(2 * most) + 2; step > 0; step--) {
      const at = this.#below(3);
      const process = clients[at]!;
      if (!this.#running.has(process)) this.#invoke(process);
      else if (!this.#complete(process)) clients[at] = this.#process++;
    }
    if (phases) this.#events.push(phase('final-reads'));
    if (this.#below(3) > 0) this.#final(this.#process++);
    return this.#events;
  }

  #below(limit: number): number {
    return this.#rng.int(0, limit - 1);
  }

  #isWild(): boolean {
    return this.#below(16) < this.wild;
  }

  #invoke(process: number): void {
    const kind = this.#below(12) - (this.#positions.has(process) ? 0 : 3);
    if (kind <= 0) {
      const keys = this.#below(2) === 0 ? [0, 1] : [this.#below(2)];
      const f = this.#below(2) === 0 ? 'assign' : 'subscribe';
      this.#events.push([process, 'invoke', f, keys]);
      this.#running.set(process, { f, asked: [keys] });
      return;
    }
    const send = (): Value[] => ['send', this.#below(2), this.#isWild() ? this.#below(this.#value + 1) : this.#value++];
    const f = kind < 4 ? 'send' : kind < 8 ? 'poll' : 'txn';
    const asked: Value[][] = [];
    for (let n = this.#below(f === 'txn' ? 3 : 2) + 1; n > 0; n--) asked.push(f === 'send' || (f === 'txn' && this.#below(2) === 0) ? send() : ['poll']);
    // a transaction that sends first may poll what it has sent
    if (!this.#isWild()) asked.sort((a, b) => a.length - b.length);
    this.#events.push([process, 'invoke', f, asked]);
    this.#running.set(process, { f, asked });
  }

  /** False where the process is over. */
  #complete(process: number): boolean {
    const { f, asked } = this.#running.get(process)!;
    this.#running.delete(process);
    const how = this.#below(10);
    if (how < 2) {
      const done = how === 0 && this.#below(3) > 0;
      if (f !== 'assign' && f !== 'subscribe' && done) this.#answer(process, asked, f);
      this.#events.push([process, 'info', f, asked]);
      return false;
    }
    if (how === 2) {
      if (this.#isWild()) this.#answer(process, asked, f);
      this.#events.push([process, 'fail', f, asked, { error: { code: 'aborted', message: '' } }]);
    } else if (f === 'assign' || f === 'subscribe') this.#events.push([process, 'ok', f, asked[0]!]);
    else this.#events.push([process, 'ok', f, this.#answer(process, asked, f)]);
    return true;
  }

  #answer(process: number, asked: readonly (readonly Value[])[], f: string): Value {
    const done: Value[] = [];
    for (const [kind, key, value] of asked) {
      if (f !== 'send' && this.#below(8) === 0) done.push(['rebalance', [this.#below(2)]]);
      if (kind === 'send') done.push(['send', key!, [this.#append(key as number, value!), value!]]);
      else done.push(['poll', this.#records(process)]);
    }
    return done;
  }

  #append(key: number, value: Value): number | null {
    const log = this.#logs[key]!;
    if (this.#below(8) === 0) log.push(null);
    if (this.#isWild()) return this.#below(3) === 0 ? null : this.#below(log.length + 2);
    log.push(value);
    return this.#below(6) === 0 ? null : log.length - 1;
  }

  #records(process: number): Value {
    const found: Record<string, Value> = {};
    const positions = this.#positions.get(process) ?? [0, 0];
    this.#positions.set(process, positions);
    for (const key of [0, 1]) {
      const list: Value[] = [];
      for (let n = this.#below(4) || (this.wild === 0 ? 1 : 0); n > 0; n--) {
        if (this.#isWild()) positions[key] = this.#below(this.#logs[key]!.length + 1);
        while (this.#logs[key]![positions[key]!] === null) positions[key]!++;
        const at = positions[key]!++;
        const value = this.#logs[key]![at];
        if (this.#isWild()) list.push([this.#below(4), this.#below(this.#value + 1)]);
        else if (value === undefined || value === null) positions[key]!--;
        else list.push([at, value]);
      }
      if (list.length > 0) found[key] = list;
    }
    return found;
  }

  #final(process: number): void {
    const one = (f: string, asked: Value, answer: Value): void => {
      this.#events.push([process, 'invoke', f, asked], [process, 'ok', f, answer]);
    };
    if (this.#below(4) > 0) {
      const keys = this.#below(3) > 0 ? [0, 1] : [this.#below(2)];
      one('assign', keys, keys);
    }
    const atTheEnd = () => this.#logs.every((log, key) => log.slice(this.#positions.get(process)?.[key] ?? 0).every((value) => value === null));
    for (let n = this.#below(6); n > 0 || (this.wild === 0 && !atTheEnd()); n--) one('poll', [['poll']], [['poll', this.#records(process)]]);
    if (this.#below(8) === 0) this.#events.push([process, 'invoke', 'poll', [['poll']]], [process, 'fail', 'poll', [['poll']]]);
    for (let n = this.#below(4); n > 0; n--) one('poll', [['poll']], [['poll', {}]]);
  }
}
