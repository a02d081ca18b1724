/** What is wrong with the uses of one key. */
import type { History } from '../../harness/contracts/index.ts';
import { FAIL } from '../../harness/history/columns.ts';
import { NS_PER_MS } from '../../harness/time/units.ts';
import { errorCodeAt, fateAt, outcomeAt } from '../columns/events.ts';
import type { KeyUse } from './keys.ts';

export interface KeyAnomaly {
  readonly type: 'duplicate-effect' | 'different-response' | 'reused-key-accepted' | 'wrongly-rejected' | 'failed-but-visible' | 'lost-effect';
  /** What is right by itself, and what is wrong beside it. */
  readonly first: number;
  readonly second: number;
}

interface JudgedKey {
  readonly anomalies: readonly KeyAnomaly[];
  readonly acknowledged: number;
  /** Acknowledgements too late to be judged. */
  readonly expired: number;
}

/** `lossesShow`: whether an effect that nobody saw did not happen. */
export function judgeKey(
  history: History,
  use: KeyUse,
  law: { readonly rememberedMs?: number | undefined; readonly rejection: string },
  lossesShow: boolean,
): JudgedKey {
  const { columns } = history;
  const { requests, effects } = use;
  const remembered = rememberedUntil(history, requests, law.rememberedMs);
  const acknowledgements = requests.filter((request) => fateAt(columns, request) === 'acknowledged').map((request) => columns.pair[request]!);
  const inTime = acknowledgements.filter((ack) => columns.time[ack]! <= remembered).sort((a, b) => a - b);
  const anomalies: KeyAnomaly[] = [];
  const firstByPayload = new Map<number, number>();
  const payloadOf = (ack: number): number => columns.value[columns.pair[ack]!]!;
  for (const ack of inTime) {
    const first = firstByPayload.get(payloadOf(ack));
    if (first === undefined) firstByPayload.set(payloadOf(ack), ack);
    else if (columns.value[first] !== columns.value[ack]) anomalies.push({ type: 'different-response', first, second: ack });
    if (payloadOf(ack) !== payloadOf(inTime[0]!)) anomalies.push({ type: 'reused-key-accepted', first: inTime[0]!, second: ack });
  }
  const seen = effects.filter((effect) => columns.time[effect]! <= remembered);
  if (seen.length > 1) anomalies.push({ type: 'duplicate-effect', first: seen[0]!, second: seen[1]! });
  if (lossesShow && effects.length === 0 && inTime.length > 0) anomalies.push({ type: 'lost-effect', first: columns.pair[inTime[0]!]!, second: inTime[0]! });
  anomalies.push(...ofRefused(history, use, law.rejection));
  return { anomalies, acknowledged: acknowledgements.length, expired: acknowledgements.length - inTime.length };
}

/** Until when the first life of the key certainly lasts, in ns. */
function rememberedUntil(history: History, requests: readonly number[], rememberedMs: number | undefined): number {
  if (rememberedMs === undefined) return Infinity;
  const first = requests.find((request) => fateAt(history.columns, request) !== 'refused');
  return first === undefined ? -Infinity : history.columns.time[first]! + rememberedMs * NS_PER_MS;
}

function ofRefused(history: History, { requests, effects }: KeyUse, rejection: string): KeyAnomaly[] {
  const { columns } = history;
  const anomalies: KeyAnomaly[] = [];
  for (const request of requests) {
    const completion = columns.pair[request]!;
    if (outcomeAt(columns, request) !== FAIL || errorCodeAt(history, completion) !== rejection) continue;
    const other = requests.some((each) => each < completion && columns.value[each] !== columns.value[request]);
    if (!other) anomalies.push({ type: 'wrongly-rejected', first: request, second: completion });
  }
  for (const effect of effects) {
    const asking = requests.filter((request) => columns.value[request] === columns.value[effect]);
    if (asking.length === 0 || asking.some((request) => fateAt(columns, request) !== 'refused')) continue;
    anomalies.push({ type: 'failed-but-visible', first: columns.pair[asking[0]!]!, second: effect });
  }
  return anomalies;
}
