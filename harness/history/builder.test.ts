import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History, Ns, Value } from '../contracts/index.ts';
import { NO_VALUE } from '../contracts/index.ts';
import { HistoryBuilder } from './builder.ts';
import { canonicalJson } from './canonical-json.ts';
import { eventType, INFO, isApplied, isClient } from './columns.ts';
import { indexed, type NewEvent, soundEvents, values } from './fixtures/sound-events.ts';
import { operations, outcomeOf } from './operations.ts';
import { historyFromMessage, historyToMessage } from './transfer.ts';

function built(events: readonly NewEvent[]): History {
  const builder = new HistoryBuilder();
  for (const event of events) builder.append(event);
  return builder.build();
}

const all = (history: History) => Array.from({ length: history.length }, (_, i) => history.event(i));

/** Pairs the slow way: for each completion, the last event of that process before it. */
function naivePairs(events: readonly NewEvent[]): number[] {
  const pairs = events.map(() => -1);
  events.forEach((event, i) => {
    if (event.type === 'invoke' || (typeof event.process === 'string' && event.process.startsWith('observer:'))) return;
    for (let j = i - 1; j >= 0; j--) {
      if (events[j]?.process !== event.process) continue;
      if (events[j]?.type === 'invoke') {
        pairs[i] = j;
        pairs[j] = i;
      }
      return;
    }
  });
  return pairs;
}

describe('HistoryBuilder', () => {
  it('gives back what was appended', () => {
    fc.assert(fc.property(soundEvents, (events) => void expect(all(built(events))).toEqual(indexed(events))));
  });

  it('pairs completions with invocations', () => {
    fc.assert(fc.property(soundEvents, (events) => void expect([...built(events).columns.pair]).toEqual(naivePairs(events))));
  });

  it('gives equal values equal ids, different values different ids', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 2, maxLength: 40 }), (list) => {
        const history = built(list.map((value, i): NewEvent => ({ type: 'info', process: 'observer:x', f: 'seen', value, time: i as Ns })));
        const ids = history.columns.value;
        for (let i = 0; i < list.length; i++) {
          expect(canonicalJson(history.value(ids[i]!)!)).toBe(canonicalJson(list[i]!));
          for (let j = 0; j < i; j++) expect(ids[i] === ids[j]).toBe(canonicalJson(list[i]!) === canonicalJson(list[j]!));
        }
      }),
    );
  });

  it('takes small integers as their own ids and interns the rest', () => {
    const builder = new HistoryBuilder();
    for (const value of [0, 1, 0x7fffffff]) expect(builder.valueId(value)).toBe(value);
    for (const value of [-1, 0x80000000, 1.5, '1', null, [1]]) expect(builder.valueId(value)).toBeLessThan(0);
    expect(builder.valueId(-0)).toBe(0);
    expect(builder.valueId(undefined)).toBe(NO_VALUE);
    expect(builder.valueId({ b: 1, a: [2] })).toBe(builder.valueId({ a: [2], b: 1 }));
    expect(builder.valueId({ a: '1' })).not.toBe(builder.valueId({ a: 1 }));
  });

  it('keeps apart what JSON cannot say', () => {
    const texts = [Number.NaN, Number.POSITIVE_INFINITY, 2n ** 64n, null].map((value) => canonicalJson(value as Value));
    expect(texts).toEqual(['"NaN"', '"Infinity"', '"18446744073709551616"', 'null']);
    expect(canonicalJson({ b: 1, a: undefined, c: [undefined] } as unknown as Value)).toBe('{"b":1,"c":[null]}');
  });

  it('refuses ids of another history, and events behind its end', () => {
    const history = built([{ type: 'invoke', process: 0, f: 'w', value: [1], time: 0 as Ns }]);
    expect(history.value(-1)).toEqual([1]);
    expect(history.value(NO_VALUE)).toBeUndefined();
    for (const id of [-2, -0x7fffffff, 0x80000000, 0.5, -0.5, Number.NaN]) expect(() => history.value(id)).toThrow(RangeError);
    for (const index of [-1, 1, 0.5]) expect(() => history.event(index)).toThrow(RangeError);
  });

  it('grows beyond its first capacity, and is done once built', () => {
    const builder = new HistoryBuilder({ capacity: 0 });
    const count = 70_000;
    for (let i = 0; i < count; i++) {
      builder.append({ type: i % 2 === 0 ? 'invoke' : 'ok', process: 3_000_000 + ((i % 5_000) >> 1) * 1_000, f: 'w', value: `v${i % 40_000}`, time: i as Ns });
    }
    const history = builder.build();
    for (let i = 0; i < count; i++) {
      if (history.columns.pair[i] !== (i ^ 1) || history.value(history.columns.value[i]!) !== `v${i % 40_000}` || history.columns.time[i] !== i)
        throw new Error(`event ${i}`);
    }
    expect(() => builder.append({ type: 'info', process: 'nemesis', f: 'x', value: null, time: 0 as Ns })).toThrow('built already');
  });
});

