/** Tells convictions of the linearizability checker from their certificates. */
import { type CertifiedOperation, SUB_HISTORY, type SubHistoryCertificate } from '../../../checkers/linearizability/counterexample/finding.ts';
import type { Anomaly, History, Value } from '../../../harness/contracts/index.ts';
import type { ArrowView, LegalRow, OperationView, ProofPart } from '../report-view.ts';
import { listed, span, valueInWords } from '../wording.ts';
import { isRegister, legalValues } from './legal-values.ts';
import { linearizationView } from './linearization.ts';
import { Clock, clause, named, operationsAt, type Story } from './story.ts';

/** Stories of so few operations are drawn whole. */
const DRAWN_WHOLE = 5;

/** The story of a sub-history that is not linearizable. */
export function tellSubHistory(history: History, anomaly: Anomaly): Story | undefined {
  if (anomaly.certificate.kind !== SUB_HISTORY) return undefined;
  const certificate = anomaly.certificate.data as unknown as SubHistoryCertificate;
  const views = operationsAt(history, [...certificate.ops.map((op) => op.invoke), certificate.failing, ...certificate.culprits]);
  const linearization = linearizationView(anomaly);
  return { ...new Teller(anomaly.type, certificate, views).story(), ...(linearization && { linearization }) };
}

class Teller {
  readonly #type: string;
  readonly #certificate: SubHistoryCertificate;
  readonly #views: readonly OperationView[];
  readonly #failing: OperationView;
  readonly #clock: Clock;

  constructor(type: string, certificate: SubHistoryCertificate, views: readonly OperationView[]) {
    this.#type = type;
    this.#certificate = certificate;
    this.#views = views;
    this.#failing = views.find((op) => op.index === certificate.failing)!;
    this.#clock = new Clock(views);
  }

