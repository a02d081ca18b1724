/** A table in memory, at a level of isolation: what the workload is tried on. */
import type { Value } from '../../../harness/contracts/index.ts';
import type { RowPredicate, RowTransaction } from '../../operations/transactions.ts';

/** All of a transaction at once; each on the state when it began, the first to commit a row wins; each read on what is committed. */
export type Level = 'serial' | 'snapshot' | 'committed';

type Rows = ReadonlyMap<number, number>;

export class TableOfRows {
  readonly level: Level;
  rows: Rows = new Map();
  /** By whom each row was last changed, as the number of the commit. */
  readonly changed = new Map<number, number>();
  commits = 0;

  constructor(level: Level) {
    this.level = level;
  }

  begin(ops: RowTransaction['value']): Session {
    return new Session(this, ops);
  }
}

export class Session {
  readonly #table: TableOfRows;
  readonly #ops: RowTransaction['value'];
  readonly #own = new Map<number, number | undefined>();
  readonly #answers: Value[] = [];
  #snapshot: Rows | undefined;
  #began = 0;

  constructor(table: TableOfRows, ops: RowTransaction['value']) {
    this.#table = table;
    this.#ops = ops;
  }

  /** The next micro-operation, and behind the last one the commit: then what it answers. */
  step(): Value | 'failed' | undefined {
    if (this.#snapshot === undefined) this.#began = this.#table.commits;
    this.#snapshot ??= this.#table.rows;
    do {
      const op = this.#ops[this.#answers.length];
      if (op === undefined) return this.#commit();
      if (!this.#carryOut(op)) return 'failed';
    } while (this.#table.level === 'serial');
    return undefined;
  }

  #seen(): Rows {
    const rows = new Map(this.#table.level === 'committed' ? this.#table.rows : this.#snapshot);
    for (const [key, value] of this.#own) {
      if (value === undefined) rows.delete(key);
      else rows.set(key, value);
    }
    return rows;
  }

  #carryOut(op: RowTransaction['value'][number]): boolean {
    const rows = this.#seen();
    if (op[0] === 'rp') this.#answers.push(['rp', op[1], [...rows].filter(([, value]) => matches(op[1], value))]);
    else if (op[0] === 'r') this.#answers.push(['r', op[1], rows.get(op[1]) ?? null]);
    else {
      if (rows.has(op[1]) === (op[0] === 'insert')) return false;
      this.#own.set(op[1], op[0] === 'delete' ? undefined : op[2]);
      this.#answers.push(op);
    }
    return true;
  }

  #commit(): Value | 'failed' {
    const table = this.#table;
    for (const key of this.#own.keys()) if ((table.changed.get(key) ?? 0) > this.#began) return 'failed';
    const rows = new Map(table.rows);
    table.commits++;
    for (const [key, value] of this.#own) {
      if (value === undefined) rows.delete(key);
      else rows.set(key, value);
      table.changed.set(key, table.commits);
    }
    table.rows = rows;
    return this.#answers;
  }
}

function matches(predicate: RowPredicate, value: number): boolean {
  if (predicate === 'true') return true;
  return predicate[0] === '=' ? value === predicate[1] : value % predicate[1] === predicate[2];
}
