import { describe, expect, it } from 'vitest';
import { UNLIMITED } from '../../checkers/budget/budget.ts';
import { stats } from '../../checkers/stats/stats.ts';
import { checkSafely } from '../../checkers/verdict/safe.ts';
import type { Event, Ns, Outcome, Value, Workload, WorkloadContext } from '../../harness/contracts/index.ts';
import { clients, GeneratorContext, type SystemModel, simulate } from '../../harness/generator/index.ts';
import { GeneratorPath } from '../../harness/generator/path.ts';
import { HistoryBuilder } from '../../harness/history/builder.ts';
import { createRng } from '../../harness/random/rng.ts';
import { WORKLOADS } from './workloads.ts';

const CONTEXT: WorkloadContext = { nodes: ['n1', 'n2', 'n3'] as never, concurrency: 10 };

async function load(name: string): Promise<Workload> {
  return WORKLOADS[name]!.load();
}

function generatorOf(workload: Workload, options: unknown = {}, context = CONTEXT) {
  return clients(workload.generator(workload.options.parse(options), context));
}

const LATENCY = 1_000_000 as Ns;
const perfect: SystemModel = () => ({ latency: LATENCY, type: 'ok' });
/** Answers late and in another order, and now and then not at all. */
const uneven: SystemModel = (_, n) => ({ latency: (LATENCY * (1 + (n % 7))) as Ns, type: n % 29 === 0 ? 'info' : n % 31 === 0 ? 'fail' : 'ok' });

const run = (workload: Workload, options: { seed?: number; maxEvents?: number; model?: SystemModel; context?: WorkloadContext; given?: unknown } = {}) =>
  simulate(generatorOf(workload, options.given, options.context ?? CONTEXT), options.model ?? uneven, {
    concurrency: (options.context ?? CONTEXT).concurrency,
    seed: options.seed ?? 1,
    maxEvents: options.maxEvents ?? 20_000,
  });

const invoked = (events: readonly Event[]): readonly Event[] => events.filter(({ type }) => type === 'invoke');

describe.each(Object.keys(WORKLOADS))('the workload %s', (name) => {
  it('declares every operation that it emits, and checks what it does', async () => {
    const workload = await load(name);
    const options = workload.options.parse({});
    const specs = workload.operations(options);
    const declared = new Set(specs.map(({ f }) => f));
    const final = workload.final?.(options, { ...CONTEXT, invoked: 5_000 }) ?? [];
    const emitted = [...invoked(run(workload, { maxEvents: 4_000 })), ...final].map(({ f }) => f);
    expect(new Set(emitted)).toEqual(declared);
    for (const { deadline } of specs) expect(deadline).toBe(2_000_000_000);
    for (const op of final) {
      const readsOnly = op.f === 'txn' && (op.value as readonly (readonly unknown[])[]).every(([f]) => f === 'r' || f === 'rp');
      expect(readsOnly ? 'none' : specs.find(({ f }) => f === op.f)?.effect).toBe('none');
    }
    const checks = workload.checks(options);
    expect(checks.map((check) => check.name)).toEqual(expect.arrayContaining(['stats', 'coverage', 'availability']));
    for (const { url, name: exported, options: given } of checks) {
      const checker = ((await import(url)) as Record<string, { options: { parse(input: unknown): unknown } }>)[exported]!;
      expect(() => checker.options.parse(given)).not.toThrow();
    }
  });

  it('gives the same operations for the same seed, and others for another', async () => {
    const workload = await load(name);
    expect(run(workload, { seed: 7, maxEvents: 3_000 })).toEqual(run(workload, { seed: 7, maxEvents: 3_000 }));
    expect(run(workload, { seed: 7, maxEvents: 3_000 })).not.toEqual(run(workload, { seed: 8, maxEvents: 3_000 }));
  });

  it('answers the same when it is asked twice, and changes nothing by being asked', async () => {
    let generator = (await load(name)).generator((await load(name)).options.parse({}), CONTEXT);
    const path = GeneratorPath.root(createRng(3));
    const view = { now: 5 as Ns, isFree: () => true, isIdle: () => true, processOf: (thread: number | 'nemesis') => thread, threadOf: () => undefined };
    for (let emitted = 0; emitted < 200; emitted++) {
      const ask = () => generator.op(new GeneratorContext(view, [0, 1, 2, 3], path, emitted));
      const [first, second] = [ask(), ask()];
      if (first.kind !== 'op' || second.kind !== 'op') throw new Error('it is never exhausted');
      expect(second.op).toEqual(first.op);
      generator = first.next;
    }
  });

  it('waits while every thread is busy', async () => {
    const workload = await load(name);
    const generator = workload.generator(workload.options.parse({}), CONTEXT);
    const view = { now: 5 as Ns, isFree: () => false, isIdle: () => false, processOf: (thread: number | 'nemesis') => thread, threadOf: () => undefined };
    expect(generator.op(new GeneratorContext(view, [0, 1], GeneratorPath.root(createRng(1)), 0))).toEqual({ kind: 'pending' });
  });
});

