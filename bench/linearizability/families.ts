/**
 * The families of registers that the bench measures: `reg` is one register, `kv10` ten; values few (`small`) or each made
 * once (`uniq`); clients nearly always in flight; a share of crashed operations; `bad` has one stale read, late.
 */
import { MUTATIONS } from '../../checkers/linearizability/testing/mutations.ts';
import { simulatedRegister } from '../../checkers/linearizability/testing/simulated-register.ts';
import type { History } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';

export interface Family {
  /** `reg-small-c05-x1-10k-bad`. */
  readonly name: string;
  readonly keys: number;
  readonly unique: boolean;
  readonly clients: number;
  readonly crashedPercent: number;
  readonly operations: number;
  readonly bad: boolean;
}

const NAMES: readonly string[] = [
  ...['small', 'uniq'].flatMap((values) =>
    ['c05', 'c10', 'c20', 'c50'].flatMap((clients) =>
      ['x0', 'x1', 'x5'].flatMap((crashed) => ['ok', 'bad'].map((truth) => `reg-${values}-${clients}-${crashed}-1k-${truth}`)),
    ),
  ),
  ...['small', 'uniq'].flatMap((values) =>
    ['c05-x0-10k', 'c05-x1-10k', 'c10-x1-10k', 'c05-x0-100k', 'c10-x0-100k', 'c05-x0-1m'].flatMap((shape) => [
      `reg-${values}-${shape}-ok`,
      `reg-${values}-${shape}-bad`,
    ]),
  ),
  ...['small', 'uniq'].flatMap((values) =>
    ['kv100-%-c50-x0-100k', 'kv10-%-c50-x1-100k', 'kv100-%-c50-x0-1m'].flatMap((shape) => [
      `${shape.replace('%', values)}-ok`,
      `${shape.replace('%', values)}-bad`,
    ]),
  ),
  'kv1000-uniq-c50-x0-10m-ok',
];

const SIZES: Readonly<Record<string, number>> = { '1k': 1_000, '10k': 10_000, '100k': 100_000, '1m': 1_000_000, '10m': 10_000_000 };

function familyOf(name: string): Family {
  const [object = '', values, clients = '', crashed = '', size = '', truth] = name.split('-');
  return {
    name,
    keys: object === 'reg' ? 0 : Number(object.slice(2)),
    unique: values === 'uniq',
    clients: Number(clients.slice(1)),
    crashedPercent: Number(crashed.slice(1)),
    operations: SIZES[size]!,
    bad: truth === 'bad',
  };
}

export const FAMILIES: readonly Family[] = NAMES.map(familyOf);

/** How many histories are drawn for one that has a place for a stale read. */
const DRAWS = 20;

/** The history of a family: the same each time. */
export function historyOf({ name, keys, unique, clients, crashedPercent, operations, bad }: Family): History {
  const rng = createRng(name);
  const draw = (i: number): History =>
    simulatedRegister(rng.fork(i), { operations, clients, crashed: crashedPercent / 100, values: unique ? 0 : 5, ...(keys > 0 && { keys }) });
  if (!bad) return draw(0);
  for (let i = 0; i < DRAWS; i++) {
    const history = MUTATIONS['stale-read']!.mutate(draw(i), rng.fork(`stale ${i}`)) ?? MUTATIONS['read-from-nowhere']!.mutate(draw(i), rng);
    if (history) return history;
  }
  throw new Error(`${name}: no place for a stale read`);
}
