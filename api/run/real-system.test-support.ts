/** Runs of real systems through the command line, for the tests that need them. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { HostKind } from '../../harness/contracts/index.ts';
import type { RunResults } from '../../harness/store/index.ts';

const ORDEAL = join(import.meta.dirname, '../../bin/ordeal.js');

export interface Ran {
  readonly status: number | null;
  readonly results: RunResults;
}

/** Runs of one system into a folder of their own. */
export class RealRuns implements Disposable {
  readonly #system: string;
  /** Where the runs lie. */
  readonly folder: string;

  constructor(system: string) {
    this.#system = system;
    this.folder = mkdtempSync(join(tmpdir(), `ordeal-${basename(system)}-`));
  }

  /** Throws when the run did not come to results. */
  run(host: string, ...options: string[]): Ran {
    const { status, stdout, stderr } = spawnSync(process.execPath, this.#argv(host, options), { encoding: 'utf8', maxBuffer: 64 << 20 });
    return resultsOf(status, stdout, stderr);
  }

  /** As `run`, with others beside it: a run waits for most of its time. Rejects when the run did not come to results. */
  async runBeside(host: string, ...options: string[]): Promise<Ran> {
    const child = spawn(process.execPath, this.#argv(host, options), { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
    const [status] = (await once(child, 'close')) as [number | null];
    return resultsOf(status, said.stdout, said.stderr);
  }

  #argv(host: string, options: readonly string[]): string[] {
    return [ORDEAL, 'run', this.#system, '--host', host, ...options, '--json', '--out', this.folder];
  }

  /** Namespaces of these runs (others may be under way beside them), processes that know the folder, and mounts of either. */
  leftovers(): Readonly<Record<'namespaces' | 'processes' | 'mounts', readonly string[]>> {
    const prefixes = this.runIds().map((id) => `ordeal-${id}-`);
    if (prefixes.length === 0) throw new Error('there was no run to leave anything');
    const namespaces = existsSync('/run/netns') ? readdirSync('/run/netns').filter((name) => prefixes.some((prefix) => name.startsWith(prefix))) : [];
    const processes = readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && pid !== String(process.pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(this.folder);
      } catch {
        return false;
      }
    });
    const mounts = readFileSync('/proc/mounts', 'latin1')
      .split('\n')
      .filter((line) => prefixes.some((prefix) => line.includes(`/run/netns/${prefix}`)) || line.includes(this.folder));
    return { namespaces, processes, mounts };
  }

  /** The ids of the runs, from the headers of the histories; `latest` is a link and names one of the others again. */
  runIds(): string[] {
    const histories = globSync(join(this.folder, '*', '2*', 'history.jsonl'));
    return histories.map((path) => (JSON.parse(readFileSync(path, 'utf8').split('\n', 1)[0]!) as { runId: string }).runId);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function resultsOf(status: number | null, stdout: string, stderr: string): Ran {
  if (!stdout.startsWith('{')) throw new Error(`${status}: ${stderr}${stdout}`);
  return { status, results: JSON.parse(stdout) as RunResults };
}

export const NOTHING_LEFT = { namespaces: [], processes: [], mounts: [] };

/** What keeps a host kind from runs with cuts, kills, pauses and clock jumps; empty when nothing does. */
export async function missing(kind: Pick<HostKind, 'probe'>): Promise<string> {
  const probed = await kind.probe();
  const needed = ['exec', 'net.cut', 'process.kill', 'process.pause', 'clock.jump'];
  return [...probed].find(([name, capability]) => needed.includes(name) && !capability.ok)?.[1].found ?? '';
}