/** An atomic system: completions carry what it really would have answered. */
class AtomicRegisters {
  readonly #values = new Map<unknown, Value>();

  answer(op: Event): { readonly value: Value; readonly applied?: false } {
    if (op.f === 'read') return { value: this.#values.get(op.key) ?? null };
    if (op.f === 'write') {
      this.#values.set(op.key, op.value);
      return { value: op.value };
    }
    const [expected, replacement] = op.value as [Value, Value];
    if ((this.#values.get(op.key) ?? null) !== expected) return { value: op.value, applied: false };
    this.#values.set(op.key, replacement);
    return { value: op.value };
  }
}

/** As `simulate`, with the answers of atomic registers, and a history of it. Each operation takes effect when it completes. */
function runAgainstRegisters(workload: Workload, context: WorkloadContext, given: unknown, operations: number) {
  const registers = new AtomicRegisters();
  const builder = new HistoryBuilder();
  const path = GeneratorPath.root(createRng(11));
  const busy = new Map<number, { readonly op: Event; readonly at: number }>();
  let generator = workload.generator(workload.options.parse(given), context);
  let now = 0;
  const threads = Array.from({ length: context.concurrency }, (_, thread) => thread);
  const view = {
    get now() {
      return now as Ns;
    },
    isFree: (thread: number | 'nemesis') => typeof thread === 'number' && !busy.has(thread),
    isIdle: (thread: number | 'nemesis') => typeof thread === 'number' && !busy.has(thread),
    processOf: (thread: number | 'nemesis') => thread,
    threadOf: (process: unknown) => process as number,
  };
  const rng = createRng(5);
  for (let emitted = 0; emitted < operations; ) {
    const context2 = new GeneratorContext(view, threads, path, emitted);
    const step = generator.op(context2);
    if (step.kind === 'op') {
      const op: Event = { ...step.op, index: 0, type: 'invoke', process: step.op.process as number };
      generator = step.next;
      busy.set(op.process as number, { op, at: now + rng.int(1, 10) });
      builder.append(op);
      generator = generator.update(context2, op);
      emitted++;
      continue;
    }
    const [thread, { op, at }] = [...busy].reduce((a, b) => (b[1].at < a[1].at ? b : a));
    now = at;
    busy.delete(thread);
    const done: Event = { ...op, type: 'ok', time: now as Ns, ...registers.answer(op) };
    builder.append(done);
    generator = generator.update(context2, done);
  }
  return builder.build();
}

describe('the workload register', () => {
  it('writes unique values under every key, and no key for longer than it was told', async () => {
    const operations = invoked(run(await load('register'), { given: { opsPerKey: 50, keys: 4 } }));
    const perKey = new Map<unknown, Event[]>();
    for (const op of operations) perKey.set(op.key, [...(perKey.get(op.key) ?? []), op]);
    expect(perKey.size).toBeGreaterThan(20);
    for (const ops of perKey.values()) {
      expect(ops.length).toBeLessThanOrEqual(50);
      const written = ops.filter(({ f }) => f !== 'read').map(({ f, value }) => (f === 'write' ? value : (value as readonly Value[])[1]));
      expect(new Set(written).size).toBe(written.length);
    }
  });

  it('works at as many keys at a time as it was told, and every thread meets every key', async () => {
    const operations = invoked(run(await load('register'), { given: { opsPerKey: 1000, keys: 5 }, maxEvents: 5_000, model: perfect }));
    expect(new Set(operations.map(({ key }) => key)).size).toBe(5);
    const meetings = new Set(operations.map(({ key, process }) => `${key} ${Number(process) % 10}`));
    expect(meetings.size).toBe(50);
  });

  it('lets every thread meet every key even when threads become free in turn', async () => {
    const workload = await load('register');
    let generator = workload.generator(workload.options.parse({ keys: 5 }), CONTEXT);
    const path = GeneratorPath.root(createRng(3));
    const meetings = new Set<string>();
    for (let n = 0; n < 1_000; n++) {
      const free = (thread: number | 'nemesis') => thread === n % 10;
      const view = { now: 0 as Ns, isFree: free, isIdle: free, processOf: (thread: number | 'nemesis') => thread, threadOf: () => undefined };
      const step = generator.op(new GeneratorContext(view, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], path, n));
      if (step.kind !== 'op') throw new Error('a thread is free');
      meetings.add(`${step.op.process} ${step.op.key}`);
      generator = step.next;
    }
    expect(meetings.size).toBe(50);
  });

  it('mixes reads, writes and compare-and-sets as it was told', async () => {
    const operations = invoked(run(await load('register'), { model: perfect }));
    const share = (f: Event['f']) => operations.filter((op) => op.f === f).length / operations.length;
    expect(share('read')).toBeCloseTo(0.4, 1);
    expect(share('cas')).toBeGreaterThan(0.2);
    expect(share('write')).toBeGreaterThan(0.2);
  });

  it.each([2, 10, 50])('satisfies its own minima of applied compare-and-sets and contention with %i clients', async (concurrency) => {
    const workload = await load('register');
    const history = runAgainstRegisters(workload, { ...CONTEXT, concurrency }, {}, 4_000);
    const result = checkSafely(stats as never, history, { cas: 'cas', contention: 'per-key' }, UNLIMITED);
    expect(result.valid === 'unknown' ? result.reasons : []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  it('reads at the end what it wrote at first', async () => {
    const workload = await load('register');
    const final = workload.final!(workload.options.parse({ keys: 3 }), { ...CONTEXT, invoked: 0 });
    expect(final).toEqual([0, 1, 2].map((key) => ({ f: 'read', key, value: null })));
  });
});

it.each(['list-append', 'rw-register', 'write-skew', 'long-fork'])('the workload %s reads every key at the end that it wrote to', async (name) => {
  const workload = await load(name);
  const options = workload.options.parse({});
  const operations = invoked(run(workload, { maxEvents: 20_000 }));
  const keysOf = (value: unknown): number[] => (value as readonly (readonly [string, number])[]).map(([, key]) => key);
  const final = workload.final!(options, { ...CONTEXT, invoked: operations.length });
  const read = new Set(final.flatMap(({ value }) => keysOf(value)));
  const used = new Set(operations.flatMap(({ value }) => keysOf(value)));
  expect(used.size).toBeGreaterThan(50);
  expect([...used].filter((key) => !read.has(key))).toEqual([]);
});

describe.each(['set', 'counter'])('the workload %s', (name) => {
  it('adds unique values, and reads less often as there is more to read', async () => {
    const operations = invoked(run(await load(name), { maxEvents: 40_000, model: perfect }));
    const added = operations.filter(({ f }) => f !== 'read').map(({ value }) => value);
    expect(new Set(added).size).toBe(added.length);
    const readAt = operations.flatMap(({ f }, n) => (f === 'read' ? [n] : []));
    expect(readAt.filter((n) => n < 400).length).toBeGreaterThan(20);
    const returned = readAt.reduce((sum, n) => sum + n, 0);
    expect(returned / operations.length).toBeLessThan(60);
    expect(readAt.filter((n) => n > 10_000).length).toBeGreaterThan(10);
  });
});

it('the workload queue enqueues unique messages, more than it dequeues, and drains several times at the end', async () => {
  const workload = await load('queue');
  const operations = invoked(run(workload, { maxEvents: 20_000 }));
  const enqueued = operations.filter(({ f }) => f === 'enqueue').map(({ value }) => value);
  expect(new Set(enqueued).size).toBe(enqueued.length);
  expect(enqueued.length / operations.length).toBeCloseTo(0.6, 1);
  expect(workload.final!(workload.options.parse({ drains: 3 }), { ...CONTEXT, invoked: 9 })).toEqual(Array(3).fill({ f: 'drain', value: null }));
});

it('a completion of no value changes nothing', async () => {
  const workload = await load('register');
  const generator = workload.generator(workload.options.parse({}), CONTEXT);
  const outcome: Outcome['type'] = 'info';
  const event: Event = { index: 0, type: outcome, process: 0, f: 'read', key: 1, value: 7, time: 0 as Ns };
  expect(generator.update({} as never, event)).toBe(generator);
});
