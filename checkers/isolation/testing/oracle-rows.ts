/**
 * The oracle for rows: Adya's definitions by trying everything. Every order of the versions of each row (inserted first, deleted
 * last), every choice of the versions that reads saw; whether for one of them the graph has none of the cycles that a model
 * forbids. And, apart from it, all serial orders. Only for a handful of transactions; shares nothing with the engine.
 */
import { isMatch, type SmallPredicate, type SmallRowOp, type SmallRows, type SmallRowTransaction } from './small-rows.ts';

export type RowModel = 'read-committed' | 'repeatable-read' | 'consistent-view' | 'snapshot-isolation' | 'serializable';
export type RowOrder = 'none' | 'process' | 'realtime';

type Kind = 'dependency' | 'rw' | 'rwp';
type Edge = readonly [from: number, to: number, kind: Kind];

/** A version of a row: by whom (-1: it was there), and what; undefined: no row. */
interface SmallVersion {
  readonly by: number;
  readonly value: number | undefined;
}

/** A row that a read is about. */
interface SmallRead {
  readonly t: number;
  readonly key: string;
  /** The reader's own write before. */
  readonly own: SmallRowOp | undefined;
  /** What the reader had itself written there. */
  readonly earlier: readonly (number | undefined)[];
  readonly value: number | undefined;
  readonly predicate: SmallPredicate;
  /** Whether it read the row, and not only that it does not match. */
  readonly isItem: boolean;
}

/** Whether some order of versions, and some versions that were read, make a graph that the model allows. */
export function allowedByModel(rows: SmallRows, model: RowModel, order: RowOrder): boolean {
  const unknown = rows.transactions.filter(({ outcome }) => outcome === 'info');
  const known = rows.transactions.filter(({ outcome }) => outcome === 'ok');
  for (let set = 0; set < 1 << unknown.length; set++) {
    const chosen = [...known, ...unknown.filter((_, i) => (set >> i) & 1)];
    if (new Trial(rows, chosen, model, order).holds()) return true;
  }
  return false;
}

const writesKey = (op: SmallRowOp, key: string): boolean => op[0] !== 'r' && op[0] !== 'rp' && op[1] === key;
const leaves = (op: SmallRowOp): number | undefined => (op[0] === 'delete' ? undefined : (op[2] as number));

class Trial {
  readonly #rows: SmallRows;
  readonly #chosen: readonly SmallRowTransaction[];
  readonly #model: RowModel;
  readonly #keys: readonly string[];
  readonly #time: readonly Edge[];

  constructor(rows: SmallRows, chosen: readonly SmallRowTransaction[], model: RowModel, order: RowOrder) {
    this.#rows = rows;
    this.#chosen = chosen;
    this.#model = model;
    const named = rows.transactions.flatMap(({ ops }) => ops.flatMap((op) => (op[0] === 'rp' ? [...op[2].keys()] : [op[1]])));
    this.#keys = [...new Set([...rows.initial.keys(), ...named])];
    this.#time = chosen.flatMap((a, i) =>
      chosen.flatMap((b, j): Edge[] => {
        const over = a !== b && a.outcome === 'ok' && a.end < b.start && (order === 'realtime' || (order === 'process' && a.process === b.process));
        return over ? [[i, j, 'dependency']] : [];
      }),
    );
  }

  holds(): boolean {
    return this.#orders(0, new Map(), [...this.#time]);
  }

  #orders(at: number, orders: Map<string, readonly SmallVersion[]>, edges: readonly Edge[]): boolean {
    if (!isAllowed(edges, this.#chosen.length, this.#model)) return false;
    const key = this.#keys[at];
    if (key === undefined) return this.#reads(this.#allReads(), 0, orders, edges);
    const initial: SmallVersion = { by: -1, value: this.#rows.initial.get(key) };
    const written = this.#chosen.flatMap(({ ops }, by) => {
      const writes = ops.filter((op) => writesKey(op, key));
      return writes.length === 0 ? [] : [{ by, value: leaves(writes.at(-1)!), inserts: writes.some(([f]) => f === 'insert') }];
    });
    return permutations(written).some((order) => {
      const fits = order.every(
        ({ inserts, value }, i) => (!inserts || (i === 0 && initial.value === undefined)) && (value !== undefined || i === order.length - 1),
      );
      const ww = order.slice(1).map(({ by }, i): Edge => [order[i]!.by, by, 'dependency']);
      return fits && this.#orders(at + 1, new Map([...orders, [key, [initial, ...order]]]), [...edges, ...ww]);
    });
  }

  /** Of each row that each read is about: by whom, the predicate, what was returned. */
  #allReads(): SmallRead[] {
    return this.#chosen.flatMap(({ ops, outcome }, t) =>
      outcome !== 'ok'
        ? []
        : ops.flatMap((op, i) => {
            if (op[0] !== 'r' && op[0] !== 'rp') return [];
            const keys = op[0] === 'r' ? [op[1]] : this.#keys;
            return keys.map((key) => {
              const before = ops.slice(0, i).filter((one) => writesKey(one, key));
              const own = before.at(-1);
              const value = op[0] === 'r' ? (op[2] ?? undefined) : op[2].get(key);
              const predicate: SmallPredicate = op[0] === 'r' ? 'true' : op[1];
              return { t, key, own, earlier: before.map(leaves), value, predicate, isItem: op[0] === 'r' || value !== undefined };
            });
          }),
    );
  }

  #reads(reads: readonly SmallRead[], at: number, orders: ReadonlyMap<string, readonly SmallVersion[]>, edges: readonly Edge[]): boolean {
    if (!isAllowed(edges, this.#chosen.length, this.#model)) return false;
    const read = reads[at];
    if (read === undefined) return true;
    const { t, key, own, value, predicate, isItem } = read;
    if (own !== undefined) {
      // What a transaction reads of its own is no matter to read committed and consistent views.
      const isRight = value === (isMatch(predicate, leaves(own)) ? leaves(own) : undefined);
      const matters = this.#model !== 'read-committed' && this.#model !== 'consistent-view';
      const isSomebodys =
        value === undefined || read.earlier.includes(value) || orders.get(key)!.some((version) => version.by !== t && version.value === value);
      return (isRight || (!matters && isSomebodys)) && this.#reads(reads, at + 1, orders, edges);
    }
    const versions = orders.get(key)!;
    const status = versions.map((version) => isMatch(predicate, version.value));
    // Nobody reads his own future, nor what comes behind it.
    const future = versions.findIndex(({ by }) => by === t);
    return versions.some((version, i) => {
      if ((future >= 0 && i >= future) || (value === undefined ? status[i]! : version.value !== value)) return false;
      const more: Edge[] = [];
      if (isItem) {
        if (version.by >= 0) more.push([version.by, t, 'dependency']);
        const next = versions[i + 1];
        if (next !== undefined && next.by !== t) more.push([t, next.by, 'rw']);
      }
      for (const [j, { by }] of versions.entries()) {
        if (j === 0 || by === t || status[j] === status[j - 1]) continue;
        more.push(j <= i ? [by, t, 'dependency'] : [t, by, 'rwp']);
      }
      return this.#reads(reads, at + 1, orders, [...edges, ...more]);
    });
  }
}

