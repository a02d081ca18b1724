/** `ordeal check`: judges any history by any model or checker, whatever wrote it. Each file is judged whatever the others are. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyOrder } from '../../checkers/linearizability/proof/replay-linearization.ts';
import { ENGINE_NAMES } from '../../checkers/linearizability/search/engine-names.ts';
import { CHECKERS } from '../../checkers/registry/checkers.ts';
import { MODELS } from '../../checkers/registry/models.ts';
import { mergeVerdicts } from '../../checkers/verdict/merge.ts';
import type { History, ModuleRef, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { EXIT } from '../../harness/errors/codes.ts';
import { isOrdealError, OrdealError } from '../../harness/errors/ordeal-error.ts';
import { unknownName } from '../../harness/errors/suggest.ts';
import { type HistoryFormat, onlyKeys, type ReadHistory, readHistory } from '../../harness/history/index.ts';
import { DEFAULT_OUT } from '../../harness/store/index.ts';
import { createRealClock } from '../../harness/time/real-clock.ts';
import { WORKLOADS, type WorkloadEntry } from '../../workloads/registry/workloads.ts';
import { CheckWorkers } from './check-workers.ts';
import { checksOfRun } from './checks-of-run.ts';
import { type IsolationSummary, isolationSummary } from './isolation-summary.ts';
import { type CheckRequest, DEFAULT_MODEL, isolationCheck, type NamedChecks, registerCheck, requestedChecks } from './requested-checks.ts';
import { type CheckBudget, runChecks } from './run-checks.ts';

export interface CheckFilesRequest extends CheckRequest {
  readonly files: readonly string[];
  /** Only the operations on these keys, each by its JSON or, for a text, by itself. */
  readonly keys?: readonly string[];
  /** Whether valid linearizability verdicts hand out their linearization, replayed by the independent verifier. */
  readonly witness?: boolean;
  readonly format?: HistoryFormat;
  readonly failedCas?: 'noop' | 'observation';
  readonly strictness?: 'strict' | 'lenient';
  readonly budget?: CheckBudget;
  /** While a file is read, and while each checker is at it. */
  readonly onProgress?: (progress: FileProgress) => void;
  /** With the history that was judged, where it could be read: what explains a conviction at length is drawn from it. */
  readonly onFile?: (checked: CheckedFile, history: History | undefined) => void;
}

