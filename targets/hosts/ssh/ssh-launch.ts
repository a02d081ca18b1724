/** Starting a program on a node: copied there where it is a file of this machine, watched over the connection, found again after it was lost. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { PassThrough } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import type { Program } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { ProcessIdentity } from '../../controls/procfs/processes.ts';
import { commandOf, type Launched } from '../process/launch.ts';
import type { Keeper } from './keeper.ts';
import { startText } from './node-script.ts';

/** Copies programs once. */
export class ProgramCopies {
  readonly #keeper: Keeper;
  readonly #copied = new Map<string, Promise<string>>();

  constructor(keeper: Keeper) {
    this.#keeper = keeper;
  }

  /** Where the program is on the node: a name is looked for on the PATH there, a file of this machine is copied. */
  place(file: string): Promise<string> {
    if (!file.includes('/') || statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return Promise.resolve(file);
    const to = `${this.#keeper.folder}/${basename(file)}`;
    const copied = this.#copied.get(file) ?? this.#keeper.upload(file, to).then(() => to);
    this.#copied.set(file, copied);
    return copied;
  }
}

export interface RemoteProgram {
  readonly program: Program;
  readonly dataDir: string;
  /** `paused`: it stands still before its first instruction. */
  readonly how: 'running' | 'paused';
}

/** Starts it; resolves when it is known who runs. Rejects with ORDEAL_NODE_FAILED. */
export async function launchRemote(keeper: Keeper, copies: ProgramCopies, { program, dataDir, how }: RemoteProgram): Promise<Launched> {
  const { argv, env, pipes } = commandOf(program);
  const [name = '', ...rest] = argv;
  // node programs run on the very Node and the very code that are here, which must be there as well
  const file = program.kind === 'exec' ? await copies.place(name) : name;
  const cwd = (program.kind === 'exec' ? program.cwd : undefined) ?? dataDir;
  await keeper.run(`cat >'${keeper.folder}/start'`, startText([file, ...rest], env, cwd));
  const channel = await keeper.open('launch', how, pipes === 'none' ? 'none' : 'pipes');
  const { started, ended, status } = readSupervisor(channel);
  const identity = await started;
  const exited = ended.then(async (end) => end ?? (await foundAgain(keeper, identity)));
  if (pipes === 'none') return { identity, exited };
  return { setup: channel, status, identity, exited };
}

interface Supervisor {
  readonly started: Promise<ProcessIdentity>;
  /** Undefined when the connection was lost before the end of the program. */
  readonly ended: Promise<string | undefined>;
  /** What the program itself says on its descriptor 3. */
  readonly status: PassThrough;
}

/** Lines with `#` are the script's, others the program's. */
function readSupervisor(channel: ClientChannel): Supervisor {
  const started = Promise.withResolvers<ProcessIdentity>();
  const ended = Promise.withResolvers<string | undefined>();
  const status = new PassThrough();
  let rest = '';
  let said = '';
  channel.on('error', () => {});
  channel.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  channel.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [word, first = '', second = ''] = line.split(' ');
      if (word === '#started') started.resolve({ pid: Number(first), startTime: second });
      else if (word === '#ended') ended.resolve(endOf(Number(first)));
      else status.write(`${line}\n`);
    }
  });
  channel.once('close', () => {
    status.end();
    started.reject(
      new OrdealError('ORDEAL_NODE_FAILED', { what: `the program could not be started: ${said.trim() || 'the connection was lost'}`, where: '--host ssh' }),
    );
    ended.resolve(undefined);
  });
  return { started: started.promise, ended: ended.promise, status };
}

/** Of a shell: 128 and more is a signal. */
function endOf(code: number): string {
  return code > 128 ? (SIGNALS[code - 128] ?? `signal ${code - 128}`) : `exit ${code}`;
}

const SIGNALS: Readonly<Record<number, string>> = { 1: 'SIGHUP', 2: 'SIGINT', 6: 'SIGABRT', 9: 'SIGKILL', 11: 'SIGSEGV', 15: 'SIGTERM' };

/** The process outlives the connection: whoever comes back waits for its end. */
async function foundAgain(keeper: Keeper, { pid, startTime }: ProcessIdentity): Promise<string> {
  try {
    await keeper.verb(['await', String(pid), startTime]);
    return 'nobody saw how';
  } catch {
    return 'its machine is lost';
  }
}
