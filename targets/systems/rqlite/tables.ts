/** What ordeal keeps in rqlite: a table for each workload. Values are JSON text, so that what was written is what is read. */

const TABLES = {
  register: 'ordeal_register(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
  set: 'ordeal_set(element TEXT PRIMARY KEY) WITHOUT ROWID',
  // a tag that is counted twice stands in it twice
  counter: 'ordeal_counter(tag TEXT NOT NULL)',
  'unique-ids': 'ordeal_ids(id INTEGER PRIMARY KEY AUTOINCREMENT, filler INTEGER)',
} as const;

export type TableOf = keyof typeof TABLES;

/** The name of a workload's table. */
export const nameOf = (workload: TableOf): string => TABLES[workload].slice(0, TABLES[workload].indexOf('('));

export const creating = (workload: TableOf): string => `CREATE TABLE IF NOT EXISTS ${TABLES[workload]}`;
