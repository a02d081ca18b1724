/**
 * How fast events are written to disk, kept in columns, and read back.
 * `node bench/history-append.ts [events]`; prints events per second, the median of three rounds.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event, Ns } from '../harness/contracts/index.ts';
import { createHistoryWriter, createMemorySink, createTeeSink, HistoryBuilder, type HistoryHeaderFields, readHistory } from '../harness/history/index.ts';
import { createRealClock } from '../harness/time/real-clock.ts';
import { NS_PER_S } from '../harness/time/units.ts';

const HEADER: HistoryHeaderFields = { name: 'bench', seed: 1, operations: [], nodes: [] };
const PROCESSES = 16;

/** A register workload: reads, unique writes and cas on eight keys, from sixteen processes in turn. */
function eventAt(i: number): Omit<Event, 'index'> {
  const turn = Math.floor(i / (2 * PROCESSES));
  const inTurn = i % (2 * PROCESSES);
  const process = inTurn % PROCESSES;
  const number = turn * PROCESSES + process;
  const completes = inTurn >= PROCESSES;
  const kind = number % 4;
  const f = kind === 0 ? 'cas' : kind === 1 ? 'write' : 'read';
  const value = kind === 0 ? [number - 4, number] : kind === 1 || completes ? number : null;
  const node = `n${(process % 3) + 1}` as Exclude<Event['node'], undefined>;
  const time = (1_000_000 + i * 700) as Ns;
  if (!completes) return { type: 'invoke', process, f, key: number % 8, value, time, scheduled: (time - 100) as Ns, node };
  return { type: 'ok', process, f, key: number % 8, value, time, node };
}

const clock = createRealClock();

async function rate(events: number, run: () => void | Promise<void>): Promise<number> {
  const start = clock.now();
  await run();
  return Math.round((events * NS_PER_S) / (clock.now() - start));
}

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 1_000_000);
  const events = Array.from({ length: Math.min(count, 1_000_000) }, (_, i) => eventAt(i));
  const at = (i: number): Omit<Event, 'index'> => events[i] ?? eventAt(i);
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-bench-'));
  const rates: Record<string, number[]> = { write: [], columns: [], 'write and columns': [], read: [] };
  try {
    for (let round = 0; round < 3; round++) {
      const path = join(folder, `${round}.jsonl`);
      rates['write']?.push(
        await rate(count, () => {
          const writer = createHistoryWriter({ path, header: HEADER });
          for (let i = 0; i < count; i++) writer.append(at(i));
          writer.close();
        }),
      );
      rates['columns']?.push(
        await rate(count, () => {
          const sink = createMemorySink(new HistoryBuilder());
          for (let i = 0; i < count; i++) sink.append(at(i));
        }),
      );
      rates['write and columns']?.push(
        await rate(count, () => {
          const writer = createHistoryWriter({ path: `${path}.tee`, header: HEADER });
          const sink = createTeeSink(writer, new HistoryBuilder());
          for (let i = 0; i < count; i++) sink.append(at(i));
          writer.close();
        }),
      );
      rates['read']?.push(
        await rate(count, async () => {
          const { history } = await readHistory(path, { strictness: 'strict' });
          if (history.length !== count) throw new Error(`read ${history.length} of ${count} events`);
        }),
      );
      if (round === 0) console.log(`${count} events, ${(statSync(path).size / count).toFixed(0)} bytes each`);
      rmSync(path);
      rmSync(`${path}.tee`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const [name, found] of Object.entries(rates)) {
    const median = found.toSorted((a, b) => a - b)[1] ?? 0;
    console.log(`${name.padEnd(20)}${median.toLocaleString('en').padStart(12)} events/s`);
  }
}

await main();
