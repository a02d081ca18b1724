import { describe, expect, it } from 'vitest';
import type { Anomaly, History, Ns, Result } from '../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../harness/history/builder.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { type LinearizableOptions, linearizable, linearizableWith } from './checker.ts';
import type { SubHistoryCertificate } from './counterexample/finding.ts';
import { judge } from './judge.ts';
import { builtInModel } from './models/catalogue.ts';
import { INCONSISTENT, type Model } from './models/model.ts';
import type { Decision, Engine } from './search/engine.ts';

const REFUSED = { applied: false } as const;
const TIMEOUT = { error: { code: 'timeout', message: 'no answer' } };
const CONFLICT = { error: { code: 'conflict', message: 'lost the race' } };

const check = (events: readonly WrittenEvent[] | History, options: Partial<LinearizableOptions> = {}): Result => {
  const history = 'columns' in events ? events : writtenHistory(events);
  return linearizable.check(history, linearizable.options.parse({ init: null, ...options }), UNLIMITED);
};

/** The one anomaly of a conviction, its certificate verified. */
function convicted(events: readonly WrittenEvent[], options: Partial<LinearizableOptions> = {}): Anomaly {
  const result = check(events, options);
  expect(result.valid).toBe(false);
  if (result.valid !== false) throw new Error('not convicted');
  const anomaly = result.anomalies[0];
  expect(verifyCertificate(writtenHistory(events), anomaly)).toMatchObject({ ok: true });
  return anomaly;
}

const write = (process: number, value: number): WrittenEvent[] => [
  [process, 'invoke', 'write', value],
  [process, 'ok', 'write', value],
];
const read = (process: number, value: number | null): WrittenEvent[] => [
  [process, 'invoke', 'read', null],
  [process, 'ok', 'read', value],
];
const cas = (process: number, from: number | null, to: number, refused?: 'refused'): WrittenEvent[] => [
  [process, 'invoke', 'cas', [from, to]],
  [process, 'ok', 'cas', [from, to], ...((refused ? [REFUSED] : []) as [])],
];

