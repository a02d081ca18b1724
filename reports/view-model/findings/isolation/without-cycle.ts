/** Anomalies that need no cycle: which micro-operations they are about, what is wrong between them, and the events that show it. */
import type { Anomaly, Value } from '../../../../harness/contracts/index.ts';
import type { DependencyView, EvidenceView, Standing } from '../../isolation-view.ts';
import { span, valueInWords } from '../../wording.ts';
import { type Dependencies, placeOf, said } from './dependencies.ts';
import { evidenceAt, same, shows, type Transaction } from './transactions.ts';

/** What the certificate names; which fields there are depends on the anomaly. */
interface Data {
  readonly key: Value;
  readonly element: Value;
  readonly later: Value;
  readonly read: number;
  readonly writer: number;
  readonly by: number;
  readonly one: number;
  readonly other: number;
  readonly op: number;
  readonly append: number;
  /** Only in sessions over registers. */
  readonly earlier?: Place;
  readonly orders?: RegisterSessionData['orders'];
}

/** Sessions over registers name operations by transaction and place. */
interface RegisterSessionData {
  readonly earlier?: Place;
  readonly later?: Place;
  readonly before?: Place;
  readonly orders?: readonly { readonly read: Place; readonly write: Place }[];
}

/** From `isolation/process-view`. */
interface ProcessViewData {
  readonly derived: readonly { readonly way: readonly Place[]; readonly to: Place }[];
  readonly cycle?: readonly Place[];
  readonly nil?: readonly Place[];
}

type Place = readonly [event: number, op: number];

/** A transaction's part in it. */
interface Part {
  readonly transaction: Transaction;
  readonly lit: readonly number[];
}

export interface Tale {
  readonly parts: readonly Part[];
  readonly links: readonly DependencyView[];
  readonly standing: Standing;
  readonly basis: string;
}

export const PROVED = 'It follows from what the transactions returned and nothing else; an independent verifier has re-checked it.';

/** Undefined for a certificate of another kind. */
export function taleOf(anomaly: Anomaly, dependencies: Dependencies): Tale | undefined {
  const data = anomaly.certificate.data as unknown as Data;
  const at = (event: number): Transaction => dependencies.transaction(event);
  switch (anomaly.certificate.kind.replace('isolation/', '')) {
    case 'G1a':
    case 'failed-read':
      return failed(at(data.writer), [link(wrote(at(data.writer), data), reads(at(data.read), data), 'failed, and yet it was read')], []);
    case 'G1b': {
      const writer = at(data.writer);
      const more = writer.ops.flatMap(({ kind, key }, i) => (kind !== 'read' && same(key, data.key) ? [i] : []));
      const part = { transaction: writer, lit: more };
      return proved([part], [link(wrote(writer, data), reads(at(data.read), data), 'not the last that it wrote there')]);
    }
    case 'dirty-update': {
      const [writer, by, read] = [wrote(at(data.writer), data), wrote(at(data.by), { ...data, element: data.later }), reads(at(data.read), data)];
      return failed(writer.transaction, [link(writer, by, 'failed, and yet it was built upon'), link(by, read, 'the read shows both')], []);
    }
    case 'lost-append': {
      const [writer, by, read] = [
        wrote(at(data.writer), data),
        wrote(at(data.by), { ...data, element: data.later }),
        reads(at(data.read), { ...data, element: data.later }),
      ];
      const gap = by.transaction.operation.start - (writer.transaction.operation.end ?? 0);
      return proved(
        [],
        [link(writer, by, `acknowledged ${gap > 0 ? `${span(gap)} ` : ''}before`), link(by, read, `seen, without ${valueInWords(data.element)}`)],
      );
    }
    case 'incompatible-order':
      return proved([], [disagreeing(at(data.read), at(data.other), data)]);
    case 'lost-update':
      return proved([], [link(updates(at(data.one), data), updates(at(data.other), data), 'both replaced the same version')]);
    case 'predicate-read-miss':
      return proved([], [alone({ transaction: at(data.read), lit: [data.op] }, `${valueInWords(data.key)} matched all the time, and is not there`)]);
    case 'thin-air-read':
      return proved([], [alone(reads(at(data.read), data), `nobody ever wrote ${valueInWords(data.element)}`)]);
    case 'duplicate-elements':
      return proved([], [alone(reads(at(data.read), data), `${valueInWords(data.element)} is there more than once`)]);
    case 'internal': {
      const transaction = at(data.read);
      const key = transaction.ops[data.op]?.key;
      const lit = transaction.ops.flatMap((op, i) => (i <= data.op && same(op.key, key) ? [i] : []));
      return proved([], [alone({ transaction, lit }, 'the last of these is not what those before it leave')]);
    }
    case 'future-read':
      return proved([], [alone({ transaction: at(data.read), lit: [data.op, data.append] }, 'it was read before it was written')]);
    case 'reordered-appends': {
      const writer = at(data.one);
      const isOne = (value: Value | undefined): boolean => same(value, data.element) || same(value, data.later);
      const lit = writer.ops.flatMap(({ kind, key, value }, i) => (kind !== 'read' && same(key, data.key) && isOne(value) ? [i] : []));
      const order = `${valueInWords(data.element)} first, and then ${valueInWords(data.later)}: the read shows otherwise`;
      return proved([], [link({ transaction: writer, lit }, reads(at(data.read), { ...data, element: data.later }), order)]);
    }
    case 'non-monotonic-read':
    case 'missed-own-write':
    case 'non-monotonic-write':
    case 'write-before-read':
      return data.earlier === undefined && data.orders === undefined ? inSession(data, at) : inRegisterSession(anomaly.certificate.data as never, at);
    case 'process-view':
      return inProcessView(anomaly.certificate.data as never, at);
    default:
      return undefined;
  }
}

