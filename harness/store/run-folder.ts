/**
 * The run folder: `<out>/<name>/<time>-<seed>/`, with `latest` links and `runs.jsonl`, the index of all runs.
 * Names of files live here and nowhere else.
 */
import { appendFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { redacted } from '../configuration/secrets.ts';
import { messageOf, OrdealError } from '../errors/ordeal-error.ts';

export const DEFAULT_OUT = 'ordeal-results';

export interface RunFolder {
  readonly path: string;
  readonly history: string;
  readonly journal: string;
  readonly results: string;
  readonly run: string;
  readonly report: string;
  readonly junit: string;
  /** Logs of the nodes: `nodes/<id>/`. */
  readonly nodes: string;
}

export interface RunFolderRequest {
  readonly out: string;
  readonly name: string;
  readonly seed: number | string;
  /** ISO time of the start. */
  readonly startedAt: string;
}

/** The paths of a run folder that exists. */
export function runFolderAt(path: string): RunFolder {
  return {
    path,
    history: join(path, 'history.jsonl'),
    journal: join(path, 'faults.jsonl'),
    results: join(path, 'results.json'),
    run: join(path, 'run.json'),
    report: join(path, 'report.html'),
    junit: join(path, 'junit.xml'),
    nodes: join(path, 'nodes'),
  };
}

/** Makes a fresh run folder and points `latest` to it. Throws ORDEAL_RUN_FOLDER. */
export function createRunFolder(request: RunFolderRequest): RunFolder {
  const stamp = request.startedAt.replaceAll(':', '').replace(/\.\d+Z$/, 'Z');
  const base = join(request.out, request.name, `${stamp}-${request.seed}`);
  return guarded(base, () => {
    let path = base;
    for (let again = 2; !made(path); again++) path = `${base}-${again}`;
    mkdirSync(join(path, 'nodes'), { recursive: true });
    link(join(request.out, 'latest'), path, request.out);
    link(join(request.out, request.name, 'latest'), path, join(request.out, request.name));
    return runFolderAt(path);
  });
}

/** Writes one file of the run folder whole, without secrets. Throws ORDEAL_RUN_FOLDER. */
export function writeRunFile(path: string, content: string): void {
  guarded(path, () => writeFileSync(path, redacted(content)));
}

/** One line of `runs.jsonl`, the index over all runs. */
export function indexRun(out: string, entry: Readonly<Record<string, string | number | boolean>>): void {
  guarded(out, () => appendFileSync(join(out, 'runs.jsonl'), `${JSON.stringify(entry)}\n`));
}

function guarded<T>(where: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    throw new OrdealError('ORDEAL_RUN_FOLDER', { what: `cannot write: ${messageOf(cause)}`, where, cause });
  }
}

/** True when the folder was made by this call. Step by step: Node's own recursion never ends where nothing can be made (/proc). */
function made(path: string): boolean {
  if (existsSync(path)) return false;
  const parent = dirname(path);
  if (parent !== path) made(parent);
  mkdirSync(path);
  return true;
}

/** A relative link, so that the results can be moved; best effort, since some file systems have none. */
function link(from: string, to: string, base: string): void {
  try {
    rmSync(from, { force: true });
    symlinkSync(relative(base, to), from, 'dir');
  } catch {
    // `runs.jsonl` names the newest run as well
  }
}
