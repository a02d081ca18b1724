/** Findings as anomalies: with sentences for people and certificates for the verifier. */
import type { Anomaly, History, Value } from '../../harness/contracts/index.ts';
import { errorCodeAt, whenAt, whoAt, words } from '../columns/events.ts';
import type { MembershipNames } from './collect.ts';
import { divergentRead, type Judgement } from './judge.ts';
import type { ReadModel } from './sightings.ts';

/** At most so many anomalies of a type are spelled out; the statistics count all. */
const SPELLED_OUT = 8;

/** What the elements of this kind of collection are called, and what is wrong with them. */
export interface Terms {
  /** `element`, `increment`. */
  readonly noun: string;
  /** Past participle: `added`, `applied`. */
  readonly done: string;
  readonly copies: 'one' | 'attempts';
  readonly types: {
    readonly copies: string;
    readonly unexpected: string;
  };
}

/** Puts one collection's findings into anomalies. */
export class MembershipReport {
  readonly #history: History;
  readonly #judged: Judgement;
  readonly #names: MembershipNames;
  readonly #terms: Terms;

  constructor(history: History, judged: Judgement, names: MembershipNames, terms: Terms) {
    this.#history = history;
    this.#judged = judged;
    this.#names = names;
    this.#terms = terms;
  }

