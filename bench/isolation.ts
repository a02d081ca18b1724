/**
 * `node bench/isolation.ts [transactions] [list-append | rw-register] [--model NAME] [--planted write-skew] [--keep FILE]`: what it
 * takes to judge transactions of a strict-serializable store (10 active keys, 1 to 4 micro-operations, 64 writes a key), with all
 * kinds of anomalies: reading the file, ingest into columns, checking. Each stage in seconds and in CPU time, and the most memory
 * that the process held. `--planted`: two transactions in the middle each miss the other's write. `--keep`: the history stays there,
 * for `ordeal check`.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { UNLIMITED } from '../checkers/budget/budget.ts';
import { judgeAnalysed } from '../checkers/isolation/checker.ts';
import { analyseLists } from '../checkers/isolation/list-append/analyse.ts';
import { judgeModels } from '../checkers/isolation/models/judge.ts';
import { modelNamed } from '../checkers/isolation/models/models.ts';
import { analyseRegisters } from '../checkers/isolation/register/analyse.ts';
import { type StoreEvent, storeRun, USUAL } from '../checkers/isolation/testing/store-run.ts';
import { collectTransactions } from '../checkers/isolation/transactions/collect.ts';
import { readHistory } from '../harness/history/read-history.ts';
import { createRng } from '../harness/random/rng.ts';
import { createRealClock } from '../harness/time/real-clock.ts';
import { NS_PER_S } from '../harness/time/units.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { model: { type: 'string', default: 'strict-serializable' }, planted: { type: 'string' }, keep: { type: 'string' } },
});
const transactions = Number(positionals[0] ?? 1_000_000);
const workload = positionals[1] === 'rw-register' ? 'rw-register' : 'list-append';
const clock = createRealClock();

function stage<T>(name: string, run: () => T): T {
  const start = clock.now();
  const before = process.cpuUsage();
  const result = run();
  report(name, start, before);
  return result;
}

function report(name: string, start: number, before: NodeJS.CpuUsage): void {
  const { user, system } = process.cpuUsage(before);
  const seconds = ((clock.now() - start) / NS_PER_S).toFixed(2).padStart(8);
  const cpu = ((user + system) / 1e6).toFixed(2).padStart(7);
  const mib = (process.resourceUsage().maxRSS / 1024).toFixed(0).padStart(6);
  console.log(`${name.padEnd(20)} ${seconds} s ${cpu} s of CPU ${mib} MiB at most so far`);
}

/** A write skew: by processes and on keys that nobody else has. */
function* writeSkew(time: number): Generator<StoreEvent> {
  const write = workload === 'list-append' ? 'append' : 'w';
  const [one, other] = [1_000_000_001, 1_000_000_002];
  const values = [`[["r",${one},null],["${write}",${other},1]]`, `[["r",${other},null],["${write}",${one},1]]`];
  for (const type of ['invoke', 'ok'] as const) for (const [i, value] of values.entries()) yield { type, process: one + i, value, time };
}

function* events(): Generator<StoreEvent> {
  let count = 0;
  for (const event of storeRun(createRng(1), { ...USUAL, workload, transactions })) {
    if (count++ === transactions && values.planted !== undefined) yield* writeSkew(event.time);
    yield event;
  }
}

/** A child judges what this process has written, so that what that takes is in none of the figures. */
function write(path: string): void {
  const file = openSync(path, 'w');
  let index = 0;
  let lines = '';
  for (const { type, process: who, value, time } of events()) {
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
  const model = modelNamed(values.model);
  if (model === undefined) throw new Error(`there is no consistency model "${values.model}"`);
  console.log(`${transactions} transactions of ${workload}, ${(statSync(path).size / 2 ** 20).toFixed(0)} MiB, ${model}`);
  const start = clock.now();
  const before = process.cpuUsage();
  const { history } = await readHistory(path, { strictness: 'strict' });
  report('read the file', start, before);
  const columns = stage('ingest into columns', () => collectTransactions(history, UNLIMITED));
  const analysis = stage('check', () => (workload === 'list-append' ? analyseLists : analyseRegisters)(history, columns, UNLIMITED));
  const { valid } = judgeAnalysed({ transactions: columns, analysis, judgement: judgeModels(analysis.counts.keys()) }, [model], []);
  console.log(`valid: ${valid}; ${analysis.dependencies} dependencies; found: ${JSON.stringify(Object.fromEntries(analysis.counts))}`);
}

const written = process.env['ORDEAL_BENCH_FILE'];
if (written === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  try {
    const file = values.keep ?? join(folder, 'history.jsonl');
    write(file);
    execFileSync(process.execPath, process.argv.slice(1), { stdio: 'inherit', env: { ...process.env, ORDEAL_BENCH_FILE: file } });
  } finally {
    rmSync(folder, { recursive: true });
  }
} else await measure(written);
