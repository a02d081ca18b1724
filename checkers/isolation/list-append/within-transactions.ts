/**
 * What transactions show by themselves: reads that contradict what the same transaction read or appended before (internal),
 * or show what it appends only later (future read); reads between two appends of another (G1b); updates based on a version
 * that somebody else has replaced meanwhile (lost update); and appends of one transaction that reads show the other way round
 * (reordered appends). O(micro-operations).
 */
import { OK } from '../../../harness/history/columns.ts';
import { APPEND, extendHashA, extendHashB, READ } from '../transactions/columns.ts';
import type { Material } from './reads-of-keys.ts';
import { CONTRADICTED, UNOBSERVED } from './version-orders.ts';

/** Looks at all acknowledged transactions. */
export function findInTransactions(material: Material): void {
  const { transactions } = material;
  const finals = finalAppends(material);
  for (let t = 0; t < transactions.count; t++) {
    if (transactions.outcome[t] !== OK) continue;
    for (let op = transactions.firstOp[t]!; op < transactions.firstOp[t + 1]!; op++) {
      if (transactions.kind[op] === READ) {
        if (transactions.previous[op]! >= 0) internal(material, op);
        intermediate(material, op, finals);
      } else if (transactions.kind[op] === APPEND && transactions.previous[op]! >= 0) futureRead(material, op);
    }
  }
  reorderedAppends(material);
}

/** 1 for the appends that are their transaction's last ones on their key. */
function finalAppends({ transactions }: Material): Uint8Array {
  const { opCount, kind, previous } = transactions;
  const finals = new Uint8Array(opCount).fill(1);
  for (let op = 0; op < opCount; op++) {
    if (kind[op] !== APPEND) continue;
    for (let before = previous[op]!; before >= 0; before = previous[before]!) {
      if (kind[before] === APPEND) {
        finals[before] = 0;
        break;
      }
    }
  }
  return finals;
}

function internal(material: Material, read: number): void {
  const { transactions, names, findings } = material;
  const { kind, previous, owner, key } = transactions;
  const appends: number[] = [];
  let before = previous[read]!;
  for (; before >= 0 && kind[before] === APPEND; before = previous[before]!) appends.push(before);
  appends.reverse();
  if (before >= 0 ? follows(material, before, appends, read) : endsIn(material, appends, read)) return;
  // A read that shows what the transaction appends later is that anomaly, and found there.
  if (showsLater(material, read)) return;
  const t = owner[read]!;
  const own = appends.length === 0 ? '' : ` and appended ${appends.map((op) => names.element(transactions.element[op]!)).join(', ')}`;
  const knew =
    before >= 0 ? `had read ${names.list(before)}${own}` : `had appended ${appends.map((op) => names.element(transactions.element[op]!)).join(', ')}`;
  findings.add('internal', () => ({
    transactions: [t],
    sentence: `internal inconsistency: ${names.transaction(t)} read ${names.list(read)} in ${names.key(key[read]!)}, although it ${knew} before`,
    evidence: { read: names.event(t), op: read - transactions.firstOp[t]! },
  }));
}

/** Whether the read is what an earlier one returned, with the appends behind it. */
function follows({ transactions }: Material, earlier: number, appends: readonly number[], read: number): boolean {
  const { length, hashA, hashB, element } = transactions;
  if (length[read] !== length[earlier]! + appends.length) return false;
  let a = hashA[earlier]!;
  let b = hashB[earlier]!;
  for (const op of appends) {
    a = extendHashA(a, element[op]!);
    b = extendHashB(b, element[op]!);
  }
  return a === hashA[read] && b === hashB[read];
}

/** Whether the read ends in the transaction's own appends. */
function endsIn({ transactions }: Material, appends: readonly number[], read: number): boolean {
  const { length, element } = transactions;
  const size = length[read]!;
  if (size < appends.length) return false;
  if (appends.length === 1) return element[read] === element[appends[0]!];
  const elements = transactions.elements.of(read, size);
  return appends.every((op, i) => elements[size - appends.length + i] === element[op]);
}

