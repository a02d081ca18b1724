/** `ordeal heal`: undoes what runs left behind that ended without doing so themselves (rule 22: dead owners only, unless forced). */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Change, Clock, Ns, UndoRegistry } from '../../harness/contracts/index.ts';
import { lastTime, openChanges } from '../journal/open-changes.ts';
import { type Liveness, livenessOf, type ProcessIdentity, signalProcess } from '../journal/owner.ts';
import { type Journal, readJournal } from '../journal/reader.ts';
import { continueJournal, type JournalWriter } from '../journal/writer.ts';
import { lockJournal } from './lock.ts';
import { registeredRuns } from './runs-registry.ts';
import { type UndoResult, undoOffline } from './undo-offline.ts';

/** A journal that may have something to undo. */
export interface FoundJournal {
  readonly journal: string;
  /** The row in the folder of registered runs, where there is one. */
  readonly registration?: string;
  readonly processes: readonly ProcessIdentity[];
}

export interface HealRequest {
  readonly journals: readonly FoundJournal[];
  /** The undo functions of this installation. */
  readonly undo: UndoRegistry;
  /** Loads the module that a journal names, asked where `undo` lacks a kind. */
  readonly loadUndo?: (url: string) => Promise<UndoRegistry>;
  readonly clock: Clock;
  /** `list` touches nothing. `force` heals also what living owners hold. */
  readonly mode: 'list' | 'heal' | 'force';
}

export interface HealReport {
  readonly journal: string;
  readonly runId: string;
  readonly owner: Liveness | 'unknown';
  /** What was open when it was looked at. */
  readonly open: readonly Change[];
  /**
   * `clean`: nothing to do. `open`: listed only. `live`: its owner lives, or is on another machine. `busy`: another process heals it.
   */
  readonly status: 'clean' | 'open' | 'live' | 'busy' | 'healed' | 'failed' | 'unreadable';
  readonly results: readonly UndoResult[];
}

/** The journals of registered runs, and of run folders (`<root>/<name>/<run>/faults.jsonl`), each once. */
export function findJournals(roots: readonly string[] = [], stateFolder?: string): FoundJournal[] {
  const found = new Map<string, FoundJournal>();
  for (const run of registeredRuns(stateFolder)) found.set(run.journal, { journal: run.journal, registration: run.path, processes: run.processes });
  for (const root of roots) {
    for (const folder of [root, ...foldersIn(root), ...foldersIn(root).flatMap(foldersIn)]) {
      const journal = join(folder, 'faults.jsonl');
      if (!found.has(journal) && existsSync(journal)) found.set(journal, { journal, processes: [] });
    }
  }
  return [...found.values()];
}

/** Heals them one after the other, each as far as its owner allows. Rejects for nothing that a journal can hold. */
export async function healJournals(request: HealRequest): Promise<HealReport[]> {
  const reports: HealReport[] = [];
  for (const found of request.journals) reports.push(await healOne(found, request));
  return reports;
}

async function healOne(found: FoundJournal, request: HealRequest): Promise<HealReport> {
  const journal = read(found.journal);
  if (!journal) {
    const runId = '';
    if (request.mode !== 'list') forget(found);
    return { journal: found.journal, runId, owner: 'unknown', open: [], status: 'unreadable', results: [] };
  }
  const owner = journal.owner ? livenessOf(journal.owner) : 'unknown';
  const open = owner === 'simulated' ? [] : openChanges(journal.entries);
  const report = { journal: found.journal, runId: journal.owner?.runId ?? '', owner, open, results: [] } as const;
  const held = (owner === 'alive' || owner === 'elsewhere') && request.mode !== 'force';
  if (held) return { ...report, status: 'live' };
  if (request.mode === 'list') return { ...report, status: open.length === 0 ? 'clean' : 'open' };
  const lock = lockJournal(found.journal);
  if (!lock) return { ...report, status: 'busy' };
  try {
    for (const process of found.processes) signalProcess(process, 'SIGKILL');
    const results = open.length === 0 ? [] : await undo(journal, open, request);
    const healed = results.every((result) => result.status === 'undone');
    if (healed) forget(found);
    return { ...report, results, status: open.length === 0 ? 'clean' : healed ? 'healed' : 'failed' };
  } finally {
    lock.release();
  }
}

async function undo(journal: Journal, open: readonly Change[], request: HealRequest): Promise<UndoResult[]> {
  const writer = writerOf(journal);
  const registry = await registryFor(journal, open, request);
  const now = (): Ns => lastTime(journal.entries) as Ns;
  try {
    return await undoOffline({ changes: open, registry, clock: request.clock, by: 'heal', journal: writer, now });
  } finally {
    writer?.close();
  }
}

async function registryFor(journal: Journal, open: readonly Change[], { undo: known, loadUndo }: HealRequest): Promise<UndoRegistry> {
  const url = journal.owner?.undoModule;
  if (!loadUndo || !url || open.every((change) => Object.hasOwn(known.undo, change.kind))) return known;
  const own = await loadUndo(url).catch(() => undefined);
  return own ? { undo: { ...own.undo, ...known.undo } } : known;
}

function read(path: string): Journal | undefined {
  try {
    return readJournal(path);
  } catch {
    return undefined;
  }
}

function writerOf(journal: Journal): JournalWriter | undefined {
  try {
    return continueJournal(journal.path, journal.tail);
  } catch {
    return undefined;
  }
}

function forget({ registration }: FoundJournal): void {
  if (registration !== undefined) rmSync(registration, { force: true });
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name));
  } catch {
    return [];
  }
}
