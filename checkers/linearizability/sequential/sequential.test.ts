import { describe, expect, it } from 'vitest';
import type { History, Result, Rng, Value } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { type WrittenEvent, writtenHistory } from '../../testing/written-history.ts';
import { linearizable, linearizableWith } from '../checker.ts';
import { judge } from '../judge.ts';
import { builtInModel } from '../models/catalogue.ts';
import { INCONSISTENT, type Model } from '../models/model.ts';
import { prepare } from '../problem/prepare.ts';
import { hasSequentialOrder, type ProcessOperation, replaySequential } from '../proof/sequential.ts';
import { FAMILIES } from '../testing/families.ts';
import { smallObjectHistory } from '../testing/fuzz-objects.ts';
import { written } from '../testing/fuzz-target.ts';
import { randomHistory, registerOperations } from '../testing/random-history.ts';
import { judgeSequential } from './judge-sequential.ts';
import { programsOf } from './programs.ts';

const done = (process: number, f: string, input: Value, output: Value, key?: string): WrittenEvent[] => [
  [process, 'invoke', f, input, key === undefined ? {} : { key }],
  [process, 'ok', f, output, key === undefined ? {} : { key }],
];
const write = (process: number, value: number, key?: string): WrittenEvent[] => done(process, 'write', value, value, key);
const read = (process: number, value: number, key?: string): WrittenEvent[] => done(process, 'read', null, value, key);

function check(events: readonly WrittenEvent[], model = 'register'): Result {
  const history = writtenHistory(events);
  const result = linearizable.check(history, linearizable.options.parse({ model, consistency: 'sequential' }), UNLIMITED);
  if (result.valid === false) expect(verifyCertificate(history, result.anomalies[0])).toMatchObject({ ok: true });
  return result;
}

describe('sequential consistency', () => {
  it('lets a process read what was overwritten, as long as it never reads backwards', () => {
    const stale = [...write(0, 1), ...write(0, 2), ...read(1, 1)];
    expect(check(stale).valid).toBe(true);
    expect(linearizable.check(writtenHistory(stale), linearizable.options.parse({ model: 'register' }), UNLIMITED).valid).toBe(false);
    const backwards = check([...write(0, 1), ...write(0, 2), ...read(1, 2), ...read(1, 1)]);
    expect(backwards).toMatchObject({ valid: false, anomalies: [{ type: 'not-sequential' }] });
  });

  it('lets a process read what is written only later by the clock, but not in its own future', () => {
    expect(check([...read(1, 1), ...write(0, 1)]).valid).toBe(true);
    expect(check([...read(0, 1), ...write(0, 1)]).valid).toBe(false);
  });

  it('is not local: what each key allows all together may not', () => {
    const result = check([...write(0, 1, 'x'), ...read(0, 0, 'y'), ...write(1, 1, 'y'), ...read(1, 0, 'x')]);
    expect(result.valid).toBe(false);
    expect(result.valid === false && result.anomalies[0].sentence).toBe(
      'no order in which each process does its operations in turn explains what 4 operations returned (process 0: write 1, read of 0; process 1: write 1, read of 0)',
    );
  });

  it('lets an operation of unknown outcome take effect at any later time, or never', () => {
    const crashed: WrittenEvent[] = [
      [0, 'invoke', 'write', 5],
      [0, 'info', 'write', 5],
    ];
    expect(check([...crashed, ...read(1, 0), ...read(1, 5)]).valid).toBe(true);
    expect(check([...crashed, ...read(1, 5), ...read(1, 0)]).valid).toBe(false);
  });

  it('says so when nothing was checked, and when time is over', () => {
    expect(check([[0, 'invoke', 'write', 5]])).toMatchObject({ valid: 'unknown', reasons: [{ code: 'nothing-checked' }] });
    const history = writtenHistory([...write(0, 1), ...write(0, 2), ...read(1, 1)]);
    const budget = { exceeded: () => 'time' as const, progress: () => undefined };
    const long = writtenHistory(Array.from({ length: 3_000 }, (_, i) => [...write(0, i), ...read(1, i < 1 ? 1 : i)]).flat());
    expect(judgeSequential('linearizable', long, builtInModel('register'), undefined, budget)).toMatchObject({
      valid: 'unknown',
      reasons: [{ code: 'budget-time' }],
    });
    expect(judgeSequential('linearizable', history, builtInModel('register'), undefined, UNLIMITED).valid).toBe(true);
  });

  it('is asked of a model of one’s own, too', () => {
    const ticket: Model<number> = {
      name: 'tickets',
      summary: '',
      fs: ['draw'],
      init: 0,
      step: (next, { output }) => (output === next ? next + 1 : INCONSISTENT),
    };
    const checker = linearizableWith(ticket);
    const options = checker.options.parse({ consistency: 'sequential' });
    expect(checker.check(writtenHistory([...done(0, 'draw', null, 1), ...done(1, 'draw', null, 0)]), options, UNLIMITED).valid).toBe(true);
    expect(checker.check(writtenHistory([...done(0, 'draw', null, 1), ...done(0, 'draw', null, 0)]), options, UNLIMITED).valid).toBe(false);
  });
});

