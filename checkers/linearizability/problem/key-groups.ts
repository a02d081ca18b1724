/** Groups of keys with about as many operations each: keys are judged one by one, so groups can be judged in threads of their own. */
import type { History, Part } from '../../../harness/contracts/index.ts';
import { type Operations, operations } from '../../../harness/history/operations.ts';
import { IdTable } from './id-table.ts';

/** Whether clients used so many keys at least, "none" being one. O(events until then). */
export function hasKeys({ columns: { key, process }, length }: History, atLeast: number): boolean {
  const seen = new Set<number>();
  for (let i = 0; i < length && seen.size < atLeast; i++) if (process[i]! >= 0) seen.add(key[i]!);
  return seen.size >= atLeast;
}

/** The operations on the keys of one group, in order of invocation. Each operation is in one group. O(operations). */
export function operationsOf(history: History, { index, of }: Part): Operations {
  const all = operations(history);
  if (of === 1) return all;
  const { slot, size } = keySlots(history, all);
  const group = grouped(size, of);
  let count = 0;
  for (let s = 0; s < size.length; s++) if (group[s] === index) count += size[s]!;
  const invocation = new Int32Array(count);
  const completion = new Int32Array(count);
  count = 0;
  for (let k = 0; k < all.count; k++) {
    if (group[slot[k]!] !== index) continue;
    invocation[count] = all.invocation[k]!;
    completion[count++] = all.completion[k]!;
  }
  return { count, invocation, completion };
}

/** By operation: the number of its key. By key: how many operations. */
function keySlots(history: History, { count, invocation }: Operations): { slot: Int32Array; size: number[] } {
  const { key } = history.columns;
  const numbers = new IdTable();
  const slot = new Int32Array(count);
  const size: number[] = [];
  for (let k = 0; k < count; k++) {
    const id = key[invocation[k]!]!;
    let number = numbers.get(id);
    if (number < 0) {
      number = size.push(0) - 1;
      numbers.set(id, number);
    }
    slot[k] = number;
    size[number]!++;
  }
  return { slot, size };
}

/** By key: its group. Large keys first, each into the group that has least. */
function grouped(size: readonly number[], groups: number): Int32Array {
  const load = new Array<number>(groups).fill(0);
  const group = new Int32Array(size.length);
  for (const key of [...size.keys()].sort((a, b) => size[b]! - size[a]!)) {
    const least = load.indexOf(Math.min(...load));
    group[key] = least;
    load[least]! += size[key]!;
  }
  return group;
}
