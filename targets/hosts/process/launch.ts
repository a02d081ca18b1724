/**
 * Starting a node's process: in a session of its own (a Ctrl-C at the terminal is for the harness), its output straight
 * into the log file, and dying with the harness by the kernel's hand where `setpriv` can arrange that (rule 21).
 */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, closeSync, constants, openSync, readlinkSync, realpathSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Clock, NodeId, Program } from '../../../harness/contracts/index.ts';
import { compileCacheEnvironment } from '../../../harness/entry/compile-cache.ts';
import { entryPath } from '../../../harness/entry/entry-url.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { ms } from '../../../harness/time/units.ts';
import { identify, type ProcessIdentity } from '../../controls/procfs/processes.ts';

const EXEC_DEADLINE = ms(10_000);
const POLL = ms(1);

/** Node 22 announces on stderr that it strips types. */
const QUIET = '--disable-warning=ExperimentalWarning';

export interface Launched {
  /** The other ends of a node program's stdin and status pipe. */
  readonly setup?: Pick<Writable, 'write'>;
  readonly status?: Readable;
  readonly identity: ProcessIdentity;
  /** Resolves once, with how it ended: `exit 1`, `SIGKILL`. */
  readonly exited: Promise<string>;
}

export interface LaunchRequest {
  readonly node: NodeId;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly logFile: string;
  /** Pipes beside stdout and stderr: stdin and descriptor 3 of a node program. */
  readonly pipes: 'none' | 'setup-and-status';
  /** The url of the node program's module. */
  readonly module?: string;
  readonly clock: Clock;
  /** A command that the program is started by, which puts it into a namespace: `nsenter --net=… --`. */
  readonly inside: readonly string[];
}

/** What runs: the program itself, or Node with the entry of node programs. */
export function commandOf(program: Program): Pick<LaunchRequest, 'argv' | 'env' | 'pipes' | 'module'> {
  if (program.kind === 'exec') return { argv: program.argv, env: program.env, pipes: 'none' };
  const argv = [process.execPath, QUIET, entryPath(import.meta.url, './node-main')];
  return { argv, env: compileCacheEnvironment(), pipes: 'setup-and-status', module: program.module.url };
}

/** Starts a program and waits until it runs itself (not what wraps it). Rejects with ORDEAL_NODE_FAILED. */
export type Launch = (request: LaunchRequest) => Promise<Launched>;

/** As a child process of ours. */
export async function launch(request: LaunchRequest): Promise<Launched> {
  const [name, ...rest] = request.argv;
  const file = name === undefined ? undefined : findExecutable(name);
  if (file === undefined) throw noProgram(request.node, name);
  const wrapper = deathSignalWrapper();
  const log = openSync(request.logFile, 'a');
  try {
    const [command, ...args] = [...request.inside, ...(wrapper ?? []), file, ...rest];
    const child = spawn(command as string, args, {
      cwd: request.cwd,
      env: { ...baseEnvironment(), ...request.env },
      detached: true,
      stdio: request.pipes === 'none' ? ['ignore', log, log] : ['pipe', log, log, 'pipe'],
    });
    const exited = new Promise<string>((resolve) => {
      child.once('exit', (code, how) => resolve(how ?? `exit ${code}`));
      child.once('error', (error) => resolve(messageOf(error)));
    });
    // A pipe to a process that died is no news: `exited` is.
    for (const stream of child.stdio) stream?.on('error', () => {});
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) =>
        reject(new OrdealError('ORDEAL_NODE_FAILED', { what: `${request.node}: ${file} cannot be started: ${messageOf(cause)}`, cause })),
      );
    });
    const pid = child.pid as number;
    const wrappers = [request.inside[0], wrapper?.[0]].flatMap((name) => (name === undefined ? [] : [findExecutable(name) ?? name]));
    if (wrappers.length > 0) await leftWrappers(pid, wrappers, request.clock);
    const identity = identify(pid) ?? { pid, startTime: '' };
    if (request.pipes === 'none') return { identity, exited };
    return { setup: child.stdio[0] as Writable, status: child.stdio[3] as Readable, identity, exited };
  } finally {
    closeSync(log);
  }
}

/** The error for a program that is not there. */
export function noProgram(node: NodeId, name = ''): OrdealError {
  return new OrdealError('ORDEAL_NODE_FAILED', {
    what: `${node}: there is no program "${name}"`,
    value: name,
    remedy: 'Put it on the PATH, or name it by its path.',
  });
}

/** Waits until the process runs another program than the wrappers; also when it is gone. */
async function leftWrappers(pid: number, wrappers: readonly string[], clock: Clock): Promise<void> {
  const own = new Set(wrappers.map((wrapper) => realpathSync(wrapper)));
  const end = clock.now() + EXEC_DEADLINE;
  while (own.has(programOf(pid) ?? '') && clock.now() < end) await clock.sleep(POLL);
}

function programOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}

let wrapperFound: readonly [string, ...string[]] | 'none' | undefined;

/** The command in front of a program that has the kernel kill it when its parent dies; undefined where there is none. */
export function deathSignalWrapper(): readonly [string, ...string[]] | undefined {
  wrapperFound ??= findWrapper() ?? 'none';
  return wrapperFound === 'none' ? undefined : wrapperFound;
}

function findWrapper(): readonly [string, ...string[]] | undefined {
  const setpriv = process.platform === 'linux' ? findExecutable('setpriv') : undefined;
  if (setpriv === undefined) return undefined;
  const argv = ['--pdeathsig', 'KILL', '--'] as const;
  return spawnSync(setpriv, [...argv, 'true'], { stdio: 'ignore' }).status === 0 ? [setpriv, ...argv] : undefined;
}

/** The path of a program by name or path, if it can be run. */
export function findExecutable(name: string): string | undefined {
  const places = isAbsolute(name) || name.includes('/') ? [name] : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What every program needs of our environment: no secrets, no NODE_OPTIONS. */
function baseEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'USER', 'LANG', 'LD_LIBRARY_PATH', 'SystemRoot'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}