describe('sentences', () => {
  it('tells a stale read', () => {
    const anomaly = convicted([...write(0, 5), ...write(1, 7), ...read(2, 7), ...read(3, 5), ...read(2, 7)]);
    expect(anomaly.type).toBe('stale-read');
    expect(anomaly.sentence).toBe('read of 5 by process 3 began at 0.007 s, after write 7 by process 1 was acknowledged at 0.004 s; nothing wrote 5 again');
    expect(anomaly.ops).toEqual([0, 2, 6]);
  });

  it('tells a lost write', () => {
    const anomaly = convicted([...write(0, 5), ...write(1, 7), ...read(3, 5)]);
    expect(anomaly).toMatchObject({
      type: 'lost-write',
      sentence:
        'read of 5 by process 3 began at 0.005 s, after write 7 by process 1 was acknowledged at 0.004 s; nothing wrote 5 again, and nothing ever saw 7',
    });
  });

  it('tells a stale initial value', () => {
    expect(convicted([...write(0, 5), ...read(1, null)]).sentence).toMatch(/^read of null by process 1 began .* nothing wrote null again/);
  });

  it('tells a value from nowhere', () => {
    const anomaly = convicted([...write(0, 5), ...read(1, 9)]);
    expect(anomaly).toMatchObject({ type: 'value-from-nowhere', ops: [2] });
    expect(anomaly.sentence).toBe('read of 9 by process 1 at 0.004 s saw 9, which nothing ever wrote (the initial value is null)');
  });

  it('tells a read from the future', () => {
    const anomaly = convicted([...read(1, 5), ...write(0, 5)]);
    expect(anomaly.type).toBe('read-from-the-future');
    expect(anomaly.sentence).toMatch(
      /^read of 5 by process 1 ended at 0.002 s, before the first operation that wrote that value began \(write 5 by process 0, 0.003 s\)/,
    );
  });

  it('tells a value that only a failed operation wrote, in every word of the rule', () => {
    const anomaly = convicted([...write(0, 1), [1, 'invoke', 'write', 5], [1, 'fail', 'write', 5, CONFLICT], ...read(2, 5)]);
    expect(anomaly).toMatchObject({ type: 'failed-but-visible', ops: [2, 4] });
    expect(anomaly.sentence).toContain("either the system applied a write it refused, or the client's error table is wrong for conflict");
    expect(anomaly.sentence).toContain('write 5 by process 1 failed at 0.004 s');
  });

  it('tells a refused cas that took effect', () => {
    const anomaly = convicted([...write(0, 1), ...cas(1, 2, 9, 'refused'), ...read(2, 9)]);
    expect(anomaly).toMatchObject({ type: 'refused-but-visible' });
    expect(anomaly.sentence).toMatch(/saw 9, which only cas 2 → 9 by process 1 could have written, and that was refused/);
  });

  it('tells a cas refused without reason', () => {
    const anomaly = convicted([...write(0, 1), ...cas(1, 1, 9, 'refused')]);
    expect(anomaly).toMatchObject({ type: 'wrongly-refused', ops: [0, 2] });
    expect(anomaly.sentence).toContain('though the register could hold nothing but 1 all that time');
  });

  it('tells two exchanges of one value', () => {
    const anomaly = convicted([...write(0, 1), [1, 'invoke', 'cas', [1, 2]], [2, 'invoke', 'cas', [1, 3]], [1, 'ok', 'cas', [1, 2]], [2, 'ok', 'cas', [1, 3]]]);
    expect(anomaly.type).toBe('lost-update');
    expect(anomaly.sentence).toMatch(/^both cas 1 → 2 by process 1 .* and cas 1 → 3 by process 2 .* took effect, though 1 was written only once \(write 1\)$/);
  });

  it('tells a value that others saw replaced, by an operation that had not ended itself', () => {
    const anomaly = convicted([...write(0, 5), [1, 'invoke', 'write', 7], ...read(2, 7), ...read(3, 5), [1, 'ok', 'write', 7]]);
    expect(anomaly).toMatchObject({
      type: 'stale-read',
      sentence: 'read of 5 by process 3 began at 0.006 s, after read of 7 by process 2 had ended at 0.005 s: 7 was there, and nothing wrote 5 again',
      ops: [0, 2, 3, 5],
    });
  });

  it('tells an append that a get does not show', () => {
    const events: WrittenEvent[] = [
      [0, 'invoke', 'put', 'a'],
      [0, 'ok', 'put', 'a'],
      [1, 'invoke', 'append', 'b'],
      [1, 'ok', 'append', 'b'],
      [2, 'invoke', 'get', null],
      [2, 'ok', 'get', 'a'],
    ];
    expect(convicted(events, { model: 'kv', init: '' })).toMatchObject({
      type: 'lost-write',
      sentence:
        'get of "a" by process 2 began at 0.005 s, after append "b" by process 1 was acknowledged at 0.004 s, and does not show it, nor does anything else; nothing overwrote it',
    });
  });

  it('counts events where a history has no times', () => {
    const builder = new HistoryBuilder();
    const untimed = [...write(0, 5), ...write(1, 7), ...read(3, 5)];
    untimed.forEach(([process, type, f, value], i) => {
      builder.append({ process, type, f, value, time: i as Ns });
    });
    const result = check(builder.build());
    expect(result.valid === false && result.anomalies[0].sentence).toMatch(/began at event 4, after write 7 by process 1 was acknowledged at event 3;/);
  });

  it('names the key, and only where there is one', () => {
    const on = (key: string, events: readonly WrittenEvent[]): WrittenEvent[] => events.map(([process, type, f, value]) => [process, type, f, value, { key }]);
    const anomaly = convicted([...on('a', write(0, 1)), ...on('b', read(0, null)), ...on('a', read(1, null))]);
    expect(anomaly.sentence).toContain('read of null by process 1 on key a began');
    expect((anomaly.certificate.data as unknown as SubHistoryCertificate).key).toBe('a');
  });

  it('lists the states that were possible where no simpler story fits', () => {
    const anomaly = convicted([
      ...write(0, 1),
      [1, 'invoke', 'write', 2],
      [2, 'invoke', 'write', 3],
      ...read(3, 2),
      ...read(3, 3),
      ...read(3, 2),
      [1, 'ok', 'write', 2],
      [2, 'ok', 'write', 3],
    ]);
    expect(anomaly.type).toBe('nonlinearizable');
    expect(anomaly.sentence).toMatch(/by then the state could only be 3$/);
  });
});

