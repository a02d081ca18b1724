/** Who holds how much of each resource while the history goes by: for certain, and at most. One pass. */
import { type Budget, type History, NO_VALUE, type Value } from '../../harness/contracts/index.ts';
import { eventType, INVOKE, isClient, OK } from '../../harness/history/columns.ts';
import { fateAt } from '../columns/events.ts';
import { ask } from '../verdict/exhausted.ts';

/** A reservation that may have happened. */
interface Hold {
  /** Its reservation; others that name the same id are not judged. */
  readonly invoked: number;
  readonly amount: number;
  /** Completion of the reservation, -1 while it is not acknowledged. */
  acked: number;
  /** A release of it may have begun. */
  released: boolean;
}

interface Resource {
  readonly holds: Map<Id, Hold>;
  /** Held for certain, in the order in which it was acknowledged. */
  readonly certain: Set<Hold>;
  /** Ids whose release began before their reservation. */
  readonly early: Set<Id>;
  held: number;
  /** Held at most: unknown reservations count until their release is acknowledged. */
  possible: number;
}

type Id = string | number;

export interface Oversold {
  /** Acknowledgement of the reservation with which it was too much. */
  readonly at: number;
  readonly held: number;
  /** Acknowledgements of reservations that suffice to show it, the last one included; none where it is not spelled out. */
  readonly acks: readonly number[];
}

export interface Holdings {
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  readonly peakCertain: number;
  readonly peakPossible: number;
  readonly oversold: readonly Oversold[];
  /** Acknowledged releases of what nobody can have reserved before. */
  readonly ofNothing: readonly number[];
  /** Invocations that name no reservation, or one that was named before. */
  readonly unclear: readonly number[];
}

/** What operations are called, and how much there is of each resource. */
export interface CapacityLaw {
  readonly capacity: number;
  readonly reserve: string;
  readonly release: string;
}

/** How many are spelled out. */
const SPELLED_OUT = 8;
const BYTES_PER_HOLD = 120;

/** O(events), and O(holders) for each of the few that are spelled out. Throws BudgetExhausted. */
export function scanHoldings(history: History, law: CapacityLaw, budget: Budget): Holdings {
  const { columns } = history;
  const [reserve, release] = [history.fs.indexOf(law.reserve), history.fs.indexOf(law.release)];
  const scan = new Scan(history, law.capacity);
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xffff) === 0) {
      ask(budget, scan.holds * BYTES_PER_HOLD);
      budget.progress(i, history.length);
    }
    if (!isClient(columns, i)) continue;
    const type = eventType(columns, i);
    if (columns.f[i] === reserve) {
      if (type === INVOKE) scan.beginReservation(i);
      else if (type === OK && columns.pair[i]! >= 0 && fateAt(columns, columns.pair[i]!) === 'acknowledged') scan.acknowledgeReservation(i);
    } else if (columns.f[i] === release) {
      if (type === INVOKE) scan.beginRelease(i);
      else if (type === OK && columns.pair[i]! >= 0 && fateAt(columns, columns.pair[i]!) === 'acknowledged') scan.acknowledgeRelease(i);
    }
  }
  return scan;
}

class Scan implements Holdings {
  acknowledged = 0;
  refused = 0;
  unknown = 0;
  peakCertain = 0;
  peakPossible = 0;
  holds = 0;
  readonly oversold: Oversold[] = [];
  readonly ofNothing: number[] = [];
  readonly unclear: number[] = [];
  readonly #history: History;
  readonly #capacity: number;
  readonly #resources = new Map<number, Resource>();

  constructor(history: History, capacity: number) {
    this.#history = history;
    this.#capacity = capacity;
  }

  beginReservation(index: number): void {
    const fate = fateAt(this.#history.columns, index);
    this[fate]++;
    if (fate === 'refused') return;
    const named = this.#named(index);
    const resource = this.#resourceOf(index);
    if (named === undefined || resource.holds.has(named.id)) {
      this.unclear.push(index);
      return;
    }
    resource.holds.set(named.id, { invoked: index, amount: named.amount, acked: -1, released: resource.early.has(named.id) });
    this.holds++;
    resource.possible += named.amount;
    this.peakPossible = Math.max(this.peakPossible, resource.possible);
  }

  acknowledgeReservation(index: number): void {
    const resource = this.#resourceOf(index);
    const hold = this.#holdOf(resource, index);
    if (hold === undefined || hold.acked >= 0) return;
    hold.acked = index;
    if (hold.released) return;
    resource.certain.add(hold);
    resource.held += hold.amount;
    this.peakCertain = Math.max(this.peakCertain, resource.held);
    if (resource.held <= this.#capacity) return;
    this.oversold.push({ at: index, held: resource.held, acks: this.oversold.length < SPELLED_OUT ? this.#enough(resource, index) : [] });
  }

  beginRelease(index: number): void {
    const named = this.#named(index);
    if (named === undefined) this.unclear.push(index);
    if (named === undefined || fateAt(this.#history.columns, index) === 'refused') return;
    const resource = this.#resourceOf(index);
    const hold = resource.holds.get(named.id);
    if (hold === undefined) resource.early.add(named.id);
    else if (!hold.released) {
      hold.released = true;
      if (resource.certain.delete(hold)) resource.held -= hold.amount;
    }
  }

  acknowledgeRelease(index: number): void {
    const resource = this.#resourceOf(index);
    const named = this.#named(this.#history.columns.pair[index]!);
    if (named === undefined) return;
    const hold = resource.holds.get(named.id);
    if (hold === undefined) this.ofNothing.push(index);
    else resource.possible = Math.max(resource.held, resource.possible - hold.amount);
  }

  /** The fewest of the earliest holders that are too much together with the last one. */
  #enough(resource: Resource, last: number): number[] {
    const acks: number[] = [];
    let held = 0;
    const own = this.#holdOf(resource, last);
    for (const hold of resource.certain) {
      if (hold === own) continue;
      if (held + own!.amount > this.#capacity) break;
      acks.push(hold.acked);
      held += hold.amount;
    }
    return [...acks, last];
  }

  #holdOf(resource: Resource, completion: number): Hold | undefined {
    const named = this.#named(this.#history.columns.pair[completion]!);
    const hold = named === undefined ? undefined : resource.holds.get(named.id);
    return hold?.invoked === this.#history.columns.pair[completion] ? hold : undefined;
  }

  #resourceOf(index: number): Resource {
    const key = this.#history.columns.key[index] ?? NO_VALUE;
    let resource = this.#resources.get(key);
    if (resource === undefined) {
      resource = { holds: new Map(), certain: new Set(), early: new Set(), held: 0, possible: 0 };
      this.#resources.set(key, resource);
    }
    return resource;
  }

  #named(invocation: number): { readonly id: Id; readonly amount: number } | undefined {
    const code = this.#history.columns.value[invocation]!;
    if (code >= 0) return { id: code, amount: 1 };
    const value = this.#history.value(code);
    if (typeof value === 'string') return { id: value, amount: 1 };
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const { id, amount = 1 } = value as Readonly<Record<string, Value>>;
    if ((typeof id !== 'string' && typeof id !== 'number') || typeof amount !== 'number' || !(amount >= 0)) return undefined;
    return { id, amount };
  }
}
