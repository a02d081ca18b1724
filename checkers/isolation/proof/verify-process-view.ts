/** Re-checks what a process must take for the order of writes: each conclusion from a way of steps, then the cycle or the read of nil. */
import type { Anomaly, History } from '../../../harness/contracts/index.ts';
import { HOLDS, refuted, type Verification } from '../../certificates/verifier.ts';
import { type MicroOp, RawHistory, same } from './raw-history.ts';
import { tookEffect } from './took-effect.ts';

type Place = readonly [event: number, op: number];

interface Certificate {
  readonly type: 'pram-cycle' | 'causal-cycle';
  readonly process: number;
  /** The way leads from a write to a read of the process that returned `to`: so the write comes before `to`. */
  readonly derived: readonly { readonly way: readonly Place[]; readonly to: Place }[];
  readonly cycle?: readonly Place[];
  /** The way from a write to a read of nil. */
  readonly nil?: readonly Place[];
}

/** Verifies `isolation/process-view`. */
export function verifyProcessView(history: History, anomaly: Anomaly): Verification {
  const certificate = anomaly.certificate.data as unknown as Certificate;
  if (certificate.type !== anomaly.type) return refuted('it certifies another anomaly');
  const view = new View(new RawHistory(history), certificate);
  for (const { way, to } of certificate.derived) {
    const why = view.flawOfWay(way) ?? view.flawOfReturn(way, to);
    if (why !== undefined) return refuted(why);
    view.learn(way[0]!, to);
  }
  const { cycle, nil } = certificate;
  const why = nil !== undefined ? (view.flawOfWay(nil) ?? view.flawOfNil(nil)) : view.flawOfWay([...cycle!, cycle![0]!]);
  return why === undefined ? HOLDS : refuted(why);
}

class View {
  readonly #raw: RawHistory;
  readonly #certificate: Certificate;
  readonly #learnt = new Set<string>();

  constructor(raw: RawHistory, certificate: Certificate) {
    this.#raw = raw;
    this.#certificate = certificate;
  }

  learn(from: Place, to: Place): void {
    this.#learnt.add(JSON.stringify([from, to]));
  }

  flawOfWay(way: readonly Place[]): string | undefined {
    if (way.length < 2) return 'the way has no step';
    for (const [i, from] of way.slice(0, -1).entries()) {
      const to = way[i + 1]!;
      for (const [event] of [from, to]) if (!tookEffect(this.#raw, event)) return `nothing shows that the transaction at event ${event} took effect`;
      if (!this.#inProcess(from, to) && !this.#read(from, to) && !this.#learnt.has(JSON.stringify([from, to]))) return 'nothing orders a step of the way';
    }
    return undefined;
  }

  flawOfReturn(way: readonly Place[], to: Place): string | undefined {
    const [first, last] = [way[0]!, way.at(-1)!];
    const [f, key] = this.#op(first);
    if (f !== 'w' || !this.#isOwnRead(last, key) || same(this.#op(first)[2], this.#op(to)[2])) return 'it is no other write of the key that was read';
    return this.#wrote(to, last) ? undefined : 'the read did not return that write';
  }

  flawOfNil(way: readonly Place[]): string | undefined {
    const [f, key] = this.#op(way[0]!);
    const last = way.at(-1)!;
    return f === 'w' && this.#isOwnRead(last, key) && (this.#op(last)[2] ?? null) === null && this.#raw.writers(key, null).length === 0
      ? undefined
      : 'it is no read of nil';
  }

  #op([event, op]: Place): MicroOp {
    return this.#raw.ops(event)[op]!;
  }

  #isOwnRead(place: Place, key: MicroOp[1]): boolean {
    const [f, k] = this.#op(place);
    return f === 'r' && same(k, key) && this.#raw.outcome(place[0]) === 'ok' && this.#raw.event(place[0]).process === this.#certificate.process;
  }

  #inProcess([one, at]: Place, [other, then]: Place): boolean {
    const raw = this.#raw;
    if (one === other) return at < then;
    return raw.outcome(one) === 'ok' && raw.event(one).process === raw.event(other).process && raw.interval(one).end < raw.interval(other).start;
  }

  /** Whether the second read the first: for PRAM only where it is a read of the process. */
  #read(from: Place, to: Place): boolean {
    const isOwn = this.#raw.event(to[0]).process === this.#certificate.process;
    return this.#op(to)[0] === 'r' && this.#raw.outcome(to[0]) === 'ok' && (isOwn || this.#certificate.type === 'causal-cycle') && this.#wrote(from, to);
  }

  /** Whether the value that was read is that of this write, and of no other. */
  #wrote(write: Place, read: Place): boolean {
    const [f, key, value] = this.#op(write);
    const [, k, result] = this.#op(read);
    if (f !== 'w' || !same(key, k) || !same(value, result) || value === null) return false;
    const writers = this.#raw.writers(key, value ?? null).filter((one) => this.#raw.outcome(one) !== 'fail');
    const times = this.#raw.ops(write[0]).filter(([g, other, v]) => g === 'w' && same(other, key) && same(v, value)).length;
    return writers.length === 1 && times === 1;
  }
}