/** What a process saw or wrote, and what it did not see, or overtook, later. */
function inSession(data: Data, at: (event: number) => Transaction): Tale {
  const [one, other] = [at(data.one), at(data.other)];
  const before = placeOf(one, undefined, (op) => same(op.key, data.key) && (op.kind === 'read' ? shows(op, data.element) : same(op.value, data.element)));
  const after = placeOf(
    other,
    undefined,
    (op) =>
      same(op.key, data.key) &&
      (data.later === undefined ? op.kind === 'read' && op.value !== undefined && !shows(op, data.element) : same(op.value, data.later)),
  );
  const of = (transaction: Transaction, op: number | null): Part => ({ transaction, lit: op === null ? [] : [op] });
  const label = data.later === undefined ? `no longer ${valueInWords(data.element)}` : `placed before ${valueInWords(data.element)}`;
  const witness = data.later === undefined ? [] : [reads(at(data.read), { ...data, element: data.later })];
  return proved(witness, [link(of(one, before), of(other, after), label)]);
}

/** The same of registers: operations of one process, one after the other. */
function inRegisterSession({ earlier, later, before, orders = [] }: RegisterSessionData, at: (event: number) => Transaction): Tale {
  const of = ([event, op]: Place): Part => ({ transaction: at(event), lit: [op] });
  if (earlier === undefined || later === undefined)
    return proved(
      [],
      orders.map(({ read, write }) => link(of(read), of(write), 'read, and then replaced')),
    );
  return proved(before === undefined ? [] : [of(before)], [link(of(earlier), of(later), 'older than what the process knew')]);
}

/** What a process must take for the order of writes: a way back to its beginning, or to a read of nothing. */
function inProcessView({ derived, cycle, nil }: ProcessViewData, at: (event: number) => Transaction): Tale {
  const of = ([event, op]: Place): Part => ({ transaction: at(event), lit: [op] });
  const way = nil ?? [...(cycle ?? []), ...(cycle ?? []).slice(0, 1)];
  const isDerived = (from: Place, to: Place): boolean =>
    derived.some(({ way: [first], to: last }) => String(first) === String(from) && String(last) === String(to));
  const label = (from: Place, to: Place): string => {
    const [one, other] = [at(from[0]).ops[from[1]]!, at(to[0]).ops[to[1]]!];
    if (isDerived(from, to)) return 'comes before, by what the process read';
    return one.kind !== 'read' && other.kind === 'read' && same(one.key, other.key) && shows(other, one.value ?? null) ? 'was read' : 'was done before';
  };
  return proved(
    derived.flatMap(({ way: steps, to }) => [...steps, to].map(of)),
    way.slice(1).map((to, i) => link(of(way[i]!), of(to), label(way[i]!, to))),
  );
}

