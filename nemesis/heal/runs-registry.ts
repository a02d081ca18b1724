/**
 * Where runs that have not ended are registered: `$XDG_STATE_HOME/ordeal/runs/<runId>.json` (`~/.local/state` where unset),
 * so that `ordeal heal` finds their journals from any folder. A run that ends well takes its row away.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { ProcessIdentity } from '../journal/owner.ts';

export interface RegisteredRun {
  readonly runId: string;
  /** Absolute path of its `faults.jsonl`. */
  readonly journal: string;
  /** Processes that must not outlive the run (rule 21). */
  readonly processes: readonly ProcessIdentity[];
}

export interface Registration {
  readonly path: string;
  /** Best effort: a registration that cannot be written stops nothing. */
  update(processes: readonly ProcessIdentity[]): void;
  remove(): void;
}

/** The folder of registered runs. */
export function defaultStateFolder(): string {
  const xdg = process.env['XDG_STATE_HOME'];
  if (xdg && isAbsolute(xdg)) return join(xdg, 'ordeal', 'runs');
  return join(homedir() || tmpdir(), '.local', 'state', 'ordeal', 'runs');
}

/** Registers a run; in the folder for temporary files where the state folder cannot be written. */
export function registerRun(run: { readonly runId: string; readonly journal: string }, folder?: string): Registration {
  const row: RegisteredRun = { runId: run.runId, journal: resolve(run.journal), processes: [] };
  const path = [folder ?? defaultStateFolder(), fallbackFolder()].map((each) => join(each, `${run.runId}.json`)).find((each) => put(each, row));
  return {
    path: path ?? '',
    update: (processes) => {
      if (path !== undefined) put(path, { ...row, processes });
    },
    remove: () => {
      if (path !== undefined) rmSync(path, { force: true });
    },
  };
}

/** All rows that can be read, with their files. */
export function registeredRuns(folder?: string): (RegisteredRun & { readonly path: string })[] {
  const folders = folder === undefined ? [defaultStateFolder(), fallbackFolder()] : [folder];
  return folders.flatMap((each) =>
    list(each).flatMap((name) => {
      const path = join(each, name);
      const run = rowIn(path);
      return run ? [{ ...run, path }] : [];
    }),
  );
}

function fallbackFolder(): string {
  return join(tmpdir(), `ordeal-runs-${userInfo().uid}`);
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort();
  } catch {
    return [];
  }
}

function rowIn(path: string): RegisteredRun | undefined {
  try {
    const row = JSON.parse(readFileSync(path, 'utf8')) as Partial<RegisteredRun>;
    if (typeof row.runId !== 'string' || typeof row.journal !== 'string' || !Array.isArray(row.processes)) return undefined;
    return { runId: row.runId, journal: row.journal, processes: row.processes as readonly ProcessIdentity[] };
  } catch {
    return undefined;
  }
}

/** Whole or not at all: the row is written beside and renamed. False when the folder refuses. */
function put(path: string, row: RegisteredRun): boolean {
  try {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.new`, JSON.stringify(row));
    renameSync(`${path}.new`, path);
    return true;
  } catch {
    return false;
  }
}
