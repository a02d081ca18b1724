/** What was seen of each entity, in order, and what of it cannot have come of what was seen before. One pass. */
import { type Budget, type History, NO_VALUE, type Value } from '../../harness/contracts/index.ts';
import { eventType, INVOKE, isApplied, isClient, OK } from '../../harness/history/columns.ts';
import { fateAt } from '../columns/events.ts';
import { fieldOf } from '../columns/value-reader.ts';
import { ask } from '../verdict/exhausted.ts';
import { StateGraph, type StateMachineLaw } from './graph.ts';

export const STATE_MACHINE_ANOMALIES = [
  'illegal-transition',
  'changed-after-end',
  'lost-transition',
  'left-twice',
  'unknown-state',
  'failed-but-visible',
] as const;

export interface StateFinding {
  readonly type: (typeof STATE_MACHINE_ANOMALIES)[number];
  /** What was seen or asked before; -1 where the operation shows it alone. */
  readonly before: number;
  readonly at: number;
}

export interface ObservedLaw extends StateMachineLaw {
  readonly reads: 'linearizable' | 'sessions';
  readonly transition: string;
  readonly read: string;
}

export interface Observations {
  readonly found: readonly StateFinding[];
  readonly entities: number;
  readonly reads: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly unknown: number;
  /** Observations with one before them. */
  readonly compared: number;
  /** Entities that were seen in more than one state. */
  readonly moved: number;
  /** Invocations that name no state to go to, and reads that return none. */
  readonly unclear: readonly number[];
}

/** Seen so far, each state once as a read and once as an acknowledgement: the first event of each. */
interface Seen {
  readonly states: number[];
  readonly events: number[];
}

/** What was asked of an entity, by state. Events are stored as index + 1. */
interface Entity {
  readonly possible: Uint8Array;
  readonly refused: Int32Array;
  /** Acknowledged transitions out of it, to where it cannot come back from. */
  readonly left: Int32Array;
  first: number;
  moved: boolean;
}

interface Asked {
  readonly from: number | 'unknown' | undefined;
  readonly to: number | 'unknown';
}

const BYTES_PER_STATE = 30;

/** O(events × states). Throws BudgetExhausted. */
export function observeStates(history: History, law: ObservedLaw, budget: Budget): Observations {
  const { columns } = history;
  const [transition, read] = [history.fs.indexOf(law.transition), history.fs.indexOf(law.read)];
  const scan = new Scan(history, law);
  for (let i = 0; i < history.length; i++) {
    if ((i & 0xffff) === 0) {
      ask(budget, 4 * history.length + scan.entities * scan.graph.absent * BYTES_PER_STATE);
      budget.progress(i, history.length);
    }
    const f = columns.f[i]!;
    if (!isClient(columns, i) || (f !== transition && f !== read)) continue;
    const type = eventType(columns, i);
    if (type === INVOKE) scan.begin(i, f === transition);
    else if (type === OK && columns.pair[i]! >= 0 && isApplied(columns, i)) {
      if (f === read) scan.read(i);
      else scan.acknowledge(i);
    }
  }
  return scan;
}

class Scan implements Observations {
  readonly graph: StateGraph;
  readonly found: StateFinding[] = [];
  reads = 0;
  acknowledged = 0;
  refused = 0;
  unknown = 0;
  compared = 0;
  moved = 0;
  readonly unclear: number[] = [];
  readonly #history: History;
  readonly #law: ObservedLaw;
  readonly #entities = new Map<number, Entity>();
  /** By session (one for all where reads are linearizable), then by entity. */
  readonly #seen = new Map<number, Map<number, Seen>>();
  readonly #states = new Map<number, number | 'unknown' | undefined>();
  readonly #asked = new Map<number, Asked | undefined>();

  constructor(history: History, law: ObservedLaw) {
    this.graph = new StateGraph(law);
    this.#history = history;
    this.#law = law;
  }

  get entities(): number {
    return this.#entities.size;
  }