describe('operations', () => {
  it('lists the invocations of clients with their completions, once', () => {
    fc.assert(
      fc.property(soundEvents, (events) => {
        const history = built(events);
        const list = operations(history);
        const pairs = naivePairs(events);
        const invocations = events.flatMap((event, i) => (event.type === 'invoke' && typeof event.process === 'number' ? [i] : []));
        expect([...list.invocation]).toEqual(invocations);
        expect([...list.completion]).toEqual(invocations.map((i) => pairs[i]));
        for (let k = 0; k < list.count; k++)
          expect(outcomeOf(history, list, k)).toBe(list.completion[k] === -1 ? INFO : eventType(history.columns, list.completion[k]!));
        expect(operations(history)).toBe(list);
      }),
    );
  });

  it('says who is a client and what was applied', () => {
    fc.assert(
      fc.property(soundEvents, (events) => {
        const { columns } = built(events);
        events.forEach((event, i) => {
          expect(isApplied(columns, i)).toBe(event.applied !== false);
          expect(isClient(columns, i)).toBe(typeof event.process === 'number');
        });
      }),
    );
  });
});

describe('historyToMessage', () => {
  it('comes out the same behind a structured clone, over the same memory', () => {
    fc.assert(
      fc.property(soundEvents, (events) => {
        const history = built(events);
        const message = historyToMessage(history);
        expect(message.columns.time.buffer).toBe(history.columns.time.buffer);
        expect(message.columns.time.buffer).toBeInstanceOf(SharedArrayBuffer);
        expect(all(historyFromMessage(structuredClone(message)))).toEqual(indexed(events));
      }),
    );
  });

  it('takes a history of another make', () => {
    fc.assert(
      fc.property(soundEvents, (events) => {
        const original = built(events);
        const foreign: History = { ...original, length: original.length, value: (id) => original.value(id), event: (index) => original.event(index) };
        expect(all(historyFromMessage(historyToMessage(foreign)))).toEqual(indexed(events));
      }),
      { numRuns: 20 },
    );
  });

  it('is read by a worker thread without a copy', async () => {
    const history = built([
      { type: 'invoke', process: 0, f: 'write', value: { a: ['ü', 1] }, time: 1 as Ns },
      { type: 'info', process: 0, f: 'write', value: { a: ['ü', 1] }, time: 2 as Ns, error: { code: 'timeout', message: 'late' } },
    ]);
    const source = `import(${JSON.stringify(new URL('./transfer.ts', import.meta.url).href)}).then(({ historyFromMessage }) => {
      const { parentPort, workerData } = require('node:worker_threads');
      const history = historyFromMessage(workerData);
      history.columns.time[0] = 77;
      parentPort.postMessage([history.event(0), history.event(1)]);
    })`;
    const worker = new Worker(source, { eval: true, workerData: historyToMessage(history) });
    const seen = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
    expect(seen).toEqual([history.event(0), history.event(1)]);
    expect(history.columns.time[0]).toBe(77);
  });
});
