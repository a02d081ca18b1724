/** Steps of cycles over rows: what was found or missed by key or by a predicate, and who inserted, wrote or deleted it. */
import type { Value } from '../../../../harness/contracts/index.ts';
import type { DependencyKind, DependencyView } from '../../isolation-view.ts';
import { valueInWords } from '../../wording.ts';
import type { CertifiedStep } from './dependencies.ts';
import { evidenceAt, type MicroOp, rowsOf, same, type Transaction } from './transactions.ts';

const RULES: Readonly<Record<string, string>> = {
  ww: 'A row is inserted before it is written, and deleted after.',
  wr: 'Nobody else left that in the row.',
  wrp: 'What does not match any more was changed before it was looked for.',
  rw: 'What was read is an earlier version of the row: who replaced it came later.',
  rwp: 'What matches and was not found came later.',
};

/** The step from the micro-operations that the certificate names. Throws where it names none. */
export function rowDependency(from: Transaction, to: Transaction, { kind, key = null, fromOp = -1, toOp = -1 }: CertifiedStep): DependencyView {
  const [one, other] = [from.ops[fromOp], to.ops[toOp]];
  if (one === undefined || other === undefined) throw new Error('the certificate names micro-operations that are not there');
  const isRead = kind.startsWith('wr');
  const predicate = kind.endsWith('p') ? (isRead ? other : one).predicate : undefined;
  return {
    from: from.operation.index,
    to: to.operation.index,
    fromOp,
    toOp,
    kind: kind.slice(0, 2) as DependencyKind,
    label: `${kind.slice(0, 2)} ${predicate === undefined ? valueInWords(key) : predicate}`,
    words: wordsOf(kind, from, to, key, one, other),
    rule: RULES[kind] ?? '',
    evidence: [
      evidenceAt(from, kind.startsWith('rw') ? 'end' : 'start', doneInWords(one, key)),
      evidenceAt(to, isRead ? 'end' : 'start', doneInWords(other, key)),
    ],
  };
}

function wordsOf(kind: string, from: Transaction, to: Transaction, key: Value, one: MicroOp, other: MicroOp): string {
  const [first, second] = [`${from.name} ${doneInWords(one, key)}`, `${to.name} ${doneInWords(other, key)}`];
  if (kind === 'ww') return `${first} before ${second}`;
  if (kind === 'wr') return `${second}, which ${from.name} had left there`;
  if (kind === 'wrp') return `${second}, because ${first}`;
  return `${first}, so before ${second}`;
}

/** In the past tense: `looked for rows = 3 and did not find x`, `inserted x with 3`. */
function doneInWords(op: MicroOp, key: Value): string {
  const row = valueInWords(key);
  if (op.predicate !== undefined) {
    const found = rowsOf(op).find(([one]) => same(one, key) || one === String(key));
    return `looked for ${op.predicate} and ${found === undefined ? `did not find ${row}` : `found ${row} with ${valueInWords(found[1])}`}`;
  }
  if (op.kind === 'insert') return `inserted ${row} with ${valueInWords(op.value)}`;
  if (op.kind === 'delete') return `deleted ${row}`;
  if (op.kind === 'read') return op.value === null ? `found no row ${row}` : `read ${valueInWords(op.value)} in ${row}`;
  return `wrote ${valueInWords(op.value)} to ${row}`;
}