  /** Worst first. With `eventual` reads, misses before the final reads are statistics only. */
  anomalies(model: ReadModel): Anomaly[] {
    const { lost, divergent, failedVisible, unexpected, missed, incomparable, sightings } = this.#judged;
    const some = <T>(list: readonly T[], tell: (item: T) => Anomaly): Anomaly[] => {
      const [first, ...others] = list.slice(0, SPELLED_OUT).map(tell);
      if (first === undefined) return [];
      const sentence = list.length > 1 ? `${first.sentence} (one of ${list.length} such ${this.#terms.noun}s)` : first.sentence;
      return [{ ...first, sentence }, ...others];
    };
    return [
      ...some(lost, (element) => this.#lost(element)),
      ...some(sightings.duplicates, (odd) => this.#copies(odd.element, odd.read)),
      ...some(failedVisible, (odd) => this.#failedVisible(odd.element, odd.read)),
      ...some(unexpected, (odd) => this.#unexpected(odd.element, odd.read)),
      ...some(divergent, (element) => this.#divergent(element)),
      ...(model === 'eventual'
        ? []
        : [
            ...some(missed.vanished, (element) => this.#missed(element, 'vanished')),
            ...some(missed.resurrected, (element) => this.#missed(element, 'resurrected')),
            ...some(missed.stale, (element) => this.#missed(element, 'stale-read')),
          ]),
      ...(incomparable === undefined ? [] : [this.#incomparable(incomparable)]),
    ];
  }

  #lost(element: number): Anomaly {
    const { collection, final } = this.#judged;
    const ack = collection.elements.acked[element]!;
    const reads = final.reads.map((read) => collection.reads.complete[read]!);
    const nodes = reads
      .map((read) => this.#history.nodes[this.#history.columns.node[read]!])
      .filter((node) => node !== undefined)
      .sort();
    return this.#anomaly(
      'lost',
      'membership/lost',
      element,
      { ack },
      [this.#invocation(ack), ack, ...reads.slice(0, SPELLED_OUT)],
      `${this.#name(element)} is lost: ${whoAt(this.#history, ack)} was told at ${whenAt(this.#history, ack)} that it had been ${this.#terms.done}, ` +
        `and ${reads.length === 1 ? 'the final read does not contain it' : `none of the ${reads.length} final reads contains it`}` +
        `${nodes.length > 0 ? ` (${nodes.join(', ')})` : ''}`,
    );
  }

  #divergent(element: number): Anomaly {
    const { collection, final, sightings } = this.#judged;
    const without = collection.reads.complete[divergentRead(collection, final.reads, sightings, element)]!;
    const holding = final.reads.find((read) => this.#contains(read, element))!;
    const shown = collection.reads.complete[holding]!;
    const witness = sightings.known[element]!;
    return this.#anomaly(
      'divergent',
      'membership/divergent',
      element,
      { with: shown, without, witness },
      [shown, without],
      `${this.#name(element)} is on some nodes only: the final read of ${whoAt(this.#history, shown)} at ${whenAt(this.#history, shown)} contains it, ` +
        `that of ${whoAt(this.#history, without)} at ${whenAt(this.#history, without)} does not`,
    );
  }

  #missed(element: number, type: 'stale-read' | 'resurrected' | 'vanished'): Anomaly {
    const { collection, sightings } = this.#judged;
    const { reads, elements } = collection;
    const history = this.#history;
    const gone = type === 'stale-read' ? -1 : sightings.firstGone[element]!;
    const miss = gone >= 0 ? gone : sightings.firstMiss[element]!;
    const witness = gone >= 0 ? reads.complete[sightings.firstSeen[element]!]! : sightings.known[element]!;
    const missing = reads.complete[miss]!;
    const starter = reads.invoke[miss]! < witness ? sightings.startedBy[miss]! : -1;
    const after = starter >= 0 ? elements.values[starter] : undefined;
    const again = type === 'resurrected' ? reads.complete[sightings.lastSeen[element]!]! : -1;
    const data = { witness, missing, ...(after === undefined ? {} : { after }) };
    return this.#anomaly(
      type,
      'membership/missed',
      element,
      data,
      [this.#invocation(witness), witness, this.#invocation(missing), missing, again],
      `${this.#proof(element, witness)}, yet the read of ${whoAt(history, missing)} ` +
        (after === undefined
          ? `that began at ${whenAt(history, this.#invocation(missing))} does not contain it`
          : `that contains ${words(after)}, asked for only afterwards, does not contain it`) +
        { 'stale-read': '', vanished: ', nor does any later one', resurrected: again < 0 ? '' : `, and ${whoAt(history, again)} read it again later` }[type],
    );
  }

  /** How one knows that the element was there. */
  #proof(element: number, witness: number): string {
    const who = whoAt(this.#history, witness);
    const when = whenAt(this.#history, witness);
    return this.#judged.collection.elements.acked[element] === witness
      ? `${who} was told at ${when} that ${this.#name(element)} had been ${this.#terms.done}`
      : `${who} read ${this.#name(element)} at ${when}`;
  }

  #copies(element: number, read: number): Anomaly {
    const at = this.#judged.collection.reads.complete[read]!;
    const { contents, reads } = this.#judged.collection;
    let copies = 0;
    for (let i = reads.from[read]!; i < reads.to[read]!; i++) if (contents[i] === element) copies++;
    const attempts = this.#judged.collection.elements.attempts[element]!;
    return this.#anomaly(
      this.#terms.types.copies,
      'membership/copies',
      element,
      { at, allowed: this.#terms.copies },
      [...this.#attempts(element), at],
      `${this.#name(element)} is there ${copies} times in the read of ${whoAt(this.#history, at)} at ${whenAt(this.#history, at)}` +
        `${this.#terms.copies === 'attempts' ? `; it was asked for ${attempts === 1 ? 'once' : `${attempts} times`}` : ''}`,
    );
  }

  #failedVisible(element: number, read: number): Anomaly {
    const at = this.#judged.collection.reads.complete[read]!;
    const attempt = this.#judged.collection.elements.failed[element]!;
    const failure = this.#history.columns.pair[attempt]!;
    return this.#anomaly(
      'failed-but-visible',
      'membership/failed-but-visible',
      element,
      { at },
      [attempt, failure, at],
      `${this.#name(element)} was refused to ${whoAt(this.#history, failure)} at ${whenAt(this.#history, failure)} and read by ${whoAt(this.#history, at)} at ` +
        `${whenAt(this.#history, at)}: either the system applied a write it refused, or the client's error table is wrong for ${errorCodeAt(this.#history, failure)}`,
    );
  }

  #unexpected(element: number, read: number): Anomaly {
    const at = this.#judged.collection.reads.complete[read]!;
    const later = this.#judged.collection.elements.possible[element]!;
    const why = later === Infinity ? 'nobody ever asked for it' : `it was first asked for at ${whenAt(this.#history, later)}`;
    return this.#anomaly(
      this.#terms.types.unexpected,
      'membership/unexpected',
      element,
      { at },
      [at],
      `${whoAt(this.#history, at)} read ${this.#name(element)} at ${whenAt(this.#history, at)}, and ${why}`,
    );
  }

  #incomparable(pair: NonNullable<Judgement['incomparable']>): Anomaly {
    const { reads, elements } = this.#judged.collection;
    const first = reads.complete[pair.first]!;
    const second = reads.complete[pair.second]!;
    const onlyFirst = elements.values[pair.onlyFirst]!;
    const onlySecond = elements.values[pair.onlySecond]!;
    return this.#anomaly(
      'incomparable-reads',
      'membership/incomparable',
      pair.onlyFirst,
      { first, second, onlyFirst, onlySecond },
      [first, second],
      `${whoAt(this.#history, first)} read ${words(onlyFirst)} without ${words(onlySecond)}, ${whoAt(this.#history, second)} read ${words(onlySecond)} without ` +
        `${words(onlyFirst)}: no order of the additions explains both`,
    );
  }

  #anomaly(type: string, kind: string, element: number, data: Readonly<Record<string, Value>>, ops: readonly number[], sentence: string): Anomaly {
    const value = this.#judged.collection.elements.values[element]!;
    const certificate = { kind, data: { ...this.#namesOf(), element: value, ...data } };
    return { type, ops: [...new Set(ops.filter((op) => op >= 0 && op < Infinity))].sort((a, b) => a - b), sentence, certificate };
  }

  #namesOf(): { add: string; read: string } {
    return { add: this.#names.add, read: this.#names.read };
  }

  #name(element: number): string {
    const key = this.#history.value(this.#judged.collection.key);
    const value = words(this.#judged.collection.elements.values[element]);
    return `${this.#terms.noun} ${value}${key === undefined ? '' : ` of ${words(key)}`}`;
  }

  #contains(read: number, element: number): boolean {
    const { contents, reads } = this.#judged.collection;
    return contents.subarray(reads.from[read]!, reads.to[read]!).includes(element);
  }

  #invocation(completion: number): number {
    return this.#history.columns.pair[completion]!;
  }

  /** The first attempt that may have happened, and its completion. */
  #attempts(element: number): number[] {
    const { possible } = this.#judged.collection.elements;
    const invoke = possible[element]!;
    return invoke === Infinity ? [] : [invoke, this.#history.columns.pair[invoke]!];
  }
}