function permutations<T>(items: readonly T[]): (readonly T[])[] {
  return items.length === 0 ? [[]] : items.flatMap((item, i) => permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]));
}

/** Whether the graph has none of the cycles that the model forbids. */
function isAllowed(edges: readonly Edge[], count: number, model: RowModel): boolean {
  const dependencies = edges.filter(([, , kind]) => kind === 'dependency');
  const anti = edges.filter(([, , kind]) => kind !== 'dependency');
  if (model === 'read-committed') return isAcyclic(dependencies, count);
  if (model === 'repeatable-read')
    return isAcyclic(
      edges.filter(([, , kind]) => kind !== 'rwp'),
      count,
    );
  if (model === 'serializable') return isAcyclic(edges, count);
  if (!isAcyclic(dependencies, count)) return false;
  if (model === 'consistent-view') return anti.every(([from, to]) => !reaches(dependencies, to, from));
  // Starts and commits.
  const points = edges.map(([from, to, kind]): Edge => (kind === 'dependency' ? [2 * from + 1, 2 * to, kind] : [2 * from, 2 * to + 1, kind]));
  const spans = Array.from({ length: count }, (_, t): Edge => [2 * t, 2 * t + 1, 'dependency']);
  return isAcyclic([...points, ...spans], 2 * count);
}

function isAcyclic(edges: readonly Edge[], count: number): boolean {
  let left = Array.from({ length: count }, (_, v) => v);
  for (;;) {
    const rest = left.filter((v) => edges.some(([from, to]) => to === v && left.includes(from)));
    if (rest.length === 0) return true;
    if (rest.length === left.length) return false;
    left = rest;
  }
}

function reaches(edges: readonly Edge[], from: number, to: number): boolean {
  const seen = new Set([from]);
  for (const v of seen) for (const [a, b] of edges) if (a === v) seen.add(b);
  return seen.has(to);
}

/** Whether some serial order, in which inserts find no row and other writes one, explains every read. */
export function hasSerialOrder(rows: SmallRows, order: RowOrder): boolean {
  const unknown = rows.transactions.filter(({ outcome }) => outcome === 'info');
  const known = rows.transactions.filter(({ outcome }) => outcome === 'ok');
  const inTime = (a: SmallRowTransaction, b: SmallRowTransaction): boolean =>
    a.outcome === 'ok' && a.end < b.start && (order === 'realtime' || (order === 'process' && a.process === b.process));
  for (let set = 0; set < 1 << unknown.length; set++) {
    const chosen = [...known, ...unknown.filter((_, i) => (set >> i) & 1)];
    const found = permutations(chosen).some((serial) => {
      if (serial.some((a, i) => serial.slice(0, i).some((b) => inTime(a, b)))) return false;
      const state = new Map(rows.initial);
      const gone = new Set<string>();
      return serial.every((transaction) => runs(transaction, state, gone));
    });
    if (found) return true;
  }
  return false;
}

function runs({ ops, outcome }: SmallRowTransaction, state: Map<string, number>, gone: Set<string>): boolean {
  return ops.every((op) => {
    if (op[0] === 'insert' || op[0] === 'w') {
      if (gone.has(op[1]) || (op[0] === 'insert' && state.has(op[1]))) return false;
      state.set(op[1], op[2]);
      return true;
    }
    if (op[0] === 'delete') {
      gone.add(op[1]);
      state.delete(op[1]);
      return true;
    }
    if (outcome !== 'ok') return true;
    if (op[0] !== 'rp') return (state.get(op[1]) ?? null) === op[2];
    const rows = [...state].filter(([, value]) => isMatch(op[1], value));
    return rows.length === op[2].size && rows.every(([key, value]) => op[2].get(key) === value);
  });
}
