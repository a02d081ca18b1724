import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History, Value } from '../../harness/contracts/index.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { counter as taggedCounter } from '../counter/tagged-counter.ts';
import { set } from '../set/set.ts';
import { phase, type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { isLinearizableCollection } from './oracle.ts';

const NAMES = { add: 'add', read: 'read' };

const checkSet = (history: History, options: unknown = {}) => set.check(history, set.options.parse(options), UNLIMITED);
const checkCounter = (history: History, options: unknown = {}) => taggedCounter.check(history, taggedCounter.options.parse(options), UNLIMITED);

/** Types of the anomalies found, each with a certificate that the independent verifier accepts. */
function typesOf(history: History, result: ReturnType<typeof checkSet>): string[] {
  if (result.valid !== false) return [];
  for (const anomaly of result.anomalies) {
    expect(verifyCertificate(history, anomaly), `${anomaly.type}: ${anomaly.sentence}`).toEqual({ ok: true, why: '' });
    expect(anomaly.ops.length).toBeGreaterThan(0);
  }
  return [...new Set(result.anomalies.map((anomaly) => anomaly.type))];
}

/** A random run of a real, atomic set by four processes; `spoil` then changes what one read returned. */
const steps = fc.array(fc.tuple(fc.nat(3), fc.nat(11)), { maxLength: 45 });

interface Busy {
  readonly f: 'add' | 'read';
  readonly value: number;
  applied: boolean;
  seen: number[];
}

function simulate(choices: readonly (readonly [number, number])[]): WrittenEvent[] {
  const present = new Set<number>();
  const busy = new Map<number, Busy>();
  const events: WrittenEvent[] = [];
  const processes = [0, 1, 2, 3];
  const crashed: Busy[] = [];
  let next = 0;
  const apply = (operation: Busy) => {
    operation.applied = true;
    operation.seen = [...present];
    if (operation.f === 'add') present.add(operation.value);
  };
  for (const [thread, choice] of choices) {
    const process = processes[thread]!;
    const operation = busy.get(thread);
    if (operation === undefined) {
      const f = choice < 6 ? 'read' : 'add';
      const value = choice === 11 ? Math.max(0, next - 1) : f === 'add' ? next++ : 0;
      busy.set(thread, { f, value, applied: false, seen: [] });
      events.push([process, 'invoke', f, f === 'add' ? value : null]);
    } else if (!operation.applied && choice < 8) {
      apply(operation);
    } else if (!operation.applied && choice === 8) {
      busy.delete(thread);
      events.push([process, 'fail', operation.f, operation.f === 'add' ? operation.value : null, { error: { code: 'refused', message: '' } }]);
    } else if (choice >= 10) {
      busy.delete(thread);
      if (!operation.applied) crashed.push(operation);
      processes[thread] = process + 4;
      events.push([process, 'info', operation.f, operation.f === 'add' ? operation.value : null, { error: { code: 'timeout', message: '' } }]);
    } else if (operation.applied) {
      busy.delete(thread);
      events.push([process, 'ok', operation.f, operation.f === 'add' ? operation.value : operation.seen]);
    } else if (choice === 9) {
      const late = crashed.pop();
      if (late !== undefined) apply(late);
    }
  }
  return events;
}

function spoil(events: WrittenEvent[], where: number, element: number): WrittenEvent[] {
  const reads = events.flatMap((event, i) => (event[1] === 'ok' && event[2] === 'read' ? [i] : []));
  const at = reads[where % Math.max(1, reads.length)];
  if (at === undefined) return events;
  const [process, type, f, value] = events[at]!;
  const seen = value as readonly number[];
  const changed: Value = seen.includes(element) ? seen.filter((item) => item !== element) : [...seen, element];
  return events.with(at, [process, type, f, changed]);
}

/** At most 18 operations, so that the oracle stays quick. */
function short(events: readonly WrittenEvent[]): boolean {
  return events.filter(([, type]) => type === 'invoke').length <= 18;
}

describe('a set with linearizable reads', () => {
  it('is not accused when it is atomic', () => {
    fc.assert(
      fc.property(steps, (choices) => {
        const history = writtenHistory(simulate(choices));
        expect(checkSet(history).valid).not.toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('is convicted exactly where no order explains the reads, with certificates that hold', () => {
    let convicted = 0;
    fc.assert(
      fc.property(steps, fc.nat(20), fc.nat(6), fc.nat(20), fc.nat(6), (choices, where, element, where2, element2) => {
        const events = spoil(spoil(simulate(choices), where, element), where2, element2);
        fc.pre(short(events));
        const history = writtenHistory(events);
        const result = checkSet(history);
        const legal = isLinearizableCollection(history, NAMES);
        expect(result.valid === false).toBe(!legal);
        typesOf(history, result);
        if (!legal) convicted++;
      }),
      { numRuns: 4000 },
    );
    expect(convicted).toBeGreaterThan(500);
  });
});

const added = (process: number, element: Value, node = 'n1'): WrittenEvent[] => [
  [process, 'invoke', 'add', element, { node }],
  [process, 'ok', 'add', element, { node }],
];
const seen = (process: number, elements: Value, node = 'n1'): WrittenEvent[] => [
  [process, 'invoke', 'read', null, { node }],
  [process, 'ok', 'read', elements, { node }],
];
const refused = (process: number, element: Value): WrittenEvent[] => [
  [process, 'invoke', 'add', element],
  [process, 'fail', 'add', element, { error: { code: 'no-leader', message: 'no leader' } }],
];

describe('planted in a set', () => {
  const FINAL = [phase('workload'), phase('heal'), phase('final-reads')];
  const planted: readonly (readonly [string, WrittenEvent[], string[]])[] = [
    ['a lost element', [...added(0, 1), ...added(0, 2), ...FINAL, ...seen(0, [2]), ...seen(1, [2], 'n2')], ['lost']],
    ['an element on some nodes only', [...added(0, 1), ...FINAL, ...seen(0, [1]), ...seen(1, [], 'n2')], ['divergent']],
    ['a stale read', [...added(0, 1), ...seen(1, []), ...FINAL, ...seen(0, [1])], ['stale-read']],
    ['a resurrected element', [...added(0, 1), ...seen(1, [1]), ...seen(1, []), ...FINAL, ...seen(0, [1])], ['resurrected']],
    [
      'an unacknowledged element that vanished',
      [[9, 'invoke', 'add', 1], [9, 'info', 'add', 1], ...added(0, 2), ...seen(1, [1, 2]), ...seen(1, [2]), ...FINAL, ...seen(0, [2])],
      ['vanished'],
    ],
    ['an element twice in one read', [...added(0, 1), ...FINAL, ...seen(0, [1, 1])], ['duplicated']],
    ['an element that nobody added', [...added(0, 1), ...FINAL, ...seen(0, [1, 7])], ['unexpected']],
    ['an element read before it was added', [...added(0, 1), ...seen(1, [1, 2]), ...added(0, 2), ...FINAL, ...seen(0, [1, 2])], ['unexpected']],
    ['a refused element that is visible', [...added(0, 1), ...refused(0, 2), ...FINAL, ...seen(0, [1, 2])], ['failed-but-visible']],
    [
      'reads in contradictory orders',
      [
        [0, 'invoke', 'add', 1],
        [1, 'invoke', 'add', 2],
        [2, 'invoke', 'read', null],
        [3, 'invoke', 'read', null],
        [2, 'ok', 'read', [1]],
        [3, 'ok', 'read', [2]],
        [0, 'ok', 'add', 1],
        [1, 'ok', 'add', 2],
        ...FINAL,
        ...seen(0, [1, 2]),
      ],
      ['incomparable-reads'],
    ],
    [
      'a read that saw the later element only',
      [[2, 'invoke', 'read', null], ...added(0, 1), ...added(0, 2), [2, 'ok', 'read', [2]], ...FINAL, ...seen(0, [1, 2])],
      ['stale-read'],
    ],
    ['elements that are objects', [...added(0, { a: 1, b: [2] }), ...FINAL, ...seen(0, [])], ['lost']],
  ];
  it.each(planted)('%s is found', (_, events, types) => {
    const history = writtenHistory(events);
    expect(typesOf(history, checkSet(history))).toEqual(types);
  });

  it('nothing is found with eventual reads, but in the final reads', () => {
    const history = writtenHistory([...added(0, 1), ...seen(1, []), ...seen(1, [1]), ...seen(1, []), ...FINAL, ...seen(0, [1])]);
    const result = checkSet(history, { reads: 'eventual' });
    expect(result.valid).toBe(true);
    expect(result.stats).toMatchObject({ resurrected: 1, lost: 0 });
    const lost = writtenHistory([...added(0, 1), ...FINAL, ...seen(0, [])]);
    expect(typesOf(lost, checkSet(lost, { reads: 'eventual' }))).toEqual(['lost']);
  });

  it('a refusal names the error and both explanations', () => {
    const history = writtenHistory([...added(0, 1), ...refused(0, 2), ...FINAL, ...seen(0, [1, 2])]);
    const result = checkSet(history);
    expect(result.valid === false && result.anomalies[0].sentence).toContain(
      "either the system applied a write it refused, or the client's error table is wrong for no-leader",
    );
  });

  it('sets of different keys are apart', () => {
    const keyed = (events: WrittenEvent[], key: string): WrittenEvent[] => events.map(([p, t, f, v, extras]) => [p, t, f, v, { ...extras, key }]);
    const clean = writtenHistory([...keyed(added(0, 1), 'a'), ...keyed(added(0, 2), 'b'), ...FINAL, ...keyed(seen(0, [1]), 'a'), ...keyed(seen(0, [2]), 'b')]);
    expect(checkSet(clean).valid).toBe(true);
    const lost = writtenHistory([...keyed(added(0, 1), 'a'), ...keyed(added(0, 2), 'b'), ...FINAL, ...keyed(seen(0, [1]), 'a'), ...keyed(seen(0, []), 'b')]);
    expect(typesOf(lost, checkSet(lost))).toEqual(['lost']);
  });
});

describe('what a set leaves open', () => {
  const reasonsOf = (history: History): string[] => {
    const result = checkSet(history);
    return result.valid === 'unknown' ? result.reasons.map((reason) => reason.code) : [];
  };

  it('without a final read it does not know what survived', () => {
    expect(reasonsOf(writtenHistory([...added(0, 1), ...seen(0, [1]), phase('final-reads')]))).toEqual(['no-final-read']);
  });

  it('without an acknowledgement there is nothing to judge', () => {
    expect(reasonsOf(writtenHistory([]))).toEqual(['nothing-acknowledged']);
  });

  it('operations that might remove elements make it unknown, whatever was found', () => {
    const removed: WrittenEvent[] = [
      [0, 'invoke', 'remove', 1],
      [0, 'ok', 'remove', 1],
    ];
    expect(reasonsOf(writtenHistory([...added(0, 1), ...removed, ...seen(0, [])]))).toEqual(['foreign-operations']);
  });

  it('an answer that is no list makes it unknown', () => {
    expect(reasonsOf(writtenHistory([...added(0, 1), ...seen(0, 'one'), ...seen(0, [1])]))).toEqual(['malformed-read']);
  });

  it('a history from elsewhere is judged by the reads after everything had ended', () => {
    const history = writtenHistory([...added(0, 1), ...seen(0, [])]);
    expect(typesOf(history, checkSet(history))).toEqual(['lost']);
  });

  it('an exhausted budget is thrown, not taken for a verdict', () => {
    const history = writtenHistory(added(0, 1));
    expect(() => set.check(history, set.options.parse({}), { exceeded: () => 'time', progress: () => undefined })).toThrow('time');
  });
});

describe('latencies of a set', () => {
  it('tell for how long elements were missed, and since when they are lost', () => {
    const history = writtenHistory([
      [0, 'invoke', 'add', 1, { at: 0 }],
      [0, 'ok', 'add', 1, { at: 10 }],
      [0, 'invoke', 'add', 2, { at: 10 }],
      [0, 'ok', 'add', 2, { at: 20 }],
      [1, 'invoke', 'read', null, { at: 30 }],
      [1, 'ok', 'read', [2], { at: 31 }],
      phase('final-reads'),
      [1, 'invoke', 'read', null, { at: 50 }],
      [1, 'ok', 'read', [1], { at: 51 }],
    ]);
    expect(checkSet(history, { reads: 'eventual' }).stats).toMatchObject({ stableLatencyMs: { max: 20 }, lostLatencyMs: { max: 10 } });
  });
});

describe('planted in a counter', () => {
  const incremented = (process: number, tag: string): WrittenEvent[] => [
    [process, 'invoke', 'increment', tag],
    [process, 'ok', 'increment', tag],
  ];
  it.each<[string, WrittenEvent[], string[]]>([
    ['a duplicate', [...incremented(0, 'a'), ...seen(0, ['a', 'a'])], ['duplicate']],
    [
      'a duplicate of an unknown increment',
      [...incremented(0, 'a'), [1, 'invoke', 'increment', 'b'], [1, 'info', 'increment', 'b'], ...seen(0, ['a', 'b', 'b'])],
      ['duplicate'],
    ],
    ['a lost increment', [...incremented(0, 'a'), ...incremented(0, 'b'), ...seen(0, ['a'])], ['lost']],
    ['a phantom', [...incremented(0, 'a'), ...seen(0, ['a', 'z'])], ['phantom']],
    [
      'a refused increment',
      [...incremented(0, 'a'), [0, 'invoke', 'increment', 'b'], [0, 'fail', 'increment', 'b'], ...seen(0, ['a', 'b'])],
      ['failed-but-visible'],
    ],
  ])('%s is found', (_, events, types) => {
    const history = writtenHistory(events);
    expect(typesOf(history, checkCounter(history))).toEqual(types);
  });

  it('a tag that was asked for twice may be there twice, and no more', () => {
    const twice = [...incremented(0, 'a'), ...incremented(1, 'a')];
    const clean = writtenHistory([...twice, ...seen(0, ['a', 'a'])]);
    expect(checkCounter(clean).valid).toBe(true);
    const thrice = writtenHistory([...twice, ...seen(0, ['a', 'a', 'a'])]);
    expect(typesOf(thrice, checkCounter(thrice))).toEqual(['duplicate']);
  });

  it('an unknown increment may be there or not', () => {
    const unknown: WrittenEvent[] = [...incremented(0, 'a'), [1, 'invoke', 'increment', 'b'], [1, 'info', 'increment', 'b']];
    expect(checkCounter(writtenHistory([...unknown, ...seen(0, ['a'])])).valid).toBe(true);
    expect(checkCounter(writtenHistory([...unknown, ...seen(0, ['a', 'b'])])).valid).toBe(true);
  });
});
