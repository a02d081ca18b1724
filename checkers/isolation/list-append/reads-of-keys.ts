/**
 * What the reads of one key show that no cycle needs: elements that a failed transaction appended (G1a, dirty update) or
 * nobody (thin air), elements twice, lists that contradict each other, and acknowledged appends that are gone. O(reads + versions).
 */
import { FAIL, OK } from '../../../harness/history/columns.ts';
import type { Findings } from '../findings/findings.ts';
import type { Names } from '../findings/names.ts';
import type { ByKey } from '../transactions/by-key.ts';
import type { Transactions } from '../transactions/columns.ts';
import { CONTRADICTED, NOBODY, REPEATS, UNOBSERVED, type VersionOrders } from './version-orders.ts';

export interface Material {
  readonly transactions: Transactions;
  readonly byKey: ByKey;
  readonly orders: VersionOrders;
  readonly names: Names;
  readonly findings: Findings;
}

/** Looks at all keys. */
export function findInReads(material: Material): void {
  const { transactions, orders } = material;
  const contradicting = Map.groupBy(orders.incompatible, (read) => transactions.key[read]!);
  for (let k = 0; k < transactions.keyCount; k++) {
    if (orders.longest[k]! < 0) continue;
    foreignElements(material, k);
    if ((orders.flaws[k]! & REPEATS) !== 0) repeats(material, orders.longest[k]!);
    if ((orders.flaws[k]! & CONTRADICTED) !== 0) contradictions(material, k, contradicting.get(k) ?? []);
    lostAppends(material, k);
  }
}

/** G1a, dirty updates and thin air: versions without a writer that took effect. */
function foreignElements(material: Material, k: number): void {
  const { transactions, orders } = material;
  const first = orders.first[k]!;
  for (let at = first; at < orders.first[k + 1]!; at++) {
    const writer = orders.writers[at]!;
    if (writer === NOBODY) thinAir(material, orders.longest[k]!, orders.elements[at]!);
    else if (writer >= 0 && transactions.outcome[transactions.owner[writer]!] === FAIL) {
      abortedReads(material, k, at, at - first);
      dirtyUpdate(material, k, at);
    }
  }
}

function thinAir({ transactions, names, findings }: Material, read: number, element: number): void {
  const t = transactions.owner[read]!;
  findings.add('thin-air-read', () => ({
    transactions: [t],
    sentence: `thin-air read: ${names.transaction(t)} read ${names.element(element)} in ${names.key(transactions.key[read]!)}, which nobody appended`,
    evidence: { ...place(transactions, read), element: transactions.elementValue(element), read: names.event(t) },
  }));
}

/** Every acknowledged read that has seen the version; a transaction counts once. */
function abortedReads(material: Material, k: number, at: number, place: number): void {
  const { transactions, byKey, orders } = material;
  for (let i = byKey.readStart[k]!; i < byKey.readStart[k + 1]!; i++) {
    const read = byKey.reads[i]!;
    if (orders.position[read]! < place || seenBefore(transactions, orders, read, place)) continue;
    abortedRead(material, read, orders.writers[at]!);
  }
}

function abortedRead({ transactions, names, findings }: Material, read: number, writer: number): void {
  const [t, culprit] = [transactions.owner[read]!, transactions.owner[writer]!];
  const element = transactions.element[writer]!;
  findings.add('G1a', () => ({
    transactions: [t, culprit],
    sentence:
      `aborted read: ${names.transaction(t)} read ${names.list(read)} in ${names.key(transactions.key[read]!)}, but ${names.transaction(culprit)}, which appended ${names.element(element)}, failed: ` +
      `either the system applied a write that it refused, or the client took an unknown outcome for a failure`,
    evidence: { ...place(transactions, read), element: transactions.elementValue(element), read: names.event(t), writer: names.event(culprit) },
  }));
}

/** Whether an earlier read of the same transaction on this key has seen the version already. */
function seenBefore(transactions: Transactions, orders: VersionOrders, read: number, place: number): boolean {
  for (let op = transactions.previous[read]!; op >= 0; op = transactions.previous[op]!) {
    if (transactions.kind[op] === transactions.kind[read] && orders.position[op]! >= place) return true;
  }
  return false;
}

/** A failed append, and behind it, over unknown ones at most, one that was acknowledged. */
function dirtyUpdate({ transactions, orders, names, findings }: Material, k: number, at: number): void {
  const failed = transactions.owner[orders.writers[at]!]!;
  for (let later = at + 1; later < orders.first[k + 1]!; later++) {
    const writer = orders.writers[later]!;
    const t = writer < 0 ? -1 : transactions.owner[writer]!;
    if (t >= 0 && transactions.outcome[t] === FAIL) return;
    if (t < 0 || transactions.outcome[t] !== OK) continue;
    findings.add('dirty-update', () => ({
      transactions: [failed, t],
      sentence: `dirty update: ${names.transaction(t)} appended ${names.element(orders.elements[later]!)} to ${names.key(k)} on top of ${names.element(orders.elements[at]!)}, although ${names.transaction(failed)}, which appended that, failed`,
      evidence: {
        key: transactions.keyValue(k),
        element: transactions.elementValue(orders.elements[at]!),
        later: transactions.elementValue(orders.elements[later]!),
        writer: names.event(failed),
        by: names.event(t),
        read: names.event(transactions.owner[orders.longest[k]!]!),
      },
    }));
    return;
  }
}

