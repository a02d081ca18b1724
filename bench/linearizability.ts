/**
 * `node bench/linearizability.ts [--only PATTERN] [--timeout 20]`: what judging registers takes, in CPU time (the first time
 * in a fresh process, and once it has run often) and memory (peak of the whole process, with the history), and what
 * Porcupine takes for the identical histories in the same run, where there is a Go toolchain. Making and reading histories is
 * not counted. `--timeout`: seconds of Porcupine's for each. Our verdicts are compared with what is known of each history.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createBudget } from '../checkers/budget/budget.ts';
import { linearizable } from '../checkers/linearizability/checker.ts';
import { createRealClock } from '../harness/time/real-clock.ts';
import { FAMILIES, type Family, historyOf } from './linearizability/families.ts';
import { buildDriver, runDriver, type Taken, writeForDriver } from './linearizability/porcupine.ts';

const { values: args } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    timeout: { type: 'string', default: '20' },
    // of the process that measures one history
    measure: { type: 'string' },
    file: { type: 'string' },
  },
});

/** Short histories are checked more often: most of their first run is the compiler's. */
const OPERATIONS_IN_ALL = 300_000;
const BUDGET_MS = 60_000;
const MEMORY_BYTES = 8 * 1024 ** 3;

interface Ours extends Taken {
  readonly firstMs: number;
  readonly engine: string;
}

/** In a process of its own: checks one history several times and prints what it took. */
async function measure(family: Family): Promise<void> {
  const history = historyOf(family);
  const times: number[] = [];
  let verdict = '';
  let engine = '';
  const runs = Math.max(3, Math.min(60, OPERATIONS_IN_ALL / family.operations));
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    const budget = createBudget({ clock: createRealClock(), timeMs: BUDGET_MS, memoryBytes: MEMORY_BYTES });
    const result = linearizable.check(history, linearizable.options.parse({}), budget);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1_000);
    verdict = String(result.valid);
    engine = (result.stats as { engine: string }).engine;
  }
  const firstMs = times[0]!;
  const later = times.slice(times.length >> 1).sort((a, b) => a - b);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  if (args.file) await writeForDriver(history, args.file);
  console.log(JSON.stringify({ verdict, engine, firstMs, cpuMs: later[later.length >> 1]!, peakBytes } satisfies Ours));
}

function ours(family: Family, file: string): Ours {
  const self = fileURLToPath(import.meta.url);
  const ran = spawnSync(process.execPath, [self, '--measure', family.name, '--file', file], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`${family.name}: ${ran.stderr}`);
  return JSON.parse(ran.stdout) as Ours;
}

const ms = (time: number): string => (Number.isNaN(time) ? '-' : time < 10 ? time.toFixed(1) : time.toFixed(0));
const mib = (bytes: number): string => (bytes / 1024 ** 2).toFixed(0);

function row(family: Family, own: Ours, peer: Taken | undefined): string {
  const wrong = own.verdict === String(!family.bad) ? '' : ' WRONG';
  const cells = [family.name.padEnd(28), `${own.verdict}${wrong}`.padEnd(7), own.engine.padEnd(16), ms(own.firstMs).padStart(8), ms(own.cpuMs).padStart(8)];
  cells.push(mib(own.peakBytes).padStart(6));
  if (peer) {
    const ratio = peer.cpuMs / own.cpuMs;
    const undecided = peer.verdict !== 'true' && peer.verdict !== 'false';
    cells.push(peer.verdict.padEnd(9), ms(peer.cpuMs).padStart(8), mib(peer.peakBytes).padStart(6));
    cells.push(Number.isNaN(ratio) ? '' : `${undecided ? '> ' : ''}${ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0)}x`.padStart(10));
  }
  return cells.join('  ');
}

function table(): void {
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  try {
    const driver = buildDriver(folder);
    if ('why' in driver) console.log(`without Porcupine: ${driver.why}`);
    console.log('history                       ours     by                first ms   then ms    MiB  porcupine    CPU ms     MiB       ratio');
    for (const family of FAMILIES.filter(({ name }) => new RegExp(args.only).test(name))) {
      const file = join(folder, family.name);
      const own = ours(family, file);
      const peer = 'path' in driver ? runDriver(driver.path, file, Number(args.timeout), MEMORY_BYTES) : undefined;
      console.log(row(family, own, peer));
      rmSync(file);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const family = FAMILIES.find(({ name }) => name === args.measure);
if (family) await measure(family);
else table();
