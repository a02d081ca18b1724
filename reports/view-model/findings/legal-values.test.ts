/** What a register could hold, against every order of the operations tried one by one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CertifiedOperation } from '../../../checkers/linearizability/counterexample/finding.ts';
import type { Value } from '../../../harness/contracts/index.ts';
import { valueInWords } from '../wording.ts';
import { legalValues } from './legal-values.ts';

/** A few operations on one register, their ends shuffled into one order of events. */
const history = fc
  .array(
    fc.record({
      f: fc.constantFrom('read', 'write', 'cas'),
      a: fc.integer({ min: 0, max: 2 }),
      b: fc.integer({ min: 0, max: 2 }),
      known: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .chain((ops) => fc.tuple(fc.constant(ops), fc.shuffledSubarray([...Array(ops.length * 2).keys()], { minLength: ops.length * 2, maxLength: ops.length * 2 })))
  .map(([ops, order]) =>
    ops.map(({ f, a, b, known }, i): CertifiedOperation => {
      const [call, ret] = [order[2 * i]!, order[2 * i + 1]!].sort((x, y) => x - y) as [number, number];
      const ends = known || f === 'read';
      return {
        invoke: call,
        complete: ends ? ret : null,
        process: i,
        f,
        input: f === 'read' ? null : f === 'write' ? a : [a, b],
        output: f === 'read' ? a : null,
        outcome: ends ? 'ok' : 'unknown',
        start: call,
        end: ends ? ret : null,
        node: null,
      };
    }),
  );

const step = (value: Value, op: CertifiedOperation): Value | undefined => {
  if (op.f === 'write') return op.input;
  if (op.f === 'read') return value === op.output ? value : undefined;
  const [from, to] = op.input as readonly [Value, Value];
  return value === from ? to : undefined;
};

/** Every order of every subset that contains all known operations, and how far it may have got at a moment. */
function naive(ops: readonly CertifiedOperation[], initial: Value, moment: number, last: number): Set<string> {
  const possible = new Set<string>();
  const visit = (order: readonly CertifiedOperation[], values: readonly Value[]): void => {
    const rest = ops.filter((op) => !order.includes(op) && op.invoke <= last);
    const missing = rest.filter((op) => op.end !== null && op.complete! <= last);
    if (missing.length === 0) {
      for (let done = 0; done <= order.length; done++) {
        const begun = order.slice(0, done).every((op) => op.invoke <= moment);
        const ended = order.slice(done).every((op) => op.complete === null || op.complete > moment);
        if (begun && ended) possible.add(JSON.stringify(values[done]));
      }
    }
    for (const op of rest) {
      const overtakes = rest.some((other) => other !== op && other.complete !== null && other.complete < op.invoke);
      const value = step(values.at(-1)!, op);
      if (!overtakes && value !== undefined) visit([...order, op], [...values, value]);
    }
  };
  visit([], [initial]);
  return possible;
}

describe('legal values', () => {
  test('are those that some order of the operations leads to', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 2 }), (ops, initial) => {
        const last = Math.max(...ops.map((op) => op.complete ?? op.invoke)) + 1;
        const segments = legalValues(ops, initial, { event: last, time: last });
        for (let moment = Math.min(...ops.map((op) => op.invoke)); moment < last; moment++) {
          const expected = [...naive(ops, initial, moment, last)].sort();
          const found = segments?.find((segment) => segment.from.event <= moment && moment < segment.to.event)?.values;
          expect([...(found ?? [])].sort()).toEqual(expected.map((text) => valueInWords(JSON.parse(text) as Value)));
        }
      }),
      { numRuns: 400 },
    );
  });

  test('are anything before the first operation that counts, where the beginning is unknown', () => {
    const write = { invoke: 2, complete: 3, process: 0, f: 'write', input: 5, output: null, outcome: 'ok', start: 2, end: 3, node: null } as const;
    const read = { invoke: 0, complete: 1, process: 1, f: 'read', input: null, output: null, outcome: 'unknown', start: 0, end: null, node: null } as const;
    const segments = legalValues([read, write], undefined, { event: 9, time: 9 });
    expect(segments?.map(({ values }) => values)).toEqual([[], ['5']]);
  });

  test('are not drawn for what is no register, nor for too many operations', () => {
    const append = { invoke: 0, complete: 1, process: 0, f: 'append', input: 'a', output: null, outcome: 'ok', start: 0, end: 1, node: null } as const;
    expect(legalValues([append], '', { event: 9, time: 9 })).toBeUndefined();
    const many = Array.from({ length: 15 }, (_, i) => ({ ...append, f: 'write', invoke: i, complete: i + 100 }));
    expect(legalValues(many, null, { event: 900, time: 9 })).toBeUndefined();
  });
});
