/** Random orders from a keyed stream. */
import type { Rng } from '../../harness/contracts/index.ts';

/** A uniform random order of the items (Fisher and Yates); the input stays as it is. */
export function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = rng.int(0, i);
    const moved = order[i] as T;
    order[i] = order[j] as T;
    order[j] = moved;
  }
  return order;
}

/** One of the items, each with the chance that its weight gives it. Undefined for no items. */
export function weighted<T>(items: readonly T[], weightOf: (item: T) => number, rng: Rng): T | undefined {
  const total = items.reduce((sum, item) => sum + weightOf(item), 0);
  let left = rng.float01() * total;
  for (const item of items) {
    left -= weightOf(item);
    if (left < 0) return item;
  }
  return items.at(-1);
}
