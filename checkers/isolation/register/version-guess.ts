/**
 * A guess at the order of transactions over registers, and so at the orders of versions: each is carried out as late as may be,
 * at its acknowledgement, after what it read from and after those who read what it overwrites. Where that does not work out,
 * something went too early or too late: what follows from that is learned, and all that came since is taken back. Where nothing
 * can be learned, a polygraph is asked about what happened around there. Where that knows of nothing either it goes on all the
 * same: whoever uses the guess looks whether it holds. O(micro-operations), what is taken back, and the polygraphs.
 */
import type { Budget } from '../../../harness/contracts/index.ts';
import { OK } from '../../../harness/history/columns.ts';
import { ask } from '../../verdict/exhausted.ts';
import type { ByKey } from '../transactions/by-key.ts';
import { READ, type Transactions } from '../transactions/columns.ts';
import { CarriedOut } from './carried-out.ts';
import type { Guess, GuessedVersions } from './guess.ts';
import { INITIAL, type Versions } from './versions.ts';
import { orderWindow } from './window-order.ts';

/** How deep what is needed may need something else. */
const DEEPEST = 500;
/** How often what a transaction needs is looked at. */
const MOST_LOOKS = 6;
/** All in all not more is taken back than so many times all transactions. */
const MOST_TAKEN_BACK = 10;
/** So many lessons are unlearned until so many events have gone well. */
const PATIENCE = 200;
const WELL = 64;
/** Orders of windows: of so many times as many transactions as overlap, the narrowest first; and how many may be in vain. */
const WINDOWS = [1, 2, 4] as const;
const MOST_OVERLAPPING = 250;
const MOST_IN_VAIN = 24;
/** So often the budget is asked: each so many transactions. */
const ASK_EVERY = 1024;

type Outcome =
  | 'done'
  /** Others went first: what it needs has to be looked at again. */
  | 'again'
  /** It needs one that was not invoked yet, or that needs it, or what is there no more. */
  | 'stuck';

/** One comes before the other. */
interface Lesson {
  readonly before: number;
  readonly after: number;
}

interface Tried extends Lesson {
  readonly name: number;
  /** From where on it has an effect. */
  place: number;
  event: number;
  isHeld: boolean;
}

/** Of all keys. `events`: how many the history has. Throws BudgetExhausted. */
export function guessVersions(transactions: Transactions, byKey: ByKey, versions: Versions, events: number, budget: Budget): Guess {
  return new LastMoment(transactions, versions, byKey, budget).run(events, byKey);
}

class LastMoment {
  readonly #txns: Transactions;
  readonly #versions: Versions;
  readonly #done: CarriedOut;
  readonly #waits: Uint8Array;
  /** What has to come before a transaction, besides what it needs. */
  readonly #learned = new Map<number, number[]>();
  /** Lessons that were tried since things last went well, and by name. */
  #trail: Tried[] = [];
  readonly #tried = new Set<number>();
  /** What has been decided the other way for the transaction at hand, and may help where it is stuck. */
  #lessons: Lesson[] = [];
  /** Who needed that a transaction was carried out, -1 for nobody; and the lesson where that was wrong. */
  readonly #needer: Int32Array;
  readonly #instead: (Lesson | undefined)[];
  /** Those that were asked why they went so early. */
  readonly #asked = new Set<number>();
  #now = 0;
  /** The last event that was reached when the trail began, and what may still be taken back, and unlearned. */
  #wellUntil = 0;
  #mayTakeBack: number;
  #mayUnlearn = PATIENCE;
  /** The last transaction that was stuck, and when; and those that are carried out at their last moment whatever they read. */
  #culprit = -1;
  #furthest = -1;
  readonly #hopeless = new Set<number>();
  /** Nothing before this place is taken back, but for a window. */
  #floor = 0;
  #mayBeInVain = MOST_IN_VAIN;
  readonly #budget: Budget;
  readonly #overlapping: number;
  #looks = 0;

