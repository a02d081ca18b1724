/**
 * PRAM and causal memory of registers, operation by operation, by saturation (Wei et al. 2016; Bouajjani et al. 2017): for each
 * process, of two writes of a key that come before one of its reads the one that it read came second. When nothing more follows,
 * the orders exist if and only if nothing is cyclic and no value came before a read of nil. O(rounds × operations) for each
 * process that no guess explains, and the pairs of writes that are compared.
 */
import type { Anomaly, Budget, Value } from '../../../harness/contracts/index.ts';
import { OK } from '../../../harness/history/columns.ts';
import { ask } from '../../verdict/exhausted.ts';
import { READ, WRITE } from '../transactions/columns.ts';
import { findFittingViews, writerOf } from './fitting-views.ts';
import type { LevelsMaterial } from './problem.ts';

export const PROCESS_VIEW = 'isolation/process-view';

/** Operations looked at for all processes that a guess does not explain; beyond it the questions stay open. */
const MOST_VISITS = 10_000_000;
const NEVER = 0x7fffffff;

type ViewType = 'pram-cycle' | 'causal-cycle';

export interface ProcessViews {
  readonly anomalies: readonly Anomaly[];
  readonly isOpen: boolean;
}

/** What refutes PRAM, else what refutes causal memory. Throws BudgetExhausted. */
export function judgeProcessViews(material: LevelsMaterial, budget: Budget): ProcessViews {
  const { transactions, versions, guess } = material;
  const { kind, owner, outcome, process, opCount } = transactions;
  const reads = Array.from({ length: opCount }, (_, op) => op).filter((op) => kind[op] === READ && outcome[owner[op]!] === OK);
  const byProcess = Map.groupBy(reads, (op) => process[owner[op]!]!);
  const { misled, isCausal } = findFittingViews(transactions, versions, guess.order);
  let visits = 0;
  for (const type of ['pram-cycle', 'causal-cycle'] as const) {
    for (const [one, own] of byProcess) {
      if (!misled.has(one) && (isCausal || type === 'pram-cycle')) continue;
      visits += opCount;
      if (visits > MOST_VISITS) return { anomalies: [], isOpen: true };
      ask(budget, opCount * 24);
      const anomaly = new View(material, type, one, own).find();
      if (anomaly !== undefined) return { anomalies: [anomaly], isOpen: false };
    }
  }
  return { anomalies: [], isOpen: false };
}

/** What a process must take for the order of two writes: `way` leads from the first to the read that returned the second. */
interface Derived {
  readonly from: number;
  readonly to: number;
  readonly read: number;
  readonly way: readonly number[];
}

class View {
  readonly #material: LevelsMaterial;
  readonly #type: ViewType;
  readonly #process: number;
  /** Its reads, in order. */
  readonly #reads: readonly number[];
  /** What comes right before an operation. */
  readonly #before: number[][];
  readonly #writesOf = new Map<number, number[]>();
  readonly #derived = new Map<string, Derived>();
  /** The first of the reads that an operation comes before, as a place in them, and the next operation on the way there. */
  readonly #level: Int32Array;
  readonly #next: Int32Array;

  constructor(material: LevelsMaterial, type: ViewType, process: number, reads: readonly number[]) {
    const { opCount } = material.transactions;
    this.#material = material;
    this.#type = type;
    this.#process = process;
    this.#reads = reads;
    this.#before = Array.from({ length: opCount }, () => []);
    this.#level = new Int32Array(opCount);
    this.#next = new Int32Array(opCount);
    this.#addKnown();
  }

