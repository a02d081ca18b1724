/**
 * How many operations a second the generator and the runner carry, against an in-memory client, on the real clock:
 * closed loop with a counting sink and with the real history writer, and the lag of an open loop at 10 000 op/s.
 * `node bench/runner.ts [operations]`; prints the median of three rounds, per second of time and of CPU (which a busy
 * machine does not change much).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientFactory, HistorySink, Node, OperationSpec } from '../harness/contracts/index.ts';
import { clients, type Liftable, limit, mix, rate } from '../harness/generator/index.ts';
import { createHistoryWriter } from '../harness/history/index.ts';
import { createRng } from '../harness/random/rng.ts';
import { type RunnerStats, runWorkload } from '../harness/runner/index.ts';
import { createRealClock, yieldToIo } from '../harness/time/real-clock.ts';
import { NS_PER_S, seconds } from '../harness/time/units.ts';

const OPERATIONS: readonly OperationSpec[] = [
  { f: 'read', effect: 'none', deadline: seconds(5) },
  { f: 'write', effect: 'idempotent', deadline: seconds(5) },
];
const CONCURRENCY = 10;

/** Answers in a microtask, from one map. */
function inMemory(): ClientFactory {
  const store = new Map<number, number>();
  return {
    open: async () => ({
      invoke: async (op) => {
        const key = op.key as number;
        if (op.f === 'write') store.set(key, op.value as number);
        return { type: 'ok', value: op.f === 'write' ? op.value : (store.get(key) ?? null) };
      },
      close: async () => undefined,
    }),
    classify: () => undefined,
  };
}

function workload(): Liftable {
  let next = 0;
  const read: Liftable = ({ rng }) => ({ f: 'read', key: rng.int(0, 7) });
  const write: Liftable = ({ rng }) => ({ f: 'write', key: rng.int(0, 7), value: next++ });
  return mix([read, write]);
}

function run(generator: Liftable, sink: HistorySink): Promise<RunnerStats> {
  return runWorkload({
    generator: clients(generator),
    nodes: ['n1', 'n2', 'n3'].map((id) => ({ id }) as Node),
    concurrency: CONCURRENCY,
    clientPolicy: 'pinned',
    clientFor: inMemory(),
    clock: createRealClock(),
    rng: createRng(1),
    sink,
    operations: OPERATIONS,
    signal: new AbortController().signal,
    yieldToIo,
  });
}

function countingSink(): HistorySink {
  let count = 0;
  return { append: () => count++, flush: () => Promise.resolve() };
}

const perSecond = ({ invoked, startedAt, endedAt }: RunnerStats): number => Math.round((invoked * NS_PER_S) / (endedAt - startedAt));

interface Measured {
  readonly rate: number;
  readonly ratePerCpu: number;
}

async function measure(work: () => Promise<RunnerStats>): Promise<Measured> {
  const before = process.cpuUsage();
  const stats = await work();
  const { user, system } = process.cpuUsage(before);
  return { rate: perSecond(stats), ratePerCpu: Math.round((stats.invoked * 1e6) / (user + system)) };
}

async function median(work: () => Promise<RunnerStats>): Promise<string> {
  const rounds: Measured[] = [];
  for (let i = 0; i < 3; i++) rounds.push(await measure(work));
  const middle = (of: (round: Measured) => number): number => rounds.map(of).sort((a, b) => a - b)[1] ?? 0;
  return `${middle(({ rate: value }) => value)} op/s, ${middle(({ ratePerCpu }) => ratePerCpu)} per CPU second`;
}

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 300_000);
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  let file = 0;
  const onDisk = async (): Promise<RunnerStats> => {
    const writer = createHistoryWriter({ path: join(folder, `${file++}.jsonl`), header: { name: 'bench', seed: 1, operations: OPERATIONS, nodes: [] } });
    const stats = await run(limit(count, workload()), writer);
    writer.close();
    return stats;
  };
  try {
    console.log(`closed loop, counting sink    ${await median(() => run(limit(count, workload()), countingSink()))}`);
    console.log(`closed loop, history on disk  ${await median(onDisk)}`);
    const open = await run(limit(50_000, rate(10_000, workload())), countingSink());
    console.log(
      `open loop, 10 000 op/s        ${perSecond(open)} op/s, lag p50 ${open.dispatchLatenessP50Ns / 1e6} ms, p99 ${open.dispatchLatenessP99Ns / 1e6} ms`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
