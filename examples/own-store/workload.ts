/** What clients do: put stock in, take it out, count it. And who judges it. */
import { ms, use, type Workload, z } from 'ordeal';
import { checkerRef } from 'ordeal/checkers';
import { NumberedOperations } from 'ordeal/workloads';

const ITEMS = 4;
/** After so many operations all items are left for new ones, so that the history of each stays short. */
const ROUND = 400;

const options = z.strictObject({
  largest: z.int().positive().default(5).describe('The most that one order puts in or takes out.'),
});

export type StockOptions = z.infer<typeof options>;

const workload: Workload<StockOptions> = {
  name: 'stock',
  summary: 'orders that put stock in and take it out; nothing is sold twice, and counts are true',
  options,
  operations: () => [
    { f: 'put', effect: 'once', deadline: ms(1_000) },
    { f: 'take', effect: 'once', deadline: ms(1_000) },
    { f: 'count', effect: 'none', deadline: ms(1_000) },
  ],
  generator: ({ largest }) =>
    new NumberedOperations((n, below) => {
      const key = `item-${Math.floor(n / ROUND)}-${below(ITEMS)}`;
      const f = (['put', 'take', 'count'] as const)[below(3)] ?? 'count';
      return { f, key, value: f === 'count' ? 0 : 1 + below(largest) };
    }),
  final: () => Array.from({ length: ITEMS }, (_, item) => ({ f: 'count', key: `item-0-${item}`, value: 0 })),
  checks: () => [
    { url: import.meta.resolve('./model.ts'), name: 'linearizableStock', options: {} },
    checkerRef('stats'),
    checkerRef('coverage'),
    checkerRef('availability'),
  ],
};

/** The workload for a configuration: `stock({ largest: 10 })`. */
export const stock = (given: Partial<StockOptions> = {}) => use(workload, given);