describe('outcomes', () => {
  it('lets an operation of unknown outcome take effect late, or never', () => {
    const crashed: WrittenEvent[] = [
      [0, 'invoke', 'write', 5],
      [0, 'info', 'write', 5, TIMEOUT],
    ];
    expect(check([...crashed, ...write(1, 7), ...read(1, 7)]).valid).toBe(true);
    expect(check([...crashed, ...write(1, 7), ...read(1, 7), ...read(1, 5)]).valid).toBe(true);
    expect(check([...crashed, ...write(1, 7), ...read(1, 5), ...read(1, 7)]).valid).toBe(false);
  });

  it('takes a missing completion for unknown', () => {
    expect(check([[0, 'invoke', 'write', 5], ...read(1, null), ...read(1, 5)]).valid).toBe(true);
  });

  it('does not let a failed write take effect', () => {
    expect(check([[0, 'invoke', 'write', 5], [0, 'fail', 'write', 5, CONFLICT], ...read(1, null)]).valid).toBe(true);
  });

  it('takes a refused cas for an observation', () => {
    expect(check([...write(0, 1), ...cas(1, 2, 9, 'refused'), ...read(2, 1)]).valid).toBe(true);
    expect(check([...write(0, 1), ...cas(1, 1, 9, 'refused'), ...read(2, 1)]).valid).toBe(false);
  });

  it('reads a failed cas without an error as the model says, or as it is told', () => {
    const events: WrittenEvent[] = [...write(0, 1), [1, 'invoke', 'cas', [1, 2]], [1, 'fail', 'cas', [1, 2]], ...read(2, 1)];
    expect(check(events, { model: 'cas-register' }).valid).toBe(true);
    expect(check(events, { model: 'etcd-register' }).valid).toBe(false);
    expect(check(events, { model: 'etcd-register', failedCas: 'noop' }).valid).toBe(true);
    convicted(events, { model: 'cas-register', failedCas: 'observation' });
    const withError: WrittenEvent[] = [...write(0, 1), [1, 'invoke', 'cas', [1, 2]], [1, 'fail', 'cas', [1, 2], TIMEOUT], ...read(2, 1)];
    expect(check(withError, { model: 'etcd-register' }).valid).toBe(true);
  });

  it('keeps an unknown write that alone explains why a cas was refused', () => {
    expect(
      check([...write(0, 1), [1, 'invoke', 'write', 8], [1, 'info', 'write', 8, TIMEOUT], ...cas(2, 1, 9, 'refused'), ...write(0, 3), ...read(0, 3)]).valid,
    ).toBe(true);
  });

  it('tells unknown writes apart as long as an unknown cas does', () => {
    const unknown = (process: number, f: string, value: number | number[]): WrittenEvent[] => [
      [process, 'invoke', f, value],
      [process, 'info', f, value, TIMEOUT],
    ];
    const chain = [...unknown(0, 'write', 9), ...unknown(1, 'write', 1), ...unknown(2, 'cas', [1, 2])];
    expect(check([...chain, ...cas(3, 5, 6, 'refused'), ...read(4, 2)]).valid).toBe(true);
    expect(check([...chain, ...cas(3, 5, 6, 'refused'), ...read(4, 2), ...read(4, 1)]).valid).toBe(false);
  });

  it('leaves out the nemesis and observers', () => {
    expect(
      check([['nemesis', 'invoke', 'inject', 1], ...write(0, 1), ['observer:log', 'info', 'read', 99], ['nemesis', 'info', 'inject', 1], ...read(0, 1)]).valid,
    ).toBe(true);
  });
});

describe('what was not checked', () => {
  it('is unknown when nothing completed', () => {
    const result = check([
      [0, 'invoke', 'write', 5],
      [0, 'info', 'write', 5, TIMEOUT],
      [1, 'invoke', 'read', null],
      [1, 'fail', 'read', null, CONFLICT],
    ]);
    expect(result).toMatchObject({ valid: 'unknown', reasons: [{ code: 'nothing-checked' }] });
  });

  it('refuses a history of another model', () => {
    const events: WrittenEvent[] = [...write(0, 1), [0, 'invoke', 'enqueue', 1], [0, 'ok', 'enqueue', 1]];
    expect(() => check(events)).toThrow(expect.objectContaining({ code: 'ORDEAL_FOREIGN_HISTORY', exitCode: 64 }));
    expect(() =>
      check([
        [0, 'invoke', 'cas', 3],
        [0, 'ok', 'cas', 3],
      ]),
    ).toThrow(/event 0 is "cas" with 3/);
  });

  it('leaves out up to one foreign operation in a hundred, and says so', () => {
    const events = Array.from({ length: 100 }, (_, i) => write(0, i)).flat();
    const result = check([...events, [1, 'invoke', 'compact', 1], [1, 'ok', 'compact', 1]]);
    expect(result).toMatchObject({ valid: true, undecided: [{ code: 'foreign-operations' }] });
  });

  it('refuses an unknown model by name', () => {
    expect(() => linearizable.options.parse({ model: 'registre' })).toThrow(/unknown model .*known: register, cas-register/);
  });
});

