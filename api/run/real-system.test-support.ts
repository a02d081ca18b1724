/** Runs of real systems through the command line, for the tests that need them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
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
  readonly #children = new Set<ChildProcess>();
  /** Where the runs lie. */
  readonly folder: string;

  constructor(system: string) {
    this.#system = system;
    this.folder = mkdtempSync(join(tmpdir(), `ordeal-${basename(system)}-`));
  }

  /** Throws when the run did not come to results. */
  run(host: string, ...options: string[]): Ran {
    const { status, stdout, stderr } = spawnSync(process.execPath, this.#argv(host, options), { encoding: 'utf8', maxBuffer: 64 << 20 });
    return ranAs(status, stdout, stderr);
  }

  /** The same while other runs are under way; two of them have what a machine of two cores can give. */
  async runBeside(host: string, ...options: string[]): Promise<Ran> {
    const child = spawn(process.execPath, this.#argv(host, options), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#children.add(child);
    const [status, stdout, stderr] = await Promise.all([
      new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject)),
      text(child.stdout),
      text(child.stderr),
    ]);
    this.#children.delete(child);
    return ranAs(status, stdout, stderr);
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

  /** A run that its case did not wait for is told to heal and end, and keeps its folder. */
  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill();
    if (this.#children.size === 0) rmSync(this.folder, { recursive: true, force: true });
  }
}

function ranAs(status: number | null, stdout: string, stderr: string): Ran {
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