  begin(at: number, isTransition: boolean): void {
    if (!isTransition) return;
    const fate = fateAt(this.#history.columns, at);
    this[fate]++;
    const asked = this.#askedAt(at);
    if (asked === undefined) this.unclear.push(at);
    if (asked === undefined || asked.to === 'unknown') return;
    const entity = this.#entityAt(at);
    if (fate !== 'refused') entity.possible[asked.to] = 1;
    else if (entity.refused[asked.to] === 0) entity.refused[asked.to] = at + 1;
  }

  read(at: number): void {
    this.reads++;
    const state = this.#stateOf(this.#history.columns.value[at]!);
    if (state === undefined) this.unclear.push(at);
    else if (state === 'unknown') this.found.push({ type: 'unknown-state', before: -1, at });
    else {
      this.#judge(at, state, 'read');
      const { possible, refused } = this.#entityAt(at);
      if (refused[state]! > 0 && possible[state] === 0 && !this.graph.needsNobody(state)) {
        this.found.push({ type: 'failed-but-visible', before: refused[state]! - 1, at });
        // it was applied, then: who sees it later is right
        possible[state] = 1;
      }
    }
  }

  acknowledge(at: number): void {
    const asked = this.#askedAt(this.#history.columns.pair[at]!);
    if (asked === undefined) return;
    const { from, to } = asked;
    if (to === 'unknown' || from === 'unknown') {
      this.found.push({ type: 'unknown-state', before: -1, at });
      return;
    }
    if (from !== undefined && !this.graph.follows(from, to)) this.found.push({ type: 'illegal-transition', before: -1, at });
    else this.#judge(at, to, 'transition');
    if (from === undefined || this.graph.reaches(to, from)) return;
    const { left } = this.#entityAt(at);
    if (left[from]! > 0) this.found.push({ type: 'left-twice', before: left[from]! - 1, at });
    else left[from] = at + 1;
  }

  /** Against everything that had been seen when it began. What contradicts is forgotten, so that one wrong observation accuses once. */
  #judge(at: number, state: number, how: 'read' | 'transition'): void {
    const { states, events } = this.#seenAt(at);
    const { f, pair } = this.#history.columns;
    const types = new Set<string>();
    if (events.length > 0 && events[0]! < pair[at]!) this.compared++;
    for (let k = 0; k < states.length; k++) {
      const before = states[k]!;
      if (events[k]! > pair[at]! || this.graph.reaches(before, state)) continue;
      const lost = how === 'read' && this.#history.fs[f[events[k]!]!] === this.#law.transition;
      const type = lost ? 'lost-transition' : this.graph.isTerminal(before) ? 'changed-after-end' : 'illegal-transition';
      if (!types.has(type)) this.found.push({ type, before: events[k]!, at });
      types.add(type);
      states.splice(k, 1);
      events.splice(k--, 1);
    }
    if (!states.some((known, k) => known === state && f[events[k]!] === f[at])) {
      states.push(state);
      events.push(at);
    }
    const entity = this.#entityAt(at);
    if (entity.first < 0) entity.first = state;
    else if (entity.first !== state && !entity.moved) {
      entity.moved = true;
      this.moved++;
    }
  }

  /** Undefined where the value is no state at all. */
  #stateOf(id: number): number | 'unknown' | undefined {
    if (id === NO_VALUE) return this.graph.absent;
    if (!this.#states.has(id)) this.#states.set(id, this.#named(this.#history.value(id)));
    return this.#states.get(id);
  }

  #named(value: Value | undefined): number | 'unknown' | undefined {
    if (value === null) return this.graph.absent;
    return typeof value === 'string' ? (this.graph.numberOf(value) ?? 'unknown') : undefined;
  }

  #askedAt(invocation: number): Asked | undefined {
    const id = this.#history.columns.value[invocation]!;
    if (!this.#asked.has(id)) {
      const value = this.#history.value(id);
      const [from, to] = typeof value === 'string' ? [undefined, value] : [fieldOf(value, 'from'), fieldOf(value, 'to')];
      const [start, goal] = [typeof from === 'string' ? this.#named(from) : undefined, typeof to === 'string' ? this.#named(to) : undefined];
      this.#asked.set(id, goal === undefined ? undefined : { from: start, to: goal });
    }
    return this.#asked.get(id);
  }

  #entityAt(index: number): Entity {
    const key = this.#history.columns.key[index]!;
    let entity = this.#entities.get(key);
    if (entity === undefined) {
      const states = this.graph.absent + 1;
      entity = { possible: new Uint8Array(states), refused: new Int32Array(states), left: new Int32Array(states), first: -1, moved: false };
      this.#entities.set(key, entity);
    }
    return entity;
  }

  #seenAt(index: number): Seen {
    const { key, process } = this.#history.columns;
    const session = this.#law.reads === 'sessions' ? process[index]! : -1;
    let entities = this.#seen.get(session);
    if (entities === undefined) {
      entities = new Map();
      this.#seen.set(session, entities);
    }
    let seen = entities.get(key[index]!);
    if (seen === undefined) {
      seen = { states: [], events: [] };
      entities.set(key[index]!, seen);
    }
    return seen;
  }
}