  #addKnown(): void {
    const { transactions, versions } = this.#material;
    const { opCount, owner, outcome, process, kind, key } = transactions;
    const last = new Map<number, number>();
    for (let op = 0; op < opCount; op++) {
      const t = owner[op]!;
      if (versions.committed[t] === 0) continue;
      const before = last.get(process[t]!);
      if (before !== undefined && (owner[before] === t || outcome[owner[before]!] === OK)) this.#before[op]!.push(before);
      if (before === undefined || owner[before] === t || outcome[owner[before]!] === OK) last.set(process[t]!, op);
      if (kind[op] === WRITE) {
        const writes = this.#writesOf.get(key[op]!);
        if (writes === undefined) this.#writesOf.set(key[op]!, [op]);
        else writes.push(op);
      }
      if (kind[op] !== READ || outcome[t] !== OK || (this.#type === 'pram-cycle' && process[t] !== this.#process)) continue;
      const writer = writerOf(transactions, versions, op);
      if (writer >= 0 && writer !== op) this.#before[op]!.push(writer);
    }
  }

  find(): Anomaly | undefined {
    for (;;) {
      this.#levels();
      const found = this.#derive();
      if (typeof found === 'object') return this.#tell([], found);
      const cycle = this.#cycle();
      if (cycle !== undefined) return this.#tell(cycle, undefined);
      if (!found) return undefined;
    }
  }

  /** Walks back from the reads, the first one first. */
  #levels(): void {
    this.#level.fill(NEVER);
    const stack: number[] = [];
    for (const [i, read] of this.#reads.entries()) {
      stack.push(read);
      while (stack.length > 0) {
        const op = stack.pop()!;
        for (const before of this.#before[op]!) {
          if (this.#level[before] !== NEVER) continue;
          this.#level[before] = i;
          this.#next[before] = op;
          stack.push(before);
        }
      }
    }
  }

  /** Whether something new follows; a write that came before a read of nil is the end. */
  #derive(): boolean | Derived {
    const { transactions, versions } = this.#material;
    const { key } = transactions;
    let isNew = false;
    for (const [i, read] of this.#reads.entries()) {
      const writer = writerOf(transactions, versions, read);
      if (writer === -2) continue;
      for (const other of this.#writesOf.get(key[read]!) ?? []) {
        if (other === writer || this.#level[other]! > i) continue;
        const derived = { from: other, to: writer, read, way: this.#way(other, read) };
        if (writer === -1) return derived;
        const name = `${other},${writer}`;
        if (this.#derived.has(name)) continue;
        this.#derived.set(name, derived);
        this.#before[writer]!.push(other);
        isNew = true;
      }
    }
    return isNew;
  }

  /** From an operation to a read that it comes before: to the read of its level, and from there through the process. */
  #way(from: number, read: number): number[] {
    const way = [from];
    const goal = this.#reads[this.#level[from]!]!;
    for (let at = from; at !== goal; ) {
      at = this.#next[at]!;
      way.push(at);
    }
    if (goal !== read) way.push(read);
    return way;
  }

  /** Operations that come before one another. */
  #cycle(): number[] | undefined {
    const state = new Uint8Array(this.#before.length);
    for (let root = 0; root < this.#before.length; root++) {
      if (state[root] !== 0) continue;
      const path: number[] = [root];
      const nexts: number[] = [0];
      state[root] = 1;
      while (path.length > 0) {
        const op = path.at(-1)!;
        const before = this.#before[op]![nexts[nexts.length - 1]!++];
        if (before === undefined) {
          state[op] = 2;
          path.pop();
          nexts.pop();
        } else if (state[before] === 1) return path.slice(path.indexOf(before)).reverse();
        else if (state[before] === 0) {
          state[before] = 1;
          path.push(before);
          nexts.push(0);
        }
      }
    }
    return undefined;
  }

  #tell(cycle: readonly number[], nil: Derived | undefined): Anomaly {
    const { transactions, names } = this.#material;
    const { owner, firstOp, key, element } = transactions;
    const place = (op: number): [number, number] => [names.event(owner[op]!), op - firstOp[owner[op]!]!];
    const needed: Derived[] = [];
    const need = (way: readonly number[]): void => {
      for (const [i, op] of way.slice(0, -1).entries()) {
        const derived = this.#derived.get(`${op},${way[i + 1]}`);
        if (derived === undefined || needed.includes(derived) || this.#isKnown(op, way[i + 1]!)) continue;
        need(derived.way);
        if (!needed.includes(derived)) needed.push(derived);
      }
    };
    need(nil?.way ?? [...cycle, cycle[0]!]);
    const said = needed.map(({ from, to, read }) => {
      const [wrote, returned] = [names.element(element[from]!), names.element(element[to]!)];
      return `${names.transaction(owner[read]!)} read ${returned} in ${names.key(key[to]!)} although ${wrote} had been written before that, so ${wrote} came before ${returned}`;
    });
    const end =
      nil === undefined
        ? `${[...new Set(cycle.map((op) => names.transaction(owner[op]!)))].join(', ')} then come before one another`
        : `${names.transaction(owner[nil.read]!)} read nil in ${names.key(key[nil.read]!)}, although ${names.transaction(owner[nil.from]!)} had written ${names.element(element[nil.from]!)} before that`;
    const what = this.#type === 'pram-cycle' ? 'not in the order of processes' : 'not causal';
    const ops = [...cycle, ...(nil?.way ?? []), ...needed.flatMap(({ way }) => way)];
    return {
      type: this.#type,
      ops: [...new Set(ops.map((op) => names.event(owner[op]!)))],
      sentence: `${what}, operation by operation, as process ${this.#process} saw it: ${[...said, end].join('; and ')}`,
      certificate: {
        kind: PROCESS_VIEW,
        data: {
          type: this.#type,
          process: this.#process,
          derived: needed.map(({ way, to }): Value => ({ way: way.map(place), to: place(to) })),
          ...(nil === undefined ? { cycle: cycle.map(place) } : { nil: nil.way.map(place) }),
        },
      },
    };
  }

  /** Whether a process, or a read, orders them: nothing needs to be derived. */
  #isKnown(a: number, b: number): boolean {
    return this.#before[b]!.indexOf(a) !== this.#before[b]!.lastIndexOf(a);
  }
}
