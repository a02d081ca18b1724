/** What the stock of one item is, sequentially; and the checker that holds histories against it. */
import { INCONSISTENT, linearizableWith, type Model } from 'ordeal/checkers';

const stockModel: Model<number> = {
  name: 'stock',
  summary: 'the stock of an item: put, take, count',
  fs: ['put', 'take', 'count'],
  observers: ['count'],
  init: 0,
  step(left, { f, input, output, outcome }) {
    const amount = Number(input);
    if (f === 'take' && (outcome === 'refused' || left < amount)) return outcome === 'refused' && left < amount ? left : INCONSISTENT;
    const after = f === 'put' ? left + amount : f === 'take' ? left - amount : left;
    return outcome === 'unknown' || output === after ? after : INCONSISTENT;
  },
};

export const linearizableStock = linearizableWith(stockModel);
