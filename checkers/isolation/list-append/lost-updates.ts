/**
 * Lost updates: two transactions read the same version of a list first, and both append to it (P4 of Berenson et al. 1995, as
 * Elle decides it). O(micro-operations).
 */
import { OK } from '../../../harness/history/columns.ts';
import { APPEND, READ } from '../transactions/columns.ts';
import type { Material } from './reads-of-keys.ts';
import { ELSEWHERE } from './version-orders.ts';

interface Update {
  readonly t: number;
  /** Its first micro-operation on the key, a read. */
  readonly read: number;
  /** Its first append to the key. */
  readonly append: number;
}

/** Looks at all keys. */
export function findLostUpdates(material: Material): void {
  const { transactions, orders } = material;
  const firstUpdate = new Map<number, Update>();
  let key = -1;
  for (const update of updatesByKey(material)) {
    const k = transactions.key[update.read]!;
    if (k !== key) {
      firstUpdate.clear();
      key = k;
    }
    if (orders.position[update.read] === ELSEWHERE) continue;
    // Of reads that contradict nothing the length says what they show, also where elements are repeated.
    const shown = transactions.length[update.read]!;
    const earlier = firstUpdate.get(shown);
    if (earlier === undefined) firstUpdate.set(shown, update);
    else tell(material, earlier, update);
  }
}

/** Acknowledged transactions that read a key first and append to it later, key by key. */
function* updatesByKey({ transactions, byKey }: Material): Generator<Update> {
  const { kind, previous, owner, outcome } = transactions;
  for (let k = 0; k < transactions.keyCount; k++) {
    let last = -1;
    for (let i = byKey.writeStart[k]!; i < byKey.writeStart[k + 1]!; i++) {
      const append = byKey.writes[i]!;
      const t = owner[append]!;
      if (t === last || kind[append] !== APPEND || outcome[t] !== OK) continue;
      last = t;
      let read = append;
      while (previous[read]! >= 0) read = previous[read]!;
      if (kind[read] === READ) yield { t, read, append };
    }
  }
}

function tell({ transactions, names, findings }: Material, one: Update, other: Update): void {
  const { key, element } = transactions;
  findings.add('lost-update', () => ({
    transactions: [one.t, other.t],
    sentence:
      `lost update: ${names.transaction(one.t)} and ${names.transaction(other.t)} both read ${names.list(one.read)} in ${names.key(key[one.read]!)}, ` +
      `then appended ${names.element(element[one.append]!)} and ${names.element(element[other.append]!)}: neither took the other's update into account`,
    evidence: { key: transactions.keyValue(key[one.read]!), one: names.event(one.t), other: names.event(other.t) },
  }));
}
