/** How worker threads and child processes start: the one place, from a checkout (`.ts`) and from the package (`.js`). */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

export { entryPath, entryUrl } from './entry-url.ts';

/** Node 22 announces on stderr that it strips types; a child's stderr is for its own last words. */
const QUIET = '--disable-warning=ExperimentalWarning';

export interface ChildRequest {
  readonly stdio: StdioOptions;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** In a process group of its own, so that signals of the terminal do not reach it. */
  readonly detached?: boolean;
  /** A command that Node is started by: `nsenter --net=… --`. */
  readonly inside?: readonly string[];
  /** How messages over a channel (`ipc` in `stdio`) travel: `advanced` takes whatever a worker thread would. */
  readonly serialization?: 'json' | 'advanced';
}

/** A worker thread that runs the module at `url` (from `entryUrl`). It inherits no flags of this process. */
export function startWorker(url: URL, options: Pick<WorkerOptions, 'workerData' | 'transferList' | 'name' | 'resourceLimits'>): Worker {
  return new Worker(url, { ...options, execArgv: [QUIET] });
}

/** A child process of this very Node that runs the module at `url` (from `entryUrl`). */
export function startChild(url: URL, args: readonly string[], request: ChildRequest): ChildProcess {
  const { inside = [], ...options } = request;
  const [command, ...rest] = [...inside, process.execPath, QUIET, fileURLToPath(url), ...args];
  return spawn(command as string, rest, options);
}