/** It was proved only if a failure means what it says, which the history cannot show. */
function failed(writer: Transaction, links: readonly DependencyLink[], parts: readonly Part[]): Tale {
  const error = writer.operation.error;
  const basis = `It rests on the client's word that ${writer.name} failed${error === null ? '' : ` (${error})`}: either the system applied a write that it refused, or the client takes an unknown outcome for a failure.`;
  return { ...told(parts, links), standing: 'assumption', basis };
}

function proved(parts: readonly Part[], links: readonly DependencyLink[]): Tale {
  return { ...told(parts, links), standing: 'proved', basis: PROVED };
}

interface DependencyLink {
  readonly view: DependencyView;
  readonly ends: readonly [Part, Part];
}

function told(parts: readonly Part[], links: readonly DependencyLink[]): Pick<Tale, 'parts' | 'links'> {
  return { parts: [...parts, ...links.flatMap(({ ends }) => ends)], links: links.map(({ view }) => view) };
}

/** What is wrong within one transaction. */
function alone(part: Part, label: string): DependencyLink {
  const { view, ends } = link(part, part, label);
  const { transaction, lit } = part;
  const words = `${transaction.name} ${lit.map((i) => said(transaction.ops[i])).join(', then ')}: ${label}`;
  return { view: { ...view, words, evidence: view.evidence.slice(0, lit.length) }, ends };
}

function link(from: Part, to: Part, label: string): DependencyLink {
  const [fromOp, toOp] = [from.lit[0] ?? null, to.lit[0] ?? null];
  const evidence: EvidenceView[] = [from, to].flatMap(({ transaction, lit }) =>
    lit.map((i) => evidenceAt(transaction, transaction.ops[i]!.kind === 'read' ? 'end' : 'start', said(transaction.ops[i]))),
  );
  const view: DependencyView = {
    from: from.transaction.operation.index,
    to: to.transaction.operation.index,
    fromOp,
    toOp,
    kind: 'finding',
    label,
    words: `${from.transaction.name} ${said(from.transaction.ops[fromOp ?? -1])}; ${to.transaction.name} ${said(to.transaction.ops[toOp ?? -1])}: ${label}`,
    rule: '',
    evidence,
  };
  return { view, ends: [from, to] };
}

function wrote(transaction: Transaction, { key, element }: Pick<Data, 'key' | 'element'>): Part {
  const op = placeOf(transaction, undefined, (one) => one.kind !== 'read' && same(one.key, key) && same(one.value, element));
  return { transaction, lit: op === null ? [] : [op] };
}

function reads(transaction: Transaction, { key, element }: Pick<Data, 'key' | 'element'>): Part {
  const op = placeOf(transaction, undefined, (one) => same(one.key, key) && shows(one, element));
  return { transaction, lit: op === null ? [] : [op] };
}

/** The first two reads of the key that differ where both have an element. */
function disagreeing(one: Transaction, other: Transaction, { key }: Pick<Data, 'key'>): DependencyLink {
  const lists = ({ ops }: Transaction): { readonly place: number; readonly list: readonly Value[] }[] =>
    ops.flatMap((op, place) => (op.kind === 'read' && same(op.key, key) && Array.isArray(op.value) ? [{ place, list: op.value as readonly Value[] }] : []));
  const pairs = lists(one).flatMap((a) => lists(other).map((b) => [a, b] as const));
  const pair = pairs.find(([a, b]) => a.list.some((element, i) => i < b.list.length && !same(element, b.list[i])));
  const part = (transaction: Transaction, place: number | undefined): Part => ({ transaction, lit: place === undefined ? [] : [place] });
  return link(part(one, pair?.[0].place), part(other, pair?.[1].place), 'neither is the beginning of the other');
}

/** The first read of the key, and the first write behind it. */
function updates(transaction: Transaction, { key }: Pick<Data, 'key'>): Part {
  const read = placeOf(transaction, undefined, (one) => one.kind === 'read' && same(one.key, key));
  const write = transaction.ops.findIndex((one, i) => one.kind !== 'read' && same(one.key, key) && i > (read ?? -1));
  return { transaction, lit: [...(read === null ? [] : [read]), ...(write < 0 ? [] : [write])] };
}
