/** Reads `faults.jsonl`, also of a run that died while it wrote. */
import { readFileSync } from 'node:fs';
import type { JournalEntry } from '../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';

export interface Journal {
  readonly path: string;
  readonly owner: Extract<JournalEntry, { type: 'owner' }> | undefined;
  readonly entries: readonly JournalEntry[];
  /** Numbers of lines (from 1) that are no entries. A torn line was never synced, so nothing had followed it. */
  readonly unreadable: readonly number[];
  /** Whether the last line is without its end. */
  readonly tail: 'torn' | 'whole';
}

/** Reads a journal. Throws ORDEAL_NO_SUCH_FILE. */
export function readJournal(path: string): Journal {
  try {
    return parseJournal(readFileSync(path, 'utf8'), path);
  } catch (cause) {
    throw new OrdealError('ORDEAL_NO_SUCH_FILE', { what: `cannot read the journal of faults: ${messageOf(cause)}`, where: path, cause });
  }
}

/** The journal in a text. Never throws. */
export function parseJournal(text: string, path: string): Journal {
  const entries: JournalEntry[] = [];
  const unreadable: number[] = [];
  const lines = text.split('\n');
  const tail = lines.pop() === '' ? 'whole' : 'torn';
  if (tail === 'torn') unreadable.push(lines.length + 1);
  for (const [index, line] of lines.entries()) {
    const entry = entryIn(line);
    if (entry) entries.push(entry);
    else if (line !== '') unreadable.push(index + 1);
  }
  return { path, owner: entries.find((entry) => entry.type === 'owner'), entries, unreadable: unreadable.sort((a, b) => a - b), tail };
}

/** What each kind of entry cannot do without, by name and type of the field. */
const FIELDS: Readonly<Record<JournalEntry['type'], Readonly<Record<string, 'string' | 'number' | 'object'>>>> = {
  owner: { pid: 'number', startTime: 'string', bootId: 'string', hostname: 'string', runId: 'string', undoModule: 'string' },
  planned: { time: 'number', instance: 'object', family: 'string', change: 'object' },
  applied: { time: 'number', change: 'string', evidence: 'object' },
  verified: { time: 'number', change: 'string', evidence: 'object' },
  failed: { time: 'number', change: 'string', message: 'string' },
  undone: { time: 'number', change: 'string', evidence: 'object', by: 'string' },
  closed: { time: 'number' },
};

function entryIn(line: string): JournalEntry | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return isEntry(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a JSON value is a journal entry, as far as healing needs to know. */
function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Readonly<Record<string, unknown>>;
  const type = record['type'];
  if (typeof type !== 'string' || !Object.hasOwn(FIELDS, type)) return false;
  const fields = Object.entries(FIELDS[type as JournalEntry['type']]);
  return fields.every(([name, kind]) => typeof record[name] === kind && record[name] !== null) && (type !== 'planned' || isChange(record['change']));
}

function isChange(value: unknown): boolean {
  const change = value as Readonly<Record<string, unknown>>;
  return typeof change['id'] === 'string' && typeof change['kind'] === 'string' && Array.isArray(change['nodes']);
}
