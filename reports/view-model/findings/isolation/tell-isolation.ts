/** Tells anomalies of isolation from their certificates: the transactions, what orders them, and the events that prove each step. */
import type { Anomaly, History, Value } from '../../../../harness/contracts/index.ts';
import type { DependencyView, IsolationStory, IsolationView, TransactionView } from '../../isolation-view.ts';
import { fields, items } from '../../reading.ts';
import type { OperationView } from '../../report-view.ts';
import { asSentence, listed, valueInWords } from '../../wording.ts';
import type { Story } from '../story.ts';
import { type CertifiedStep, Dependencies } from './dependencies.ts';
import { choiceOf } from './either-or.ts';
import { headlineOf, isStaleRead } from './headline.ts';
import { rowDependency } from './row-dependencies.ts';
import { isolationTerms } from './terms.ts';
import { microOpInWords, same, type Transaction, transactionInWords } from './transactions.ts';
import { PROVED, taleOf } from './without-cycle.ts';

const CYCLES: ReadonlySet<string> = new Set([
  'isolation/cycle',
  'isolation/visibility-cycle',
  'isolation/operation-cycle',
  'isolation/point-cycle',
  'isolation/predicate-cycle',
]);
const BY_CASES = 'No order is assumed: each possible one leads to a contradiction. A verifier has tried them all.';

const STALE = 'A transaction missed what had been acknowledged before it began.';

interface Told {
  readonly headline: string;
  readonly view: IsolationView;
}

/** The story of an `isolation/…` certificate. */
export function tellIsolation(history: History, anomaly: Anomaly): Story | undefined {
  const told = isolationView(history, anomaly);
  if (told === undefined) return undefined;
  const { view, headline } = told;
  const ops = view.transactions.map(({ operation }) => operation);
  return {
    ops,
    hits: hitsOf(view),
    arrows: [],
    proof: [],
    thus: view.cyclic ? contradiction(view) : '',
    legal: null,
    key: keyOf(anomaly),
    headline,
    isolation: view,
  };
}

/** For a line of text; undefined where the anomaly is not one of isolation, or its certificate cannot be read. */
export function isolationStory(history: History, anomaly: Anomaly): IsolationStory | undefined {
  try {
    const story = tellIsolation(history, anomaly);
    return story?.isolation === undefined
      ? undefined
      : { headline: story.headline ?? asSentence(anomaly.sentence), isolation: story.isolation, thus: story.thus };
  } catch {
    // a foreign or damaged certificate: the anomaly's own sentence is still there
    return undefined;
  }
}

/** Undefined for certificates of other kinds. Throws where the certificate does not fit the history. */
function isolationView(history: History, anomaly: Anomaly): Told | undefined {
  const { kind, data } = anomaly.certificate;
  if (!kind.startsWith('isolation/')) return undefined;
  const dependencies = new Dependencies(history);
  if (CYCLES.has(kind)) return cycleView(anomaly, items(fields(data)['steps']) as readonly CertifiedStep[], dependencies);
  if (kind === 'isolation/no-order') return casesView(history, anomaly, items(fields(data)['transactions']) as readonly number[], dependencies);
  const tale = taleOf(anomaly, dependencies);
  if (tale === undefined) return undefined;
  const lit = new Lit();
  for (const { transaction, lit: places } of tale.parts) for (const place of places) lit.add(transaction.operation.index, place);
  const transactions = inOrder(tale.parts.map(({ transaction }) => transaction));
  return {
    headline: asSentence(anomaly.sentence),
    view: {
      phenomenon: phenomenonOf(anomaly.type),
      meaning: meaningOf(anomaly.type),
      standing: tale.standing,
      basis: tale.basis,
      transactions: transactions.map((transaction) => transactionView(transaction, lit, focusOf(tale.links, transaction))),
      cyclic: false,
      dependencies: tale.links,
      choice: null,
    },
  };
}

function cycleView(anomaly: Anomaly, certified: readonly CertifiedStep[], known: Dependencies): Told {
  const ofRows = anomaly.certificate.kind === 'isolation/predicate-cycle';
  const dependencies = certified.flatMap((step) =>
    ofRows && step.key !== undefined ? rowDependency(known.transaction(step.from), known.transaction(step.to), step) : known.of(step),
  );
  const byIndex = new Map(
    certified.flatMap(({ from, to, via = [] }) => [from, to, ...via]).map((event) => [known.transaction(event).operation.index, known.transaction(event)]),
  );
  const of = (index: number): Transaction => byIndex.get(index)!;
  const lit = new Lit();
  for (const { from, to, fromOp, toOp } of dependencies) lit.add(from, fromOp).add(to, toOp);
  const onCycle = new Set(dependencies.flatMap(({ from, to }) => [from, to]));
  const transactions = inOrder([...onCycle].map(of));
  const inTime = dependencies.some(({ kind }) => kind === 'realtime') ? ' in real time' : '';
  const stale = anomaly.certificate.kind === 'isolation/cycle' && isStaleRead(dependencies);
  const phenomenon = stale ? `Stale read${inTime === '' ? ' within a session' : ''}` : phenomenonOf(anomaly.type);
  return {
    headline: asSentence(headlineOf(phenomenon, dependencies, of)),
    view: {
      phenomenon,
      meaning: stale ? STALE : meaningOf(anomaly.type),
      standing: 'proved',
      basis: PROVED,
      transactions: transactions.map((transaction) => transactionView(transaction, lit, focusOf(dependencies, transaction, of))),
      cyclic: true,
      dependencies,
      choice: null,
    },
  };
}