/** How far a file is: bytes read, or whatever the checker counts. */
export interface FileProgress {
  readonly file: string;
  /** `reading`, or the name of a checker. */
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** One line of `ordeal check`. */
export interface CheckedFile {
  readonly file: string;
  /** null: it could not be read; `error` says why. */
  readonly valid: boolean | 'unknown' | null;
  readonly model: string;
  /** Client operations that were checked. */
  readonly ops: number;
  /** What decided about linearizability: the engines that did, the busiest first. */
  readonly engine?: string;
  /** On request, of a valid one: for each key the invocations in the order in which they took effect. */
  readonly linearization?: readonly KeyOrder[];
  readonly format?: string;
  readonly notices: readonly Reason[];
  /** One per checker. */
  readonly results: readonly Result[];
  /** Of transactions: anomalies by class, and what they say of consistency models. */
  readonly anomalies?: IsolationSummary['anomalies'];
  readonly not?: readonly string[];
  readonly alsoNot?: readonly string[];
  readonly mayHold?: readonly string[];
  readonly error?: { readonly code: string; readonly message: string; readonly remedy: string; readonly exitCode: number };
}

/** Throws ORDEAL_UNKNOWN_MODEL, _CHECKER, ORDEAL_BAD_OPTION for options that the checker has not, that go to none, or an engine that cannot be chosen; what is wrong with a file is in its line. */
export async function checkFiles(request: CheckFilesRequest): Promise<readonly CheckedFile[]> {
  if (request.engine !== undefined && !ENGINE_NAMES.includes(request.engine)) {
    throw unknownName('ORDEAL_BAD_OPTION', 'engine', request.engine, ENGINE_NAMES, '--engine');
  }
  if (request.consistency === 'sequential' && (request.engine !== undefined || request.witness === true)) {
    const what = 'sequential consistency has a search of its own: no engine can be chosen for it, and no order is handed out';
    throw new OrdealError('ORDEAL_BAD_OPTION', { what, where: '--consistency', value: request.consistency, remedy: 'Leave --engine and --witness out.' });
  }
  const named = await requestedChecks(request);
  const checked: CheckedFile[] = [];
  const workers = new CheckWorkers(createRealClock());
  try {
    for (const file of request.files.flatMap(historiesIn)) {
      const { line, history } = await checkFile(file, named, request, workers);
      request.onFile?.(line, history);
      checked.push(line);
    }
  } finally {
    workers[Symbol.dispose]();
  }
  return checked;
}

/** 1 if any is convicted, else 64 if any is unreadable, else 2, else 0. */
export function exitCodeOfFiles(checked: readonly CheckedFile[]): number {
  if (checked.length === 0) return EXIT.unknown;
  if (checked.some(({ valid }) => valid === false)) return EXIT.violation;
  const unreadable = checked.find(({ error }) => error !== undefined && error.exitCode !== EXIT.unknown);
  if (unreadable) return EXIT.usage;
  return checked.every(({ valid }) => valid === true) ? EXIT.valid : EXIT.unknown;
}

/**
 * Our own runs say what their workload was: all of its checks again. Anybody else's history is one of transactions where its
 * operations are called so, else a register's.
 */
async function checksOf(file: string, { header, history }: ReadHistory): Promise<NamedChecks> {
  const run = header === undefined ? undefined : await checksOfRun(file);
  if (run) return { label: `workload ${run.workload}`, refs: run.checks };
  const workload = header?.workload === undefined ? undefined : (WORKLOADS as Readonly<Record<string, WorkloadEntry>>)[header.workload];
  if (workload) {
    const { name, options, checks } = await workload.load();
    return { label: `workload ${name}`, refs: checks(options.parse({})) };
  }
  if (history.fs.includes('txn')) return isolationCheck({});
  return registerCheck();
}

interface Judged {
  readonly line: CheckedFile;
  readonly history: History | undefined;
}

async function checkFile(file: string, named: NamedChecks | undefined, request: CheckFilesRequest, workers: CheckWorkers): Promise<Judged> {
  const progress = (stage: string, done: number, total: number): void => request.onProgress?.({ file, stage, done, total });
  try {
    const read = await readHistory(file, {
      format: request.format ?? 'auto',
      failedCas: request.failedCas ?? MODELS[request.model ?? DEFAULT_MODEL]?.failedCas ?? 'noop',
      strictness: request.strictness ?? 'strict',
      onProgress: (done, total) => progress('reading', done, total),
    });
    const { format, notices } = read;
    const history = request.keys === undefined ? read.history : onlyKeys(read.history, request.keys);
    const { label, refs } = named ?? (await checksOf(file, read));
    const judged = await runChecks({
      history,
      checks: withDemands(refs, request),
      workers,
      budget: request.budget,
      onProgress: ({ checker, done, total }) => progress(checker, done, total),
    });
    refuseForeign(judged, file);
    const ops = operationCount(history.columns.type, history.columns.process);
    const { results, engine, linearization } = handedOut(judged);
    const told = { ...(engine !== undefined && { engine }), ...(linearization !== undefined && { linearization }) };
    const valid = mergeVerdicts(results.map((result) => result.valid));
    return { line: { file, valid, model: label, ops, ...told, format, notices, results, ...isolationSummary(results) }, history };
  } catch (error) {
    if (!isOrdealError(error)) throw error;
    const { code, message, remedy, exitCode } = error;
    const model = named?.label ?? DEFAULT_MODEL;
    const valid = exitCode === EXIT.unknown ? 'unknown' : null;
    return { line: { file, valid, model, ops: 0, notices: [], results: [], error: { code, message, remedy, exitCode } }, history: undefined };
  }
}

/** What was asked of linearizability goes to its checker alone. */
function withDemands(refs: readonly ModuleRef[], { engine, witness, consistency }: CheckFilesRequest): ModuleRef[] {
  const demands = { ...(consistency !== undefined && { consistency }), ...(engine !== undefined && { engine }), ...(witness === true && { witness }) };
  return refs.map((ref) =>
    ref.url === CHECKERS.linearizable.ref.url ? { ...ref, options: { ...(ref.options as Readonly<Record<string, Value>>), ...demands } } : ref,
  );
}

interface HandedOut {
  readonly results: readonly Result[];
  readonly engine?: string | undefined;
  readonly linearization?: readonly KeyOrder[] | undefined;
}

/** Takes from the statistics what a line of `ordeal check` says by itself. */
function handedOut(judged: readonly Result[]): HandedOut {
  const statsOf = (result: Result | undefined) => (result?.stats ?? {}) as { readonly engine?: string; readonly linearization?: unknown };
  const told = judged.find(({ checker }) => checker === 'linearizable');
  const { engine, linearization } = statsOf(told);
  const results = judged.map((result): Result => {
    if (statsOf(result).linearization === undefined) return result;
    const { linearization: _, ...stats } = statsOf(result);
    return { ...result, stats: stats as Value };
  });
  return { results, engine, linearization: linearization as readonly KeyOrder[] | undefined };
}

/** A history of something else is a mistake of usage, not a doubt (rule 7). */
function refuseForeign(results: readonly Result[], file: string): void {
  for (const result of results) {
    const foreign = result.valid === 'unknown' ? result.reasons.find(({ code }) => code === 'ORDEAL_FOREIGN_HISTORY') : undefined;
    if (foreign) throw new OrdealError('ORDEAL_FOREIGN_HISTORY', { what: foreign.message, where: file });
  }
}

/** Invocations of clients. */
function operationCount(type: Uint8Array, process: Int32Array): number {
  let count = 0;
  for (let i = 0; i < type.length; i++) if ((type[i]! & 3) === 0 && process[i]! >= 0) count++;
  return count;
}

/** A run folder stands for its history, also by its name among the results (`latest`); any other folder for all histories below it. */
function historiesIn(path: string): string[] {
  const recorded = join(DEFAULT_OUT, path, 'history.jsonl');
  if (!existsSync(path)) return [existsSync(recorded) ? recorded : path];
  if (!statSync(path).isDirectory()) return [path];
  const files = historiesBelow(path);
  return files.length > 0 ? files : [join(path, 'history.jsonl')];
}

function historiesBelow(folder: string): string[] {
  const own = join(folder, 'history.jsonl');
  if (existsSync(own)) return [own];
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    // links are left alone: `latest` among the results is one of those beside it
    if (entry.isDirectory()) return entry.name.startsWith('.') || entry.name === 'node_modules' ? [] : historiesBelow(path);
    return entry.isFile() && /\.(jsonl|edn|log|txt)$/.test(entry.name) ? [path] : [];
  });
}
