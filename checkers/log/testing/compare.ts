/** Compares the checker with its definition on many random histories. */
import type { Anomaly, Value } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { writtenHistory } from '../../testing/written-history.ts';
import { log } from '../log.ts';
import { naiveLogAnomalies } from './naive.ts';
import { randomLog } from './random-log.ts';

export interface Comparison {
  readonly histories: number;
  readonly convicted: number;
  /** How many histories have each anomaly. */
  readonly seen: Readonly<Record<string, number>>;
  readonly mismatches: readonly string[];
}

export function compareWithNaive(histories: number, seed: number): Comparison {
  const mismatches: string[] = [];
  const seen: Record<string, number> = {};
  let convicted = 0;
  const root = createRng(seed);
  for (let n = 0; n < histories; n++) {
    const rng = root.fork(n);
    const { events, right } = randomLog(rng, 10);
    const history = writtenHistory(events);
    const given = {
      rebalances: n % 2 === 0 ? 'any-time' : 'recorded',
      group: n % 3 === 0 ? 'exactly-once' : 'at-least-once',
      caughtUpAfter: 1 + (n % 3),
    } as const;
    const result = log.check(history, log.options.parse({ ...given, allow: [] }), UNLIMITED);
    const expected = naiveLogAnomalies(history, given);
    const anomalies = result.valid === false ? result.anomalies : [];
    const found = anomalies.map(lineOf).sort();
    if (found.length > 0) convicted++;
    if (right && found.some((line) => !line.startsWith('int-send-skip'))) mismatches.push(`history ${n} is right, and yet: ${found.join(', ')}`);
    for (const type of new Set(anomalies.map((anomaly) => anomaly.type))) {
      seen[type] = (seen[type] ?? 0) + 1;
      // some may not be spelled out
      if (anomalies.filter((anomaly) => anomaly.type === type).length >= 8) continue;
      const [mine, theirs] = [found, expected].map((lines) => lines.filter((line) => line.startsWith(`${type} `)).join(', '));
      if (mine !== theirs) mismatches.push(`history ${n} (${JSON.stringify(given)}): [${mine}] instead of [${theirs}]`);
    }
    const types = (lines: readonly string[]) => [...new Set(lines.map((line) => line.split(' ')[0]))].join();
    if (types(found) !== types(expected)) mismatches.push(`history ${n} (${JSON.stringify(given)}): ${types(found)} instead of ${types(expected)}`);
    for (const anomaly of anomalies) {
      const { ok, why } = verifyCertificate(history, anomaly);
      if (!ok) mismatches.push(`history ${n} (${JSON.stringify(given)}): ${anomaly.type} refused: ${why}`);
    }
  }
  return { histories, convicted, seen, mismatches };
}

function lineOf({ type, certificate }: Anomaly): string {
  const data = certificate.data as { readonly [key: string]: Value };
  const { key, value, offset } = data;
  if (type === 'torn-transaction') return `${type} ${data['invoke']}`;
  if (type === 'precommitted-read') return `${type} ${data['at']}`;
  if (type === 'inconsistent-offsets' || type === 'consumed-twice') return `${type} ${key} ${offset}`;
  if (type.endsWith('-send') || type === 'int-send-skip') return `${type} ${key} ${data['earlierValue']} ${value}`;
  if (type.includes('poll')) return `${type} ${key} ${data['before']}@${data['beforeOffset']} ${data['after']}@${data['afterOffset']}`;
  return `${type} ${key} ${value}`;
}