function casesView(history: History, anomaly: Anomaly, events: readonly number[], known: Dependencies): Told {
  const transactions = inOrder(events.map((event) => known.transaction(event)));
  const lit = new Lit();
  for (const { ops, operation } of transactions) {
    const shared = ops.flatMap(({ key }, i) =>
      transactions.some((other) => other.operation.index !== operation.index && other.ops.some((op) => same(op.key, key))) ? [i] : [],
    );
    for (const place of shared) lit.add(operation.index, place);
  }
  return {
    headline: asSentence(anomaly.sentence),
    view: {
      phenomenon: phenomenonOf(anomaly.type),
      meaning: meaningOf(anomaly.type),
      standing: 'proved',
      basis: BY_CASES,
      transactions: transactions.map((transaction) => transactionView(transaction, lit)),
      cyclic: false,
      dependencies: [],
      choice: choiceOf(history, anomaly.type, transactions),
    },
  };
}

/** Places of micro-operations that an anomaly is about, by operation. */
class Lit {
  readonly #places = new Map<number, Set<number>>();

  add(operation: number, place: number | null): this {
    if (place === null) return this;
    this.#places.set(operation, (this.#places.get(operation) ?? new Set()).add(place));
    return this;
  }

  of(operation: number): number[] {
    return [...(this.#places.get(operation) ?? [])].sort((a, b) => a - b);
  }
}

function transactionView(transaction: Transaction, lit: Lit, focus?: Value): TransactionView {
  const places = lit.of(transaction.operation.index);
  const operation: OperationView = { ...transaction.operation, words: transactionInWords(transaction, places, focus) };
  return { name: transaction.name, operation, microOps: transaction.ops.map((op, i) => ({ words: microOpInWords(op, focus), lit: places.includes(i) })) };
}

/** The element that a transaction's reads show, or would have shown. */
function focusOf(dependencies: readonly DependencyView[], { operation }: Transaction, of?: (index: number) => Transaction): Value | undefined {
  const seen = dependencies.find(({ kind, to }) => kind === 'wr' && to === operation.index);
  return seen === undefined || of === undefined || seen.fromOp === null ? undefined : of(seen.from).ops[seen.fromOp]?.value;
}

function inOrder(transactions: readonly Transaction[]): Transaction[] {
  const distinct = new Map(transactions.map((transaction) => [transaction.operation.index, transaction]));
  return [...distinct.values()].sort((a, b) => a.operation.index - b.operation.index);
}

/** The readers that missed something, who show what is wrong; else all. */
function hitsOf({ dependencies, transactions }: IsolationView): number[] {
  const missing = dependencies.filter(({ kind }) => kind === 'rw').map(({ from }) => from);
  const hits = missing.length > 0 ? missing : dependencies.filter(({ kind }) => kind === 'finding').map(({ to }) => to);
  return hits.length > 0 ? [...new Set(hits)] : transactions.map(({ operation }) => operation.index);
}

function contradiction({ dependencies, transactions }: IsolationView): string {
  const name = (index: number): string => transactions.find(({ operation }) => operation.index === index)!.name;
  const names = dependencies.map(({ from }) => name(from));
  return `${[...names, names[0]!].join(' before ')}: no order of ${names.length === 2 ? 'the two' : `these ${names.length}`} transactions satisfies all of this.`;
}

/** Keys that the steps, or the anomaly itself, are about. */
export function keysOf({ certificate }: { readonly certificate: { readonly data?: unknown } }): string[] {
  const data = fields(certificate.data);
  const steps = items(data['steps']).map((step) => fields(step)['key']);
  return [...new Set([data['key'], ...steps].filter((key) => key !== undefined).map((key) => valueInWords(key as Value)))];
}

function keyOf(anomaly: Anomaly): string | null {
  const keys = keysOf(anomaly);
  return keys.length === 0 ? null : listed(keys);
}

function meaningOf(type: string): string {
  return isolationTerms(type)?.meaning ?? '';
}

function phenomenonOf(type: string): string {
  return isolationTerms(type)?.title ?? type;
}
