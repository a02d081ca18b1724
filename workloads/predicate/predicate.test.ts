import { describe, expect, it } from 'vitest';
import { UNLIMITED } from '../../checkers/budget/budget.ts';
import { isolation } from '../../checkers/isolation/checker.ts';
import type { Event, History, Ns, Thread } from '../../harness/contracts/index.ts';
import { clients, GeneratorContext } from '../../harness/generator/index.ts';
import { GeneratorPath } from '../../harness/generator/path.ts';
import { HistoryBuilder } from '../../harness/history/builder.ts';
import { createRng } from '../../harness/random/rng.ts';
import { freshSeed } from '../../harness/random/seed.ts';
import type { RowTransaction } from '../operations/transactions.ts';
import { predicate } from './predicate.ts';
import { type Level, type Session, TableOfRows } from './testing/table-of-rows.ts';

const CLIENTS = 8;

/** The workload on a table in memory, one micro-operation after the other, by whichever client chance says. */
function run(level: Level, operations: number, seed: number): History {
  const rng = createRng(seed);
  const table = new TableOfRows(level);
  const builder = new HistoryBuilder();
  const path = GeneratorPath.root(createRng(seed));
  const busy = new Map<Thread, { readonly op: Event; readonly session: Session }>();
  let generator = clients(predicate.generator(predicate.options.parse({}), { nodes: [], concurrency: CLIENTS }));
  let now = 0;
  const isFree = (thread: Thread): boolean => typeof thread === 'number' && !busy.has(thread);
  const view = { now: 0 as Ns, isFree, isIdle: isFree, processOf: (thread: Thread) => thread, threadOf: (process: unknown) => process as number };
  const threads = Array.from({ length: CLIENTS }, (_, thread) => thread);
  for (let emitted = 0; emitted < operations || busy.size > 0; ) {
    const context = new GeneratorContext({ ...view, now: ++now as Ns }, threads, path, emitted);
    const step = emitted < operations ? generator.op(context) : undefined;
    if (step?.kind === 'op') {
      const op: Event = { ...step.op, index: 0, type: 'invoke', process: step.op.process as number };
      busy.set(op.process as number, { op, session: table.begin(op.value as RowTransaction['value']) });
      builder.append(op);
      generator = step.next;
      emitted++;
      continue;
    }
    const [thread, { op, session }] = [...busy][rng.int(0, busy.size - 1)]!;
    const done = session.step();
    if (done === undefined) continue;
    busy.delete(thread);
    builder.append({ ...op, type: done === 'failed' ? 'fail' : 'ok', time: now as Ns, ...(done !== 'failed' && { value: done }) });
  }
  return builder.build();
}

function judged(history: History, model: string) {
  const result = isolation.check(history, isolation.options.parse({ workload: 'predicate', consistencyModels: [model] }), UNLIMITED);
  return { valid: result.valid, types: result.valid === false ? [...new Set(result.anomalies.map(({ type }) => type))] : [] };
}

describe('the workload predicate', () => {
  it('acquits a table whose transactions run one after the other', () => {
    expect(judged(run('serial', 400, freshSeed()), 'strict-serializable').valid).toBe(true);
  });

  it('convicts snapshots of G2 when they are to be serializable, and of nothing else', () => {
    const history = run('snapshot', 400, freshSeed());
    expect(judged(history, 'serializable').types).toContain('G2');
    expect(judged(history, 'strong-snapshot-isolation').valid).toBe(true);
  });

  it('convicts a table that shows each commit at once when it is to have snapshots', () => {
    const history = run('committed', 400, freshSeed());
    expect(judged(history, 'snapshot-isolation').types).toContain('G-single');
    expect(judged(history, 'read-committed').valid).toBe(true);
  });
});
