import { describe, expect, it } from 'vitest';
import type { Generator, Ns, Value } from '../contracts/index.ts';
import { limit } from './bound.ts';
import { friendlyExceptions, validate } from './guard.ts';
import type { Liftable } from './lift.ts';
import { clients } from './route.ts';
import { imperfect, invocations, perfect, quick } from './simulate.ts';
import { sleep } from './special.ts';
import { filter, fMap, map, onUpdate, trace } from './transform.ts';

const numbers: Liftable = [1, 2, 3, 4, 5].map((value) => ({ f: value % 2 ? 'odd' : 'even', value }));
const values = (generator: Liftable): Value[] => invocations(quick(clients(generator))).map(({ value }) => value);

describe('map, fMap and filter', () => {
  it('change, rename and drop operations, but not the special ones', () => {
    expect(values(map((op) => ({ ...op, value: Number(op.value) * 10 }), numbers))).toEqual([10, 20, 30, 40, 50]);
    expect(invocations(quick(clients(fMap({ odd: 'strange' }, numbers)))).map(({ f }) => f)).toEqual(['strange', 'even', 'strange', 'even', 'strange']);
    expect(values(filter(({ f }) => f === 'even', numbers))).toEqual([2, 4]);
    const slept = perfect(
      clients(
        filter(
          ({ f }) => f !== 'sleep',
          map((op) => ({ ...op, f: 'x' }), [sleep(50 as Ns), { f: 'a' }]),
        ),
      ),
      { concurrency: 1 },
    );
    expect(slept.map(({ f, time }) => [f, time])).toEqual([
      ['x', 50],
      ['x', 60],
    ]);
  });

  it('filter says so when nothing ever matches', () => {
    expect(() =>
      quick(
        filter(
          () => false,
          () => ({ f: 'a' }),
        ),
      ),
    ).toThrow(/in a row did not match/);
  });
});

describe('onUpdate', () => {
  it('reacts to completions', () => {
    const untilOks = (left: number): Generator =>
      onUpdate(
        (self, _, event) => {
          if (event.type !== 'ok') return self;
          return left > 1 ? untilOks(left - 1) : null;
        },
        () => ({ f: 'w' }),
      );
    const types = imperfect(clients(untilOks(2)), { concurrency: 1 }).map(({ type }) => type);
    expect(types.filter((type) => type === 'ok')).toHaveLength(2);
    expect(types).toHaveLength(12);
  });
});

describe('trace', () => {
  it('writes questions and events, and changes nothing', () => {
    const lines: string[] = [];
    const plain = perfect(clients(limit(2, () => ({ f: 'w' }))));
    expect(perfect(trace('top', clients(limit(2, () => ({ f: 'w' }))), (line) => lines.push(line)))).toEqual(plain);
    expect(lines[0]).toMatch(/^top at 0 op: \{"kind":"op","op":\{"f":"w"/);
    expect(lines.some((line) => /^top at 10 update: .*"type":"ok"/.test(line))).toBe(true);
  });
});

describe('validate and friendlyExceptions', () => {
  const giving = (op: object): Generator => ({ op: () => ({ kind: 'op', op: op as never, next: giving(op) }), update: () => giving(op) });

  it('refuse operations that cannot be carried out', () => {
    const good = { f: 'w', value: 1, time: 0, process: 0 };
    expect(() => quick(limit(1, validate(giving(good))))).not.toThrow();
    for (const [bad, words] of [
      [{ ...good, f: '' }, /f is not a name/],
      [{ ...good, value: undefined }, /has no value/],
      [{ ...good, time: 0.5 }, /0\.5, is not a number of ns/],
      [{ ...good, time: -1 }, /-1, is not/],
      [{ ...good, process: 9 }, /no process 9/],
      [{ ...good, process: 'observer:x' }, /no process observer:x/],
      [{ ...good, key: {} }, /key is neither/],
    ] as const)
      expect(() => quick(validate(giving(bad)))).toThrow(words);
    expect(() => perfect(limit(2, validate(giving(good))))).toThrow(/process 0 is busy/);
  });

  it('say what the generator was asked when it threw', () => {
    const broken: Liftable = () => {
      throw new TypeError('no such thing');
    };
    expect(() => quick(friendlyExceptions(broken))).toThrow(/a generator threw in op: no such thing .*time 0 ns; 3 threads, busy: none/);
    const inUpdate = onUpdate(
      () => {
        throw new TypeError('no such thing');
      },
      limit(1, () => ({ f: 'w' })),
    );
    expect(() => quick(friendlyExceptions(inUpdate))).toThrow(/threw in update: no such thing .*"type":"invoke"/);
  });
});

describe('simulate', () => {
  it('says so when a generator waits for nothing', () => {
    const never: Generator = { op: () => ({ kind: 'pending' }), update: () => never };
    expect(() => quick(never)).toThrow(/nothing in flight and no time to wake/);
  });
});