  story(): Story {
    const contradiction = this.#contradiction();
    const ops = this.#views;
    const essential = this.#essential(contradiction);
    return {
      ops,
      ...(essential === undefined ? {} : { essential }),
      hits: [this.#failing.index, ...contradiction.hits],
      arrows: contradiction.arrows,
      proof: ops.map((op) => this.#clause(op, contradiction.before)),
      thus: contradiction.thus,
      legal: this.#legal(),
      key: this.#certificate.keyed ? valueInWords(this.#certificate.key) : null,
    };
  }

  /** Where the certificate has many operations: what arrows name, and what last made the value that was seen. */
  #essential({ arrows, hits }: { readonly arrows: readonly ArrowView[]; readonly hits: readonly number[] }): number[] | undefined {
    if (this.#views.length <= DRAWN_WHOLE || arrows.length === 0) return undefined;
    const observed = JSON.stringify(this.#certificate.observed);
    const source = this.#certificate.ops.findLast((op) => op.f !== 'read' && op.invoke < this.#failing.index && JSON.stringify(made(op)) === observed);
    return [...new Set([...arrows.flatMap((arrow) => [arrow.from, arrow.to]), ...hits, this.#failing.index, ...(source === undefined ? [] : [source.invoke])])];
  }

  #clause(op: OperationView, before: OperationView | undefined): ProofPart[] {
    if (op.index !== this.#failing.index) return clause(op, this.#clock);
    const where = op.node === null ? '' : ` on ${op.node}`;
    const later = before?.end == null ? '' : `, ${gap(op.start - before.end)} later`;
    const got = op.f === 'read' ? `, and got ${valueInWords(this.#certificate.observed)}` : `, and was answered at ${this.#clock.at(op.end ?? op.start)}`;
    return [`Process ${op.process} began `, named(op), `${where} at ${this.#clock.at(op.start)}${later}${got}.`];
  }

  #contradiction(): { readonly arrows: readonly ArrowView[]; readonly thus: string; readonly before?: OperationView; readonly hits: readonly number[] } {
    const failing = this.#failing;
    const observed = valueInWords(this.#certificate.observed);
    const culprit = this.#views.find((op) => this.#certificate.culprits.includes(op.index));
    if (culprit !== undefined) return { ...this.#guilty(culprit, observed), hits: [] };
    if (this.#type === 'lost-update') return this.#usedTwice();
    const over = this.#overwriting();
    if (over === undefined) return { arrows: [], thus: this.#generic(), hits: [] };
    const word = failing.f === 'read' ? 'returned' : 'needed';
    return {
      arrows: [
        { from: over.index, to: failing.index, kind: 'time', label: `began ${gap(failing.start - over.end!)} after the acknowledgement` },
        { from: failing.index, to: over.index, kind: 'value', label: `${word} ${observed}, so before ${over.words}` },
      ],
      thus: `So the ${failing.f} must come before ${over.words}, and in real time it came after. No order satisfies both.`,
      before: over,
      hits: [],
    };
  }

  #guilty(culprit: OperationView, observed: string): { readonly arrows: readonly ArrowView[]; readonly thus: string } {
    const failing = this.#failing;
    if (culprit.start > (failing.end ?? Number.POSITIVE_INFINITY)) {
      const label = `ended ${gap(culprit.start - failing.end!)} before the value was written`;
      return {
        arrows: [{ from: failing.index, to: culprit.index, kind: 'time', label }],
        thus: `${observed} was seen before anything had begun to write it.`,
      };
    }
    const how = culprit.outcome === 'fail' ? 'failed' : 'was refused';
    return {
      arrows: [{ from: culprit.index, to: failing.index, kind: 'value', label: `${how}, and ${observed} was seen` }],
      thus: `Nothing else made ${observed}, so what ${how} took effect all the same.`,
    };
  }

  #usedTwice(): { readonly arrows: readonly ArrowView[]; readonly thus: string; readonly hits: readonly number[] } {
    const takers = this.#certificate.ops.filter((op) => op.f === 'cas' && op.outcome === 'ok' && sameFrom(op.input, this.#certificate.observed));
    const [first, second] = takers;
    if (first === undefined || second === undefined) return { arrows: [], thus: this.#generic(), hits: [] };
    const value = valueInWords(this.#certificate.observed);
    return {
      arrows: [{ from: first.invoke, to: second.invoke, kind: 'value', label: `both took ${value}` }],
      thus: `The first of them replaced ${value}, so the second could not have found it. Both were told that they did.`,
      hits: [first.invoke, second.invoke],
    };
  }

  /** The last update that had certainly happened before the failing operation began, and is not what it saw. */
  #overwriting(): OperationView | undefined {
    if (!isRegister(this.#certificate.ops)) return undefined;
    const observed = JSON.stringify(this.#certificate.observed);
    const over = this.#certificate.ops
      .filter((op) => op.outcome === 'ok' && op.complete !== null && op.complete < this.#failing.index && op.f !== 'read')
      .filter((op) => JSON.stringify(made(op)) !== observed)
      .sort((a, b) => b.complete! - a.complete!)[0];
    return over === undefined ? undefined : this.#views.find((op) => op.index === over.invoke);
  }

  #generic(): string {
    const states = this.#certificate.states;
    const could = states.length === 0 || states.length > 4 ? '' : ` By then the state could only be ${listed(states.map((state) => valueInWords(state)))}.`;
    return `No order of these operations explains the last one.${could}`;
  }

  #legal(): LegalRow | null {
    const { ops, from, init, failing, until, key, keyed, observed } = this.#certificate;
    const others = ops.filter((op) => op.invoke !== failing);
    const last = { event: until, time: this.#failing.end ?? this.#failing.start };
    const initial = from === null ? init : undefined;
    // as they really ended, where that has a legal order; else as far as the certificate needs them
    const segments =
      legalValues(
        others.map((op) => this.#answered(op)),
        initial,
        last,
      ) ?? legalValues(others, initial, last);
    if (segments === undefined || segments.length === 0) return null;
    return { label: keyed ? `key ${valueInWords(key)} may be` : 'it may be', segments, observed: `not ${valueInWords(observed)}` };
  }

  /** Minimising forgets answers that the proof can do without; the picture shows what happened. */
  #answered(op: CertifiedOperation): CertifiedOperation {
    const view = this.#views.find(({ index }) => index === op.invoke);
    if (op.outcome !== 'unknown' || op.f === 'read' || view?.outcome !== 'ok' || view.refused || view.end === null) return op;
    return { ...op, outcome: 'ok', end: view.end };
  }
}

/** A gap between two moments that follow each other. */
function gap(ns: number): string {
  return ns <= 0 ? 'right' : span(ns);
}

function made(op: CertifiedOperation): Value {
  return op.f === 'cas' && Array.isArray(op.input) ? ((op.input as readonly Value[])[1] ?? null) : op.input;
}

function sameFrom(input: Value, value: Value): boolean {
  return Array.isArray(input) && JSON.stringify(input[0]) === JSON.stringify(value);
}