/** Whether the read holds an element that its own transaction appends only behind it. */
function showsLater({ transactions }: Material, read: number): boolean {
  const { firstOp, owner, kind, key, element, length } = transactions;
  const elements = transactions.elements.of(read, length[read]!);
  for (let op = read + 1; op < firstOp[owner[read]! + 1]!; op++) {
    if (kind[op] === APPEND && key[op] === key[read] && elements.includes(element[op]!)) return true;
  }
  return false;
}

function futureRead({ transactions, orders, names, findings }: Material, append: number): void {
  const { kind, previous, element, owner, key, length } = transactions;
  const { flaws, position } = orders;
  for (let before = previous[append]!; before >= 0; before = previous[before]!) {
    if (kind[before] !== READ || length[before]! <= 0) continue;
    // Where all reads agree, places tell; else the list itself.
    if (flaws[key[append]!] === 0 && (position[append]! < 0 || position[append]! > position[before]!)) continue;
    if (!transactions.elements.of(before, length[before]!).includes(element[append]!)) continue;
    const t = owner[append]!;
    findings.add('future-read', () => ({
      transactions: [t],
      sentence: `future read: ${names.transaction(t)} read ${names.list(before)} in ${names.key(key[before]!)} before it appended ${names.element(element[append]!)} itself`,
      evidence: { read: names.event(t), op: before - transactions.firstOp[t]!, append: append - transactions.firstOp[t]! },
    }));
    return;
  }
}

function intermediate({ transactions, orders, names, findings }: Material, read: number, finals: Uint8Array): void {
  const { owner, key, element } = transactions;
  const position = orders.position[read]!;
  if (position < 0) return;
  const writer = orders.writers[orders.first[key[read]!]! + position]!;
  if (writer < 0 || finals[writer] === 1 || owner[writer] === owner[read]) return;
  const [t, other] = [owner[read]!, owner[writer]!];
  findings.add('G1b', () => ({
    transactions: [t, other],
    sentence: `intermediate read: ${names.transaction(t)} read ${names.list(read)} in ${names.key(key[read]!)}, which ends in ${names.element(element[writer]!)}: ${names.transaction(other)} appended that, and more to the same list in one transaction`,
    evidence: {
      key: transactions.keyValue(key[read]!),
      element: transactions.elementValue(element[writer]!),
      read: names.event(t),
      writer: names.event(other),
    },
  }));
}

/**
 * Two appends of a transaction that took effect, the later of which a read shows before the earlier, or without it. Lists of
 * which reads contradict each other are looked into with the sessions.
 */
function reorderedAppends(material: Material): void {
  const { transactions, orders } = material;
  const { kind, previous, owner, key } = transactions;
  for (let op = 0; op < transactions.opCount; op++) {
    if (kind[op] !== APPEND || previous[op]! < 0 || orders.position[op] === UNOBSERVED || orders.committed[owner[op]!] === 0) continue;
    if ((orders.flaws[key[op]!]! & CONTRADICTED) !== 0) continue;
    let before = previous[op]!;
    while (before >= 0 && kind[before] !== APPEND) before = previous[before]!;
    if (before < 0) continue;
    const place = orders.position[before]!;
    if (place === UNOBSERVED || place > orders.position[op]!) tellReordered(material, before, op, orders.longest[key[op]!]!);
  }
}

/** Two appends of one transaction, and a read that shows the later one before the earlier, or without it. */
export function tellReordered({ transactions, names, findings }: Material, earlier: number, later: number, read: number): void {
  const { owner, key, element } = transactions;
  const [t, reader] = [owner[later]!, owner[read]!];
  findings.add('reordered-appends', () => ({
    transactions: [t, reader],
    sentence: `reordered appends: ${names.transaction(t)} appended ${names.element(element[earlier]!)} to ${names.key(key[later]!)} and then ${names.element(element[later]!)}, but ${names.transaction(reader)} read ${names.list(read)}`,
    evidence: {
      key: transactions.keyValue(key[later]!),
      element: transactions.elementValue(element[earlier]!),
      later: transactions.elementValue(element[later]!),
      one: names.event(t),
      read: names.event(reader),
    },
  }));
}
