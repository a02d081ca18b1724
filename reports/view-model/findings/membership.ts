/** Tells convictions of growing collections (sets, tagged counters) and of ids from their certificates. */
import type { Anomaly, History, Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';
import { invocationOf } from '../operations.ts';
import { type Fields, fields } from '../reading.ts';
import type { ArrowView, OperationView } from '../report-view.ts';
import { counted, span, valueInWords } from '../wording.ts';
import { Clock, clause, operationsAt, type Story } from './story.ts';

/** Final reads that are drawn of a lost element. */
const READS_DRAWN = 4;

/** The story of a `membership/…` certificate. */
export function tellMembership(history: History, anomaly: Anomaly): Story | undefined {
  if (!anomaly.certificate.kind.startsWith('membership/')) return undefined;
  const data = fields(anomaly.certificate.data);
  const tale = new MembershipTale(history, anomaly, data);
  return tale.story();
}

/** The story of a `unique-ids/duplicate` certificate. */
export function tellDuplicateId(history: History, anomaly: Anomaly): Story | undefined {
  if (anomaly.certificate.kind !== 'unique-ids/duplicate') return undefined;
  const ops = operationsAt(
    history,
    anomaly.ops.map((event) => invocationOf(history, event)),
  );
  const [first, second] = ops;
  if (first === undefined || second === undefined) return undefined;
  const clock = new Clock(ops);
  return {
    ops,
    hits: ops.map((op) => op.index),
    arrows: [{ from: first.index, to: second.index, kind: 'value', label: 'the same id' }],
    proof: ops.map((op) => clause(op, clock)),
    thus: 'Two requests were given the same id.',
    legal: null,
    key: null,
  };
}

/** Invocations to draw, the contradiction between them, and what follows. */
interface Tale {
  readonly ops: readonly number[];
  readonly hits: readonly number[];
  readonly arrows: readonly ArrowView[];
  readonly thus: string;
}

class MembershipTale {
  readonly #history: History;
  readonly #anomaly: Anomaly;
  readonly #data: Fields;
  readonly #element: Value;

  constructor(history: History, anomaly: Anomaly, data: Fields) {
    this.#history = history;
    this.#anomaly = anomaly;
    this.#data = data;
    this.#element = (data['element'] ?? null) as Value;
  }

  story(): Story {
    const told = this.#tell();
    const ops = operationsAt(this.#history, told.ops).map((op) => this.#worded(op));
    const clock = new Clock(ops);
    return {
      ops,
      hits: told.hits,
      arrows: told.arrows.filter((arrow) => arrow.from !== arrow.to),
      proof: ops.map((op) => clause(op, clock)),
      thus: told.thus,
      legal: null,
      key: ops[0]?.key ?? null,
    };
  }

  #tell(): Tale {
    const element = valueInWords(this.#element);
    switch (this.#anomaly.certificate.kind) {
      case 'membership/lost': {
        const add = this.#invoke('ack');
        const reads = this.#others(add).slice(0, READS_DRAWN);
        return {
          ops: [add, ...reads],
          hits: reads,
          arrows: reads.slice(0, 1).map((read) => ({ from: add, to: read, kind: 'time', label: `acknowledged ${this.#gap(add, read)} before` })),
          thus: `What was acknowledged must be in every later read. Nothing was left to happen after the final reads: ${element} is lost.`,
        };
      }
      case 'membership/copies': {
        const read = this.#invoke('at');
        const adds = this.#others(read);
        const copies = this.#copies(read);
        return {
          ops: [...adds, read],
          hits: [read],
          arrows: adds.slice(0, 1).map((add) => ({ from: add, to: read, kind: 'value', label: `asked for once, there ${copies} times` })),
          thus: `One request, ${copies} effects.`,
        };
      }
      case 'membership/missed': {
        const [witness, missing] = [this.#invoke('witness'), this.#invoke('missing')];
        return {
          ops: [witness, missing, ...this.#others(missing)],
          hits: [missing],
          arrows: [
            { from: witness, to: missing, kind: 'time', label: `there ${this.#gap(witness, missing)} before` },
            { from: missing, to: witness, kind: 'value', label: `lacks ${element}, so before it` },
          ],
          thus: `So the read must come before ${element} was there, and in real time it came after. No order satisfies both.`,
        };
      }
      case 'membership/divergent':
        return this.#between('without', 'with', `${element}: there on one, not on the other`, 'When all had settled, the nodes did not agree.');
      case 'membership/incomparable':
        return this.#between('first', 'second', 'each lacks what the other has', 'Whichever came first must be contained in the other. Neither is.');
      default: {
        const read = this.#invoke('at');
        const others = this.#others(read);
        return {
          ops: [...others, read],
          hits: [read],
          arrows: others.slice(0, 1).map((add) => ({ from: add, to: read, kind: 'value', label: `failed, and ${element} was seen` })),
          thus: others.length > 0 ? `Nothing else added ${element}, so what failed took effect all the same.` : `Nobody had asked for ${element} by then.`,
        };
      }
    }
  }

  #between(one: string, other: string, label: string, thus: string): Tale {
    const [from, to] = [this.#invoke(one), this.#invoke(other)];
    return { ops: [from, to], hits: [from, to], arrows: [{ from, to, kind: 'value', label }], thus };
  }

  /** The invocation of the event that the certificate names. */
  #invoke(name: string): number {
    const event = this.#data[name];
    return typeof event === 'number' ? invocationOf(this.#history, event) : -1;
  }

  #others(besides: number): number[] {
    const invocations = this.#anomaly.ops.map((event) => invocationOf(this.#history, event));
    return [...new Set(invocations)].filter((invoke) => invoke >= 0 && invoke !== besides);
  }

  #gap(from: number, to: number): string {
    const { time, pair } = this.#history.columns;
    const end = pair[from]!;
    return span(Math.max(0, time[to]! - time[end < 0 ? from : end]!));
  }

  #copies(read: number): number {
    return this.#contents(read)?.filter((item) => canonicalJson(item) === canonicalJson(this.#element)).length ?? 0;
  }

  #contents(read: number): readonly Value[] | undefined {
    const complete = this.#history.columns.pair[read]!;
    const value = complete < 0 ? undefined : this.#history.event(complete).value;
    return Array.isArray(value) ? (value as readonly Value[]) : undefined;
  }

  /** Reads of collections say how much they hold and what of the element, in place of all that they returned. */
  #worded(op: OperationView): OperationView {
    const contents = op.f === this.#data['read'] ? this.#contents(op.index) : undefined;
    if (contents === undefined || op.outcome !== 'ok') return op;
    const copies = this.#copies(op.index);
    const element = valueInWords(this.#element);
    const holds = copies === 0 ? `without ${element}` : copies === 1 ? `with ${element}` : `${element} ${copies} times`;
    return { ...op, words: `${op.f} → ${counted(contents.length, 'element')}, ${holds}` };
  }
}
