/** The steps of a cycle from its certificate: which micro-operations make each, which events prove it, and why it orders them. */
import type { History, Value } from '../../../../harness/contracts/index.ts';
import type { DependencyKind, DependencyView, EvidenceView } from '../../isolation-view.ts';
import { span, valueInWords } from '../../wording.ts';
import { evidenceAt, type MicroOp, microOpInWords, readInWords, same, shows, type Transaction, transactionAt } from './transactions.ts';

/** A step as certificates of cycles spell it; which fields there are depends on the kind. */
export interface CertifiedStep {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  readonly key?: Value;
  readonly element?: Value;
  readonly before?: Value;
  readonly after?: Value;
  /** The event of the read that shows the order of versions. */
  readonly read?: number;
  /** Places of single operations, where the cycle is one of operations. */
  readonly fromOp?: number;
  readonly toOp?: number;
  /** From the one that is seen to who sees it. */
  readonly via?: readonly number[];
}

const NEVER_SHRINKS = 'A list only grows at its end: what a read lacks was appended after it.';
const OVERWRITTEN = 'Of two appends to one list, the one that stands before the other came first.';

export class Dependencies {
  readonly #history: History;
  readonly #known = new Map<number, Transaction>();

  constructor(history: History) {
    this.#history = history;
  }

  /** Throws where the event is no transaction's. */
  transaction(event: number): Transaction {
    const known = this.#known.get(event) ?? transactionAt(this.#history, event);
    this.#known.set(event, known);
    return known;
  }

  /** A step; the only step `nil` is several. */
  of(step: CertifiedStep): DependencyView[] {
    const [from, to] = [this.transaction(step.from), this.transaction(step.to)];
    if (step.kind === 'realtime') return [realtime(from, to)];
    if (step.kind === 'process') return [inSession(from, to)];
    if (step.kind === 'co') return [this.#committed(from, to, step)];
    if (step.kind === 'nil') return [...this.#way(step.via ?? []), missed(from, to, { ...step, kind: 'rw' })];
    if (step.kind === 'ww') return [this.#overwritten(from, to, step)];
    return [step.kind === 'wr' ? observed(from, to, step) : missed(from, to, step)];
  }

  #overwritten(from: Transaction, to: Transaction, step: CertifiedStep): DependencyView {
    const fromOp = placeOf(from, step.fromOp, ({ kind, key, value }) => kind !== 'read' && same(key, step.key) && same(value, step.before));
    const toOp = placeOf(to, step.toOp, ({ kind, key, value }) => kind !== 'read' && same(key, step.key) && same(value, step.after));
    const [first, second] = [from.ops[fromOp ?? -1], to.ops[toOp ?? -1]];
    const key = valueInWords(step.key ?? first?.key);
    const [before, after] = [step.before ?? first?.value ?? null, step.after ?? second?.value ?? null];
    const reader = step.read === undefined ? undefined : this.transaction(step.read);
    const read = reader?.ops.find((op) => same(op.key, step.key ?? first?.key) && shows(op, before));
    const both = read !== undefined && shows(read, after);
    const words = `${from.name} appended ${valueInWords(before)} to ${key} before ${to.name} appended ${valueInWords(after)}`;
    const shown =
      reader === undefined || read === undefined
        ? []
        : [
            evidenceAt(
              reader,
              'end',
              `${microOpInWords(read, before)}: ${both ? `${valueInWords(before)} stands before ${valueInWords(after)}` : `${valueInWords(before)} is there, ${valueInWords(after)} not yet`}`,
            ),
          ];
    return {
      ...edge(from, to, 'ww', `ww ${key}`),
      fromOp,
      toOp,
      words,
      rule: both ? OVERWRITTEN : NEVER_SHRINKS,
      evidence: [evidenceAt(from, 'start', said(first)), evidenceAt(to, 'start', said(second)), ...shown],
    };
  }

  /** The reader saw `from`, and yet read the key from `to`: of their writes the former's came first. */
  #committed(from: Transaction, to: Transaction, { key, via = [] }: CertifiedStep): DependencyView {
    const writes = (transaction: Transaction): number | null => placeOf(transaction, undefined, (op) => op.kind === 'write' && same(op.key, key));
    const reader = this.transaction(via.at(-1) ?? to.event);
    const read = reader.ops.find((op) => op.kind === 'read' && same(op.key, key));
    const k = valueInWords(key);
    return {
      ...edge(from, to, 'ww', `ww ${k}`),
      fromOp: writes(from),
      toOp: writes(to),
      words: `${reader.name} saw ${from.name}, and yet read ${k} from ${to.name}: so ${from.name} wrote ${k} before ${to.name} did`,
      rule: 'Who sees a transaction sees all that it wrote, unless that was overwritten.',
      evidence: distinctEvidence([
        ...this.#way(via).flatMap(({ evidence }) => evidence),
        ...(read === undefined ? [] : [evidenceAt(reader, 'end', said(read))]),
      ]),
    };
  }

  #way(via: readonly number[]): DependencyView[] {
    return via.slice(1).map((event, i) => {
      const [from, to] = [this.transaction(via[i]!), this.transaction(event)];
      const write = from.ops.find(
        (op) => op.kind !== 'read' && to.ops.some((read) => same(read.key, op.key) && op.value !== undefined && shows(read, op.value)),
      );
      if (write === undefined) return inSession(from, to);
      return observed(from, to, { from: from.event, to: to.event, kind: 'wr', key: write.key, element: write.value ?? null });
    });
  }
}