describe('budgets', () => {
  const twoKeys: WrittenEvent[] = [0, 1].flatMap((key) => write(0, 1).map(([process, type, f, value]): WrittenEvent => [process, type, f, value, { key }]));

  it('never call a history valid that was not looked at', () => {
    for (const why of ['time', 'memory', 'cancelled'] as const) {
      const budget = { exceeded: () => why, progress: () => undefined };
      const result = linearizable.check(writtenHistory(twoKeys), linearizable.options.parse({}), budget);
      expect(result).toMatchObject({ valid: 'unknown', reasons: [{ code: why === 'cancelled' ? 'cancelled' : `budget-${why}` }] });
      expect(result.valid === 'unknown' && result.reasons[0].message).toContain('keys 0, 1');
    }
  });

  it('leave a conviction standing beside what was not decided', () => {
    let asked = 0;
    const budget = { exceeded: () => (++asked > 3 ? ('time' as const) : (false as const)), progress: () => undefined };
    const bad: WrittenEvent[] = [...twoKeys, [3, 'invoke', 'read', null, { key: 2 }], [3, 'ok', 'read', 9, { key: 2 }]];
    const result = linearizable.check(writtenHistory(bad), linearizable.options.parse({}), budget);
    expect(result).toMatchObject({ valid: false, anomalies: [{ type: 'value-from-nowhere' }], undecided: [{ code: 'budget-time' }] });
  });
});

describe('an engine that is wrong', () => {
  const lying = (decision: Decision): Engine => ({ name: 'liar', decide: () => decision });
  const history = writtenHistory([...write(0, 5), ...read(1, 5)]);
  const judged = (decision: Decision): Result => judge('linearizable', history, builtInModel('register', null), undefined, UNLIMITED, [lying(decision)]);

  it('cannot acquit', () => {
    const result = judged({ kind: 'legal', witness: Int32Array.of(1, 0), explored: 1 });
    expect(result).toMatchObject({ valid: 'unknown', reasons: [{ code: 'witness-refused' }], stats: { engine: 'liar' } });
  });

  it('cannot convict: its certificate does not hold', () => {
    const result = judged({ kind: 'illegal', suspect: 1, explored: 1 });
    if (result.valid !== false) throw new Error('not convicted');
    expect(verifyCertificate(history, result.anomalies[0])).toMatchObject({ ok: false });
  });
});

describe('a model of one’s own', () => {
  const stack: Model<readonly number[]> = {
    name: 'own-stack',
    summary: 'push, pop',
    fs: ['push', 'pop'],
    init: [],
    step: (state, { f, input, output, outcome }) => {
      if (f === 'push') return [...state, input as number];
      if (state.length === 0) return output === null ? state : INCONSISTENT;
      if (outcome !== 'unknown' && state.at(-1) !== output) return INCONSISTENT;
      return state.slice(0, -1);
    },
  };
  const checker = linearizableWith(stack);
  const run = (events: readonly WrittenEvent[]): Result => checker.check(writtenHistory(events), checker.options.parse({}), UNLIMITED);
  const push = (process: number, value: number): WrittenEvent[] => [
    [process, 'invoke', 'push', value],
    [process, 'ok', 'push', value],
  ];
  const pop = (process: number, value: number | null): WrittenEvent[] => [
    [process, 'invoke', 'pop', null],
    [process, 'ok', 'pop', value],
  ];

  it('needs only init and step', () => {
    expect(run([...push(0, 1), ...push(0, 2), ...pop(1, 2), ...pop(1, 1), ...pop(1, null)]).valid).toBe(true);
  });

  it('gets a verified conviction', () => {
    const events = [...push(0, 1), ...push(0, 2), ...pop(1, 1)];
    const result = run(events);
    if (result.valid !== false) throw new Error('not convicted');
    expect(verifyCertificate(writtenHistory(events), result.anomalies[0])).toMatchObject({ ok: true });
    expect(result.anomalies[0].sentence).toContain('pop');
  });

  it('may have equality and a hash instead of a key', () => {
    const { key: _, ...rest } = { ...stack, name: 'own stack by equality', key: undefined };
    const equal = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((x, i) => x === b[i]);
    for (const hash of [{}, { hash: (state: readonly number[]) => state.length }]) {
      const own = linearizableWith({ ...rest, equal, ...hash });
      const events = [...push(0, 1), ...push(0, 2), ...pop(1, 2), ...pop(1, 1)];
      expect(own.check(writtenHistory(events), own.options.parse({}), UNLIMITED).valid).toBe(true);
      expect(own.check(writtenHistory([...events, ...pop(1, 1)]), own.options.parse({}), UNLIMITED).valid).toBe(false);
    }
  });

  it('cannot take the name of a built-in one', () => {
    expect(() => linearizableWith({ ...stack, name: 'register' })).toThrow(/built-in/);
  });
});
