/** Re-checks what the checker `error-bound` claims: counts the misses anew, and adds up the chances term by term. */
import type { Event, History } from '../../harness/contracts/index.ts';
import { canonicalJson } from '../../harness/history/canonical-json.ts';
import { type CertificateVerifier, HOLDS, refuted } from '../certificates/verifier.ts';

interface Law {
  readonly of: 'sum' | 'distinct';
  readonly epsilon: number;
  readonly error: 'relative' | 'absolute';
  readonly delta: number;
  readonly significance: number;
  readonly independent: 'keys' | 'estimates';
  readonly reads: 'every' | 'final';
  readonly add: string;
  readonly read: string;
}

/** An estimate, and whether it is off whatever the truth is. */
interface Judged {
  readonly at: number;
  readonly begun: number;
  readonly isMiss: boolean;
}

/** O(events). */
export const verifyErrorBoundCertificate: CertificateVerifier = (history, anomaly) => {
  const { law, misses, trials } = anomaly.certificate.data as unknown as { law: Law; misses: number; trials: number };
  if (anomaly.type !== 'outside-bound') return refuted('it certifies another anomaly');
  let [counted, missed] = [0, 0];
  const named = new Set(anomaly.ops);
  for (const key of keysOf(history, law)) {
    const judged = key.judged.filter(({ begun }) => law.reads === 'every' || begun > key.lastUpdate);
    for (const { at, isMiss } of law.delta < 1 && law.independent === 'keys' ? judged.slice(-1) : judged) {
      counted++;
      if (!isMiss) continue;
      missed++;
      named.delete(at);
    }
  }
  if (named.size > 0) return refuted('an estimate that is named is within the bound');
  if (counted !== trials || missed !== misses || missed === 0) return refuted(`${missed} of ${counted} estimates are off`);
  return law.delta === 1 || chanceOf(missed, counted, 1 - law.delta) < law.significance ? HOLDS : refuted('chance may do that');
};

function keysOf(history: History, law: Law): Iterable<Key> {
  const keys = new Map<string, Key>();
  for (let i = 0; i < history.length; i++) {
    const event = history.event(i);
    if (typeof event.process !== 'number' || (event.f !== law.add && event.f !== law.read)) continue;
    const name = event.key === undefined ? '' : canonicalJson(event.key);
    const key = keys.get(name) ?? new Key(law);
    keys.set(name, key);
    const pair = history.columns.pair[i] ?? -1;
    if (event.f === law.add) key.update(history, event.type === 'invoke' ? i : pair, i);
    else if (event.type === 'invoke') key.begin(i);
    else key.read(event, pair);
  }
  return keys.values();
}

/** What was added to one key so far: what is acknowledged, and all that was begun; positive and negative amounts apart. */
class Key {
  readonly judged: Judged[] = [];
  lastUpdate = -1;
  readonly #law: Law;
  readonly #acknowledged = new Set<string>();
  readonly #begun = new Set<string>();
  readonly #sums = { acknowledgedUp: 0, acknowledgedDown: 0, begunUp: 0, begunDown: 0 };
  readonly #certainAt = new Map<number, readonly [up: number, down: number]>();

  constructor(law: Law) {
    this.#law = law;
  }

  update(history: History, invocation: number, at: number): void {
    this.lastUpdate = at;
    const asked = history.event(invocation);
    const completion = history.columns.pair[invocation] ?? -1;
    const end = completion < 0 ? undefined : history.event(completion);
    if (end?.type === 'fail' || end?.applied === false) return;
    const isBegun = at === invocation;
    if (!isBegun && end?.type !== 'ok') return;
    (isBegun ? this.#begun : this.#acknowledged).add(canonicalJson(asked.value));
    const amount = typeof asked.value === 'number' ? asked.value : asked.value === null ? 1 : 0;
    if (amount > 0) this.#sums[isBegun ? 'begunUp' : 'acknowledgedUp'] += amount;
    else this.#sums[isBegun ? 'begunDown' : 'acknowledgedDown'] += amount;
  }

  begin(at: number): void {
    this.#certainAt.set(at, this.#law.of === 'distinct' ? [this.#acknowledged.size, 0] : [this.#sums.acknowledgedUp, this.#sums.acknowledgedDown]);
  }

  read({ index, type, applied, value }: Event, begun: number): void {
    const [up, down] = this.#certainAt.get(begun) ?? [0, 0];
    const estimate = typeof value === 'object' && value !== null ? (value as { estimate?: unknown }).estimate : value;
    if (type !== 'ok' || applied === false || typeof estimate !== 'number') return;
    const isDistinct = this.#law.of === 'distinct';
    const [least, most] = [up + (isDistinct ? 0 : this.#sums.begunDown), down + (isDistinct ? this.#begun.size : this.#sums.begunUp)];
    const slack = (truth: number): number => (this.#law.error === 'absolute' ? this.#law.epsilon : this.#law.epsilon * Math.abs(truth));
    this.judged.push({ at: index, begun, isMiss: estimate < least - slack(least) || estimate > most + slack(most) });
  }
}

/** The probability of so many or more, term by term. */
function chanceOf(misses: number, trials: number, probability: number): number {
  let [log, sum] = [trials * Math.log1p(-probability), 0];
  for (let k = 0; k <= trials; k++) {
    if (k >= misses) sum += Math.exp(log);
    log += Math.log((trials - k) / (k + 1)) + Math.log(probability) - Math.log1p(-probability);
  }
  return sum;
}
