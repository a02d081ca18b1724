/** Compares a checker with its naive definition on many random histories. */
import type { Anomaly, Checker, History, Rng, Value } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { type WrittenEvent, writtenHistory } from './written-history.ts';

export interface RandomHistory {
  readonly events: readonly WrittenEvent[];
  /** Whether nothing is wrong with it. */
  readonly right: boolean;
}

/** What a checker finds, as plainly as it can be said, and where to compare. */
export interface Definition<O> {
  readonly checker: Checker<O>;
  random(rng: Rng): RandomHistory;
  /** Types that a right history may have, where these options do not promise what it breaks. */
  readonly excused: readonly string[];
  /** The options of the n-th history. */
  options(n: number): O;
  /** Every anomaly as a line that begins with its type. */
  naive(history: History, options: O): readonly string[];
  /** The same of an anomaly that was found. */
  line(anomaly: Anomaly, data: { readonly [key: string]: Value }): string;
}

export interface Comparison {
  readonly histories: number;
  readonly convicted: number;
  /** How many histories have each anomaly. */
  readonly seen: Readonly<Record<string, number>>;
  readonly mismatches: readonly string[];
}

/** At most so many anomalies of a kind are spelled out by a checker; where there may be more only the kinds are compared. */
const SPELLED_OUT = 8;

export function compareWithDefinition<O>(definition: Definition<O>, histories: number, seed: string | number): Comparison {
  const mismatches: string[] = [];
  const seen: Record<string, number> = {};
  let convicted = 0;
  const root = createRng(seed);
  for (let n = 0; n < histories; n++) {
    const { events, right } = definition.random(root.fork(n));
    const history = writtenHistory(events);
    const options = definition.options(n);
    const result = definition.checker.check(history, options, UNLIMITED);
    const anomalies = result.valid === false ? result.anomalies : [];
    const found = anomalies.map((anomaly) => definition.line(anomaly, anomaly.certificate.data as { readonly [key: string]: Value }));
    const wrong = (what: string) => mismatches.push(`history ${n} (${JSON.stringify(options)}): ${what}`);
    if (found.length > 0) convicted++;
    for (const type of new Set(anomalies.map((anomaly) => anomaly.type))) seen[type] = (seen[type] ?? 0) + 1;
    differences(found, definition.naive(history, options)).forEach(wrong);
    const accused = found.filter((line) => !definition.excused.includes(line.split(' ')[0]!));
    if (right && accused.length > 0) wrong(`it is right, and yet: ${accused.join(', ')}`);
    for (const anomaly of anomalies) {
      const { ok, why } = verifyCertificate(history, anomaly);
      if (!ok) wrong(`${anomaly.type} refused: ${why}`);
    }
  }
  return { histories, convicted, seen, mismatches };
}

function differences(found: readonly string[], expected: readonly string[]): string[] {
  const ofType = (lines: readonly string[], type: string) => lines.filter((line) => line.split(' ')[0] === type).sort();
  const types = new Set([...found, ...expected].map((line) => line.split(' ')[0]!));
  return [...types].flatMap((type) => {
    const [mine, theirs] = [ofType(found, type), ofType(expected, type)];
    const same = mine.length >= SPELLED_OUT ? theirs.length >= SPELLED_OUT : mine.join() === theirs.join();
    return same ? [] : [`[${mine.join(', ')}] instead of [${theirs.join(', ')}]`];
  });
}
