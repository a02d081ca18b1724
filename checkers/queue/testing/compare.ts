/** Compares the checker with its definition on many random histories. */
import { createRng } from '../../../harness/random/rng.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { writtenHistory } from '../../testing/written-history.ts';
import { totalQueue } from '../total-queue.ts';
import { naiveAnomalies } from './naive.ts';
import { RandomQueue } from './random-queue.ts';

export interface Comparison {
  readonly histories: number;
  readonly valid: number;
  readonly convicted: number;
  /** How many anomalies of each type were found. */
  readonly types: Readonly<Record<string, number>>;
  readonly mismatches: readonly string[];
}

/** Histories short enough that every anomaly is spelled out. */
const STEPS = 26;
/** At most so many of a type are. */
const SPELLED_OUT = 8;

export function compareWithNaive(histories: number, seed: number): Comparison {
  const mismatches: string[] = [];
  const types: Record<string, number> = {};
  let convicted = 0;
  let valid = 0;
  const root = createRng(seed);
  for (let n = 0; n < histories; n++) {
    const rng = root.fork(n);
    const history = writtenHistory(new RandomQueue((limit) => rng.int(0, limit - 1), n % 3 === 0 ? 0 : 4 + (n % 20)).events(STEPS));
    const options = totalQueue.options.parse({
      order: n % 2 === 0 ? 'fifo' : 'any',
      unknownTakes: n % 4 < 2 ? 'may-remove' : 'remove-nothing',
      deadLetters: n % 5 === 0 ? 'lost' : 'kept',
      ...(n % 3 === 1 && { visibilityMs: 3 + (n % 8) }),
    });
    const result = totalQueue.check(history, options, UNLIMITED);
    const anomalies = result.valid === false ? result.anomalies : [];
    const stats = result.stats as Readonly<Record<string, number>>;
    const found = anomalies.map(({ type, certificate: { kind, data } }) => {
      types[type] = (types[type] ?? 0) + 1;
      return kind === 'queue/lost-some' ? `lost-some ${stats['lost']}` : `${type} ${(data as { message: number }).message}`;
    });
    if (result.valid === false) convicted++;
    if (result.valid === true) valid++;
    const counts = new Map<string, number>();
    for (const { type } of anomalies) counts.set(type, (counts.get(type) ?? 0) + 1);
    if ([...counts.values()].some((count) => count >= SPELLED_OUT)) continue;
    const expected = naiveAnomalies(history, options).join();
    const refused = anomalies.map((anomaly) => verifyCertificate(history, anomaly)).find(({ ok }) => !ok);
    if (found.sort().join() !== expected || refused !== undefined)
      mismatches.push(`history ${n} (${JSON.stringify(options)}): [${found}] instead of [${expected}] ${refused?.why ?? ''}`);
  }
  return { histories, valid, convicted, types, mismatches };
}