function edge(from: Transaction, to: Transaction, kind: DependencyKind, label: string): Pick<DependencyView, 'from' | 'to' | 'kind' | 'label'> {
  return { from: from.operation.index, to: to.operation.index, kind, label };
}

/** The first micro-operation that fits; null where none does. */
export function placeOf(transaction: Transaction, known: number | undefined, fits: (op: MicroOp) => boolean): number | null {
  const place = known ?? transaction.ops.findIndex(fits);
  return place < 0 ? null : place;
}

/** A micro-operation in the past tense. */
export function said(op: MicroOp | undefined, focus?: Value): string {
  if (op === undefined) return '';
  const key = valueInWords(op.key);
  if (op.kind === 'append') return `appended ${valueInWords(op.value)} to ${key}`;
  if (op.kind === 'write') return `wrote ${valueInWords(op.value)} to ${key}`;
  return op.value === undefined ? `read ${key}` : `read ${readInWords(op.value, focus)} in ${key}`;
}

function observed(from: Transaction, to: Transaction, step: CertifiedStep): DependencyView {
  const writeOf = (op: MicroOp): boolean =>
    op.kind !== 'read' && (step.key === undefined || same(op.key, step.key)) && (step.element === undefined || same(op.value, step.element));
  const fromOp = placeOf(from, step.fromOp, (op) => writeOf(op) && to.ops.some((read) => same(read.key, op.key) && shows(read, op.value ?? null)));
  const write = from.ops[fromOp ?? -1];
  const element = write?.value ?? step.element ?? null;
  const toOp = placeOf(to, step.toOp, (op) => write !== undefined && same(op.key, write.key) && shows(op, element));
  const read = to.ops[toOp ?? -1];
  const key = valueInWords(write?.key ?? step.key);
  const words = Array.isArray(read?.value)
    ? `${to.name} ${said(read, element)}, with the ${valueInWords(element)} of ${from.name}`
    : `${to.name} ${said(read)}, which ${from.name} wrote`;
  return {
    ...edge(from, to, 'wr', `wr ${key}`),
    fromOp,
    toOp,
    words,
    rule: `Nobody else ${write?.kind === 'append' ? 'appended' : 'wrote'} ${valueInWords(element)} to ${key}: what was read there is ${from.name}'s.`,
    evidence: [evidenceAt(from, 'start', said(write)), evidenceAt(to, 'end', said(read, element))],
  };
}

function missed(from: Transaction, to: Transaction, step: CertifiedStep): DependencyView {
  const toOp = placeOf(to, step.toOp, (op) => op.kind !== 'read' && same(op.key, step.key) && (step.element === undefined || same(op.value, step.element)));
  const write = to.ops[toOp ?? -1];
  const element = write?.value ?? step.element ?? null;
  const reads = (op: MicroOp): boolean => op.kind === 'read' && same(op.key, write?.key ?? step.key);
  // where an element was appended twice, the read may show the other one
  const fromOp = placeOf(from, step.fromOp, (op) => reads(op) && op.value !== undefined && !shows(op, element)) ?? placeOf(from, undefined, reads);
  const read = from.ops[fromOp ?? -1];
  const key = valueInWords(write?.key ?? step.key);
  const appended = write?.kind === 'append';
  return {
    ...edge(from, to, 'rw', `rw ${key}`),
    fromOp,
    toOp,
    words: `${from.name} ${said(read)}, without the ${valueInWords(element)} that ${to.name} ${appended ? 'appended' : 'wrote'}`,
    rule: appended ? NEVER_SHRINKS : 'Nil is there before every write: who reads it comes before all who write the key.',
    evidence: [evidenceAt(from, 'end', said(read)), evidenceAt(to, 'start', said(write))],
  };
}

function realtime(from: Transaction, to: Transaction): DependencyView {
  const gap = to.operation.start - (from.operation.end ?? from.operation.start);
  const apart = gap > 0 ? `${span(gap)} before` : 'before';
  return {
    ...edge(from, to, 'realtime', 'real time'),
    fromOp: null,
    toOp: null,
    words: `${from.name} was acknowledged ${apart} ${to.name} began`,
    rule: 'What is acknowledged is over: whatever begins later comes after it.',
    evidence: [evidenceAt(from, 'end', 'was acknowledged'), evidenceAt(to, 'start', 'was invoked')],
  };
}

function inSession(from: Transaction, to: Transaction): DependencyView {
  return {
    ...edge(from, to, 'process', `process ${from.operation.process}`),
    fromOp: null,
    toOp: null,
    words: `process ${from.operation.process} did ${from.name}, then ${to.name}`,
    rule: 'A process does one transaction after another.',
    evidence: [evidenceAt(from, 'end', 'was acknowledged'), evidenceAt(to, 'start', 'was invoked')],
  };
}

/** Each once: steps of one reason are told together. */
function distinctEvidence(evidence: readonly EvidenceView[]): EvidenceView[] {
  return [...new Map(evidence.map((one) => [`${one.event} ${one.words}`, one])).values()];
}