/** The operations of all keys, as the oracle wants them. */
function processOperations(history: History, model: Model): ProcessOperation[] {
  const prepared = prepare(history, model);
  const { programs, loose } = programsOf(prepared, [...prepared.keys.keys()]);
  const unknown = new Set(loose.map(({ invoke }) => invoke));
  return [...programs.flat(), ...loose]
    .sort((a, b) => a.invoke - b.invoke)
    .map(({ cls, program, key, invoke }) => ({ operation: prepared.classes.operation(cls), process: program, key, isLoose: unknown.has(invoke) }));
}

/** Judges a history, and tries all orders of it. */
function agrees(history: History, model: Model): boolean | 'unknown' {
  const result = judgeSequential('linearizable', history, model, undefined, UNLIMITED);
  if (result.valid === 'unknown') {
    expect(result.reasons[0].code).toBe('nothing-checked');
    return 'unknown';
  }
  const truth = hasSequentialOrder(model, processOperations(history, model), 'nothing');
  if (result.valid !== truth) throw new Error(`the checker says ${result.valid}, the oracle ${truth}\n${written(history)}`);
  if (result.valid) return true;
  const verification = verifyCertificate(history, result.anomalies[0]);
  if (!verification.ok) throw new Error(`${verification.why}: ${JSON.stringify(result.anomalies[0])}\n${written(history)}`);
  return false;
}

/** The history with its operations dealt out to few processes, each of which waits for its own. */
function registersOf(rng: Rng): History {
  const history = randomHistory(rng, {
    model: builtInModel('cas-register'),
    ...registerOperations(rng.int(0, 3)),
    operations: rng.int(3, 8),
    crashed: rng.int(0, 2) === 0 ? 0.3 : 0,
    corrupted: 0.3,
    overlap: 0.5,
    keys: rng.int(1, 2),
  });
  return dealtOut(history, rng);
}

function dealtOut(history: History, rng: Rng): History {
  const events: WrittenEvent[] = [];
  const free = [0, 1, 2];
  const by = new Map<number, number>();
  let next = 3;
  for (let i = 0; i < history.length; i++) {
    const { process, type, f, value, key, applied } = history.event(i);
    const isCall = type === 'invoke';
    const who = isCall ? (free.splice(rng.int(0, free.length - 1), 1)[0] ?? next++) : by.get(process as number)!;
    if (isCall) by.set(process as number, who);
    else free.push(type === 'info' ? next++ : who);
    events.push([who, type, f, value, { ...(key === undefined ? {} : { key: key as number }), ...(applied === false ? { applied } : {}) }]);
  }
  return writtenHistory(events);
}

describe('against the oracle', () => {
  it('agrees on registers, one and two', () => {
    const counts = { true: 0, false: 0, unknown: 0 };
    for (let i = 0; i < 2_500; i++) counts[`${agrees(registersOf(createRng('sequential').fork(i)), builtInModel('cas-register'))}`]++;
    expect(counts.true).toBeGreaterThan(500);
    expect(counts.false).toBeGreaterThan(200);
  });

  it.each(FAMILIES.map((family) => [family.name, family] as const))('agrees on %s', (name, family) => {
    const counts = { true: 0, false: 0, unknown: 0 };
    for (let i = 0; i < 150; i++) counts[`${agrees(smallObjectHistory(createRng(`sequential ${name}`).fork(i), family, 0), family.model)}`]++;
    expect(counts.true).toBeGreaterThan(50);
  });

  it('accepts whatever is linearizable, and more', () => {
    let more = 0;
    for (let i = 0; i < 500; i++) {
      const history = registersOf(createRng('weaker').fork(i));
      const strict = judge('linearizable', history, builtInModel('cas-register'), undefined, UNLIMITED).valid;
      const weak = judgeSequential('linearizable', history, builtInModel('cas-register'), undefined, UNLIMITED).valid;
      if (strict === true) expect(weak).toBe(true);
      else if (weak === true) more++;
    }
    expect(more).toBeGreaterThan(20);
  });
});

describe('the replay of a sequential order refuses', () => {
  const operation = (process: number, f: string, value: number, isLoose = false): ProcessOperation => ({
    operation: { f, input: value, output: value, outcome: isLoose ? 'unknown' : 'ok' },
    process,
    key: 0,
    isLoose,
  });
  const operations = [operation(0, 'write', 1), operation(0, 'read', 2), operation(1, 'write', 2), operation(1, 'write', 3, true)];
  const replay = (...order: number[]) => replaySequential(builtInModel('register'), operations, order);

  it('nothing that is right', () => {
    expect(replay(0, 2, 1).ok).toBe(true);
    expect(replay(0, 2, 1, 3).ok).toBe(true);
  });

  it.each([
    ['a missing operation', [0, 2], /missing/],
    ['one that stands twice', [0, 2, 2, 1], /twice/],
    ['a process out of turn', [2, 1, 0], /earlier/],
    ['an unknown one before what its process did earlier', [3, 0, 2, 1], /earlier/],
    ['what the model does not accept', [2, 0, 1], /cannot happen/],
  ])('%s', (_, order, why) => {
    expect(replay(...order)).toMatchObject({ ok: false, why: expect.stringMatching(why) });
  });
});
