/**
 * What reads of registers show that no cycle needs: values of failed transactions (G1a) or of nobody (thin air), values that are
 * not final (G1b) or come from the reader's own future, reads that contradict their own transaction, lost updates. O(n).
 */
import { FAIL, OK } from '../../../harness/history/columns.ts';
import type { Findings } from '../findings/findings.ts';
import type { Names } from '../findings/names.ts';
import { READ, type Transactions, WRITE } from '../transactions/columns.ts';
import { NOBODY, SEVERAL, type Versions } from './versions.ts';

export interface RegisterMaterial {
  readonly transactions: Transactions;
  readonly versions: Versions;
  readonly names: Names;
  readonly findings: Findings;
}

/** Looks at all acknowledged reads. */
export function findInRegisterReads(material: RegisterMaterial): void {
  const { transactions, versions } = material;
  for (let op = 0; op < transactions.opCount; op++) {
    if (transactions.kind[op] !== READ || transactions.outcome[transactions.owner[op]!] !== OK) continue;
    const previous = transactions.previous[op]!;
    if (previous >= 0 && versions.of[previous] === versions.of[op]) continue;
    if (previous >= 0) internal(material, op, previous);
    origin(material, op);
  }
  lostUpdates(material);
}

function said({ transactions, names }: RegisterMaterial, read: number): string {
  return `${names.transaction(transactions.owner[read]!)} read ${names.element(transactions.element[read]!)} in ${names.key(transactions.key[read]!)}`;
}

function place({ transactions }: RegisterMaterial, op: number) {
  return { key: transactions.keyValue(transactions.key[op]!), element: transactions.elementValue(transactions.element[op]!) };
}

function internal(material: RegisterMaterial, read: number, previous: number): void {
  const { transactions, names, findings } = material;
  const t = transactions.owner[read]!;
  const verb = transactions.kind[previous] === READ ? 'read' : 'written';
  findings.add('internal', () => ({
    transactions: [t],
    sentence: `internal inconsistency: ${said(material, read)}, although it had ${verb} ${names.element(transactions.element[previous]!)} before`,
    evidence: { read: names.event(t), op: read - transactions.firstOp[t]! },
  }));
}

/** Where the value that was read comes from. */
function origin(material: RegisterMaterial, read: number): void {
  const { transactions, versions, names, findings } = material;
  const t = transactions.owner[read]!;
  const writer = versions.writer[versions.of[read]!]!;
  if (writer === NOBODY) {
    findings.add('thin-air-read', () => ({
      transactions: [t],
      sentence: `thin-air read: ${said(material, read)}, which nobody wrote`,
      evidence: { ...place(material, read), read: names.event(t) },
    }));
  }
  if (writer < 0) return;
  const other = transactions.owner[writer]!;
  const evidence = { ...place(material, read), read: names.event(t), writer: names.event(other) };
  if (transactions.outcome[other] === FAIL) {
    findings.add('G1a', () => ({
      transactions: [t, other],
      sentence: `aborted read: ${said(material, read)}, but ${names.transaction(other)}, which wrote that, failed: either the system applied a write that it refused, or the client took an unknown outcome for a failure`,
      evidence,
    }));
  } else if (other === t && writer > read) {
    findings.add('future-read', () => ({
      transactions: [t],
      sentence: `future read: ${said(material, read)} before it wrote that itself`,
      evidence: { read: names.event(t), op: read - transactions.firstOp[t]!, append: writer - transactions.firstOp[t]! },
    }));
  } else if (other !== t && versions.final[writer] === 0) {
    findings.add('G1b', () => ({
      transactions: [t, other],
      sentence: `intermediate read: ${said(material, read)}, which ${names.transaction(other)} wrote and overwrote in one transaction`,
      evidence,
    }));
  }
}

/** Two acknowledged transactions that read the same version of a key first, and write the key later. */
function lostUpdates(material: RegisterMaterial): void {
  const { transactions, versions, names, findings } = material;
  const { kind, previous, owner, outcome } = transactions;
  const updates = new Map<number, number>();
  for (let op = 0; op < transactions.opCount; op++) {
    if (kind[op] !== WRITE || versions.final[op] === 0 || outcome[owner[op]!] !== OK) continue;
    let read = op;
    while (previous[read]! >= 0) read = previous[read]!;
    if (kind[read] !== READ) continue;
    const version = versions.of[read]!;
    // Written several times: each may have read another one.
    if (versions.writer[version] === SEVERAL) continue;
    const earlier = updates.get(version);
    if (earlier === undefined) updates.set(version, read);
    else {
      const [one, other] = [owner[earlier]!, owner[op]!];
      findings.add('lost-update', () => ({
        transactions: [one, other],
        sentence: `lost update: ${names.transaction(one)} and ${names.transaction(other)} both read ${names.element(transactions.element[read]!)} in ${names.key(transactions.key[read]!)} and wrote it then: neither took the other's update into account`,
        evidence: { key: transactions.keyValue(transactions.key[op]!), one: names.event(one), other: names.event(other) },
      }));
    }
  }
}