function repeats({ transactions, names, findings }: Material, read: number): void {
  const t = transactions.owner[read]!;
  const elements = transactions.elements.of(read, transactions.length[read]!);
  const repeated = elements.find((id, i) => elements.indexOf(id) !== i);
  if (repeated === undefined) return;
  findings.add('duplicate-elements', () => ({
    transactions: [t],
    sentence: `duplicate element: ${names.transaction(t)} read ${names.list(read)} in ${names.key(transactions.key[read]!)}, which has ${names.element(repeated)} more than once`,
    evidence: { ...place(transactions, read), element: transactions.elementValue(repeated), read: names.event(t) },
  }));
}

function contradictions(material: Material, k: number, reads: readonly number[]): void {
  const { transactions, orders, names, findings } = material;
  const longest = orders.longest[k]!;
  const writers = writersOf(material, k);
  const seen = new Set<number>();
  for (const read of reads) {
    if (seen.has(transactions.hashA[read]!)) continue;
    seen.add(transactions.hashA[read]!);
    const elements = Int32Array.from(transactions.elements.of(read, transactions.length[read]!));
    for (const element of new Set(elements)) {
      const writer = writers.get(element);
      if (writer === undefined) thinAir(material, read, element);
      else if (transactions.outcome[transactions.owner[writer]!] === FAIL) abortedRead(material, read, writer);
    }
    if (new Set(elements).size < elements.length) repeats(material, read);
    if (sameButRepeats(material, longest, elements)) continue;
    const [t, other] = [transactions.owner[read]!, transactions.owner[longest]!];
    findings.add('incompatible-order', () => ({
      transactions: [t, other],
      sentence: `incompatible orders: ${names.transaction(t)} read ${names.list(read)} in ${names.key(k)}, ${names.transaction(other)} read ${names.list(longest)}: neither is a beginning of the other`,
      evidence: { key: transactions.keyValue(k), read: names.event(t), other: names.event(other) },
    }));
  }
}

/** Who appended each element of a key; one that failed only where nobody else did. */
function writersOf({ transactions, byKey }: Material, k: number): ReadonlyMap<number, number> {
  const writers = new Map<number, number>();
  for (let i = byKey.writeStart[k]!; i < byKey.writeStart[k + 1]!; i++) {
    const op = byKey.writes[i]!;
    const element = transactions.element[op]!;
    if (!writers.has(element) || transactions.outcome[transactions.owner[op]!] !== FAIL) writers.set(element, op);
  }
  return writers;
}

/** Whether both lists tell one order once repeated elements are left out. */
function sameButRepeats({ transactions }: Material, longest: number, elements: Int32Array): boolean {
  const distinct = [...new Set(elements)];
  const order = [...new Set(transactions.elements.of(longest, transactions.length[longest]!))];
  return distinct.every((id, i) => order[i] === id);
}

/**
 * An acknowledged append that no read shows, while reads show one that was invoked after that acknowledgement: it cannot come
 * later in the order, so it is gone (or the order is not that of real time).
 */
function lostAppends({ transactions, byKey, orders, names, findings }: Material, k: number): void {
  const { owner, outcome, completion, invocation, element } = transactions;
  if (orders.first[k] === orders.first[k + 1]) return;
  let latest = -1;
  for (let at = orders.first[k]!; at < orders.first[k + 1]!; at++) {
    const writer = orders.writers[at]!;
    if (writer >= 0 && (latest < 0 || invocation[owner[writer]!]! > invocation[owner[latest]!]!)) latest = writer;
  }
  if (latest < 0 || orders.flaws[k] !== 0) return;
  for (let i = byKey.writeStart[k]!; i < byKey.writeStart[k + 1]!; i++) {
    const op = byKey.writes[i]!;
    const t = owner[op]!;
    const later = owner[latest]!;
    if (orders.position[op] !== UNOBSERVED || outcome[t] !== OK || completion[t]! >= invocation[later]! || outcome[later] === FAIL) continue;
    if (orders.ambiguous > 0) continue;
    findings.add('lost-append', () => ({
      transactions: [t, later],
      sentence: `lost append: ${names.transaction(t)} appended ${names.element(element[op]!)} to ${names.key(k)} and was acknowledged before ${names.transaction(later)} appended ${names.element(element[latest]!)}; reads show the later one and never the earlier`,
      evidence: {
        key: transactions.keyValue(k),
        element: transactions.elementValue(element[op]!),
        later: transactions.elementValue(element[latest]!),
        writer: names.event(t),
        by: names.event(later),
        read: names.event(owner[orders.longest[k]!]!),
      },
    }));
  }
}

function place(transactions: Transactions, op: number) {
  return { key: transactions.keyValue(transactions.key[op]!) };
}
