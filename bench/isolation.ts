/**
 * `node bench/isolation.ts [transactions] [workload]`: what it takes to judge transactions of a strict-serializable store (10
 * active keys, 1 to 4 micro-operations, 64 writes a key) as strict serializable, with all kinds of anomalies: reading the
 * file, ingest into columns, checking. Each stage in seconds, and the most memory that the process held.
 */
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UNLIMITED } from '../checkers/budget/budget.ts';
import { isolation } from '../checkers/isolation/checker.ts';
import { analyseLists } from '../checkers/isolation/list-append/analyse.ts';
import { storeRun, USUAL } from '../checkers/isolation/testing/store-run.ts';
import { collectTransactions } from '../checkers/isolation/transactions/collect.ts';
import { readHistory } from '../harness/history/read-history.ts';
import { createRng } from '../harness/random/rng.ts';
import { createRealClock } from '../harness/time/real-clock.ts';
import { NS_PER_S } from '../harness/time/units.ts';

const transactions = Number(process.argv[2] ?? 1_000_000);
const workload = process.argv[3] === 'rw-register' ? 'rw-register' : 'list-append';
const clock = createRealClock();

function stage<T>(name: string, start: number, result: T): T {
  const cpu = process.cpuUsage();
  const seconds = (clock.now() - start) / NS_PER_S;
  const mib = process.resourceUsage().maxRSS / 1024;
  console.log(
    `${name.padEnd(24)} ${seconds.toFixed(2).padStart(8)} s   ${((cpu.user + cpu.system) / 1e6).toFixed(1).padStart(7)} CPU-s so far   ${mib.toFixed(0).padStart(6)} MiB at most so far`,
  );
  return result;
}

/** A child writes the file, so that what that takes is in none of the figures. */
function write(path: string): void {
  const file = openSync(path, 'w');
  let index = 0;
  let lines = '';
  for (const { type, process: who, value, time } of storeRun(createRng(1), { ...USUAL, workload, transactions })) {
    lines += `{"index":${index++},"type":"${type}","process":${who},"f":"txn","value":${value},"time":${time}}\n`;
    if (lines.length > 1 << 20) {
      writeSync(file, lines);
      lines = '';
    }
  }
  writeSync(file, lines);
  closeSync(file);
}

async function measure(path: string): Promise<void> {
  console.log(`${transactions} transactions of ${workload}, ${(statSync(path).size / 2 ** 20).toFixed(0)} MiB`);
  let start = clock.now();
  const { history } = await readHistory(path, { strictness: 'strict' });
  stage('read the file', start, undefined);
  start = clock.now();
  const columns = stage('ingest into columns', start, collectTransactions(history, UNLIMITED));
  start = clock.now();
  if (workload === 'list-append') {
    const { counts, dependencies } = analyseLists(history, columns, UNLIMITED);
    stage('check', start, undefined);
    console.log(`${dependencies} dependencies; anomalies: ${JSON.stringify(Object.fromEntries(counts))}`);
  } else {
    const { valid } = isolation.check(history, isolation.options.parse({ workload }), UNLIMITED);
    stage('ingest and check', start, undefined);
    console.log(`valid: ${valid}`);
  }
}

const path = process.env['ORDEAL_BENCH_FILE'];
if (path === undefined) {
  const { execFileSync } = await import('node:child_process');
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  try {
    const file = join(folder, 'history.jsonl');
    write(file);
    const args = process.argv.slice(1);
    execFileSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ORDEAL_BENCH_FILE: file } });
  } finally {
    rmSync(folder, { recursive: true });
  }
} else await measure(path);