  constructor(transactions: Transactions, versions: Versions, byKey: ByKey, budget: Budget) {
    this.#txns = transactions;
    this.#budget = budget;
    this.#overlapping = Math.min(MOST_OVERLAPPING, mostOverlapping(transactions));
    this.#versions = versions;
    this.#done = new CarriedOut(transactions, versions, byKey);
    this.#waits = new Uint8Array(transactions.count);
    this.#needer = new Int32Array(transactions.count);
    this.#instead = new Array<Lesson | undefined>(transactions.count);
    this.#mayTakeBack = MOST_TAKEN_BACK * transactions.count;
  }

  run(events: number, byKey: ByKey): Guess {
    const last = this.#lastMoments(events);
    for (this.#now = 0; this.#now < last.length; this.#now++) if (last[this.#now]! >= 0) this.#complete(last[this.#now]!);
    const { order, readStart, readers } = this.#done;
    return { ...this.#versionsInOrder(byKey), readStart, readers, order: order.subarray(0, this.#done.length) };
  }

  /** The transaction that has to be carried out at each event, -1 for none; behind all events those of which nobody knows when. */
  #lastMoments(events: number): Int32Array {
    const { count, completion, outcome } = this.#txns;
    const last = new Int32Array(events + count).fill(-1);
    let length = events;
    for (let t = 0; t < count; t++) if (this.#versions.committed[t] === 1) last[outcome[t] === OK ? completion[t]! : length++] = t;
    return last.subarray(0, length);
  }

  /** Carries it out now, or goes back to where something else has to be done first. */
  #complete(t: number): void {
    if (this.#looks++ % ASK_EVERY === 0) ask(this.#budget, this.#txns.opCount * 16);
    this.#lessons.length = 0;
    this.#asked.clear();
    if (this.#need(t, 0, -1) === 'done') {
      if (this.#trail.length > 0 && this.#now > this.#wellUntil) this.#goOn();
      return;
    }
    this.#wellUntil = Math.max(this.#wellUntil, this.#now + WELL);
    if (this.#now >= this.#furthest) [this.#culprit, this.#furthest] = [t, this.#now];
    if (this.#lessons.findLast((lesson) => this.#learn(lesson)) !== undefined || this.#unlearn()) return;
    if (this.#orderWindow()) {
      this.#goOn();
      return;
    }
    if (this.#hopeless.has(this.#culprit)) {
      if (!this.#done.has(t)) this.#done.add(t, this.#now);
      this.#floor = this.#done.length;
    } else {
      this.#hopeless.add(this.#culprit);
      this.#now--;
    }
    this.#goOn();
  }

  /** Takes back what overlaps and puts it, and what comes next, into an order. Whether there was one. */
  #orderWindow(): boolean {
    const { completion, outcome } = this.#txns;
    const last = (t: number): number => (outcome[t] === OK ? completion[t]! : Number.POSITIVE_INFINITY);
    const now = Math.max(this.#now, this.#furthest);
    for (const width of WINDOWS) {
      if (this.#mayBeInVain <= 0) return false;
      const size = width * this.#overlapping;
      const taken = this.#done.order.slice(Math.max(0, this.#done.length - size), this.#done.length);
      const events = Array.from(taken, (t) => this.#done.eventOf(t));
      this.#done.takeBack(this.#done.length - taken.length);
      // Two events for each transaction.
      const order = orderWindow({ transactions: this.#txns, versions: this.#versions, done: this.#done, end: now + 4 * size }, this.#budget);
      if (order !== undefined) {
        const length = 1 + order.findLastIndex((t) => last(t) <= now + size);
        let event = Number.POSITIVE_INFINITY;
        const moments = order
          .slice(0, length)
          .reverse()
          .map((t) => (event = Math.min(event, last(t))))
          .reverse();
        for (let i = 0; i < length; i++) this.#done.add(order[i]!, moments[i]!);
        this.#floor = Math.min(this.#floor, this.#done.length);
        return true;
      }
      this.#mayBeInVain--;
      for (const [i, t] of taken.entries()) this.#done.add(t, events[i]!);
    }
    return false;
  }

  #goOn(): void {
    this.#trail = [];
    this.#tried.clear();
    this.#mayUnlearn = PATIENCE;
    this.#furthest = -1;
  }

  /** Goes back to where a lesson helps; whether it was not tried before. */
  #learn(lesson: Lesson): boolean {
    const { before, after } = lesson;
    if (before === after || !this.#done.has(after)) return false;
    const [place, event] = [this.#done.placeOf(after), this.#done.eventOf(after)];
    if (this.#txns.invocation[before]! > event) return this.#delay(after);
    const name = before * this.#txns.count + after;
    if (this.#tried.has(name) || this.#learned.get(before)?.includes(after) || !this.#takeBack(place, event)) return false;
    // What was learned before has an effect from here on only.
    for (let i = this.#trail.length - 1; i >= 0 && this.#trail[i]!.place > place; i--) Object.assign(this.#trail[i]!, { place, event });
    this.#tried.add(name);
    this.#trail.push({ ...lesson, name, place, event, isHeld: true });
    const known = this.#learned.get(after);
    if (known === undefined) this.#learned.set(after, [before]);
    else known.push(before);
    return true;
  }

  /** A transaction that went too early, because another one needed it: perhaps that one did not. */
  #delay(t: number): boolean {
    for (let one = t; one >= 0 && !this.#asked.has(one); one = this.#needer[one]!) {
      this.#asked.add(one);
      const lesson = this.#instead[one];
      if (lesson !== undefined && this.#learn(lesson)) return true;
    }
    return false;
  }

  /** All from a place on that was carried out at this event. */
  #takeBack(place: number, event: number): boolean {
    if (place < this.#floor || this.#mayTakeBack <= 0) return false;
    this.#mayTakeBack -= this.#done.length - place;
    // The loop goes on with the event behind.
    this.#now = event - 1;
    this.#done.takeBack(place);
    return true;
  }

  /** The last lesson that is held: what was tried since may help without it. */
  #unlearn(): boolean {
    if (this.#mayUnlearn-- <= 0) return false;
    for (;;) {
      const last = this.#trail.at(-1);
      if (last === undefined) return false;
      if (last.isHeld) {
        last.isHeld = false;
        const known = this.#learned.get(last.after)!;
        known.splice(known.indexOf(last.before), 1);
        return this.#takeBack(last.place, last.event);
      }
      this.#tried.delete(last.name);
      this.#trail.pop();
    }
  }

  /** `instead`: what would have to be where it need not be carried out. */
  #need(t: number, depth: number, needer: number, instead?: Lesson): Outcome {
    if (this.#done.has(t)) return 'done';
    if (this.#waits[t] === 1 || depth > DEEPEST || this.#txns.invocation[t]! > this.#now || this.#versions.committed[t] === 0) return 'stuck';
    this.#waits[t] = 1;
    this.#needer[t] = needer;
    this.#instead[t] = instead;
    let outcome: Outcome = this.#hopeless.has(t) ? 'done' : 'again';
    for (let looks = 0; outcome === 'again' && looks < MOST_LOOKS; looks++) outcome = this.#prepare(t, depth);
    this.#waits[t] = 0;
    if (outcome === 'done') this.#done.add(t, this.#now);
    return outcome === 'again' ? 'stuck' : outcome;
  }

  /** Carries out what has to be before; `done` when there is nothing left. */
  #prepare(t: number, depth: number): Outcome {
    const { firstOp, kind, key, previous, outcome } = this.#txns;
    const { final } = this.#versions;
    let result = this.#learned.size === 0 ? 'done' : this.#heed(t, depth);
    for (let op = firstOp[t]!; op < firstOp[t + 1]! && result !== 'stuck'; op++) {
      let one: Outcome = 'done';
      if (kind[op] !== READ) {
        if (final[op] === 1) one = this.#letReadersGo(t, key[op]!, depth);
      } else if (previous[op] === -1 && outcome[t] === OK) one = this.#letWriterGo(t, op, depth);
      if (one !== 'done') result = one;
    }
    return result;
  }

  /** What was learned of it. */
  #heed(t: number, depth: number): Outcome {
    let result: Outcome = 'done';
    for (const before of this.#learned.get(t) ?? []) {
      if (this.#done.has(before)) continue;
      if (this.#need(before, depth + 1, t) !== 'done') return 'stuck';
      result = 'again';
    }
    return result;
  }

  /** Whoever wrote what this read returns. */
  #letWriterGo(t: number, read: number, depth: number): Outcome {
    const { owner, key } = this.#txns;
    const version = this.#versions.of[read]!;
    if (this.#done.version(key[read]!) === version) return 'done';
    const writer = this.#versions.writer[version]!;
    if (!this.#canBeShown(writer, t)) return 'done';
    if (writer >= 0 && !this.#done.has(owner[writer]!)) {
      const outcome = this.#need(owner[writer]!, depth + 1, t);
      return outcome === 'done' ? 'again' : outcome;
    }
    // It was overwritten: that comes behind this transaction, or before what it reads.
    let over = this.#done.shown(key[read]!);
    if (over < 0) return 'stuck';
    while (this.#done.replaced(over) >= 0 && this.#versions.of[this.#done.replaced(over)] !== version) over = this.#done.replaced(over);
    if (writer >= 0) this.#lessons.push({ before: owner[over]!, after: owner[writer]! });
    this.#lessons.push({ before: t, after: owner[over]! });
    return 'stuck';
  }

  /** Whether there is an order in which another transaction reads this write, INITIAL included. */
  #canBeShown(writer: number, reader: number): boolean {
    if (writer < 0) return writer === INITIAL;
    const t = this.#txns.owner[writer]!;
    return t !== reader && this.#versions.final[writer] === 1 && this.#versions.committed[t] === 1;
  }

  /** Those who read what a write to key k replaces; who cannot now did not read it before this write. */
  #letReadersGo(t: number, k: number, depth: number): Outcome {
    const version = this.#done.version(k);
    if (this.#done.toCome(version) === 0) return 'done';
    const shown = this.#done.shown(k);
    let result: Outcome = 'done';
    for (let i = this.#done.readStart[version]!; i < this.#done.readStart[version + 1]!; i++) {
      const reader = this.#done.readers[i]!;
      if (reader === t || this.#done.has(reader)) continue;
      const lesson = shown < 0 ? undefined : { before: t, after: this.#txns.owner[shown]! };
      if (lesson !== undefined) this.#lessons.push(lesson);
      if (this.#need(reader, depth + 1, t, lesson) !== 'done') return 'stuck';
      result = 'again';
    }
    return result;
  }

  #versionsInOrder(byKey: ByKey): Pick<GuessedVersions, 'start' | 'writes'> {
    const { keyCount, firstOp, key, kind, owner } = this.#txns;
    const { committed, final } = this.#versions;
    const writes = byKey.writes.filter((op) => committed[owner[op]!] === 1 && final[op] === 1);
    const start = new Int32Array(keyCount + 1);
    for (const op of writes) start[key[op]! + 1]!++;
    for (let k = 0; k < keyCount; k++) start[k + 1]! += start[k]!;
    const next = start.slice();
    for (let i = 0; i < this.#done.length; i++) {
      const t = this.#done.order[i]!;
      for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) if (kind[op] !== READ && final[op] === 1) writes[next[key[op]!]!++] = op;
    }
    return { start, writes };
  }
}

/** How many acknowledged transactions overlap at most. */
function mostOverlapping({ count, outcome, invocation, completion }: Transactions): number {
  const ends: number[] = [];
  for (let t = 0; t < count; t++) if (outcome[t] === OK) ends.push(completion[t]!);
  ends.sort((a, b) => a - b);
  let most = 0;
  let begun = 0;
  let ended = 0;
  for (let t = 0; t < count; t++) {
    if (outcome[t] !== OK) continue;
    begun++;
    while (ended < ends.length && ends[ended]! < invocation[t]!) ended++;
    most = Math.max(most, begun - ended);
  }
  return most;
}
