import { describe, expect, it } from 'vitest';
import type { Result, Value } from '../../../harness/contracts/index.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { verifyCertificate } from '../../certificates/registry.ts';
import { MODELS } from '../../registry/models.ts';
import { type WrittenEvent, writtenHistory } from '../../testing/written-history.ts';
import { linearizable } from '../checker.ts';
import { builtInModel, MODEL_NAMES } from './catalogue.ts';
import type { Model } from './model.ts';
import { PersistentMap } from './persistent-map.ts';

const REFUSED = { applied: false } as const;

/** An operation that is over before the next one begins. */
type Done = readonly [process: number, f: string, input: Value, output?: Value | 'unknown' | 'refused'];

const events = (operations: readonly Done[]): WrittenEvent[] =>
  operations.flatMap(([process, f, input, output = null]): WrittenEvent[] => [
    [process, 'invoke', f, input],
    output === 'unknown' ? [process, 'info', f, input] : [process, 'ok', f, output === 'refused' ? input : output, output === 'refused' ? REFUSED : {}],
  ]);

function check(model: string, operations: readonly Done[], init?: Value): Result {
  const options = linearizable.options.parse({ model, ...(init === undefined ? {} : { init }) });
  const history = writtenHistory(events(operations));
  const result = linearizable.check(history, options, UNLIMITED);
  if (result.valid === false) expect(verifyCertificate(history, result.anomalies[0])).toMatchObject({ ok: true });
  return result;
}

describe('the catalogue', () => {
  it('and the registry say the same', () => {
    expect(Object.keys(MODELS)).toEqual(MODEL_NAMES);
    for (const [name, { summary, fs, defaultInit, failedCas }] of Object.entries(MODELS)) {
      const model = builtInModel(name);
      expect([name, summary, fs, failedCas === 'observation']).toEqual([model.name, model.summary, model.fs, model.failedConditions === 'observation']);
      expect(model.madeFrom ?? (model.show ? model.show(model.init) : model.init)).toEqual(defaultInit);
    }
  });

  it.each(Object.entries(MODELS))('loads %s, and remakes it from what a certificate keeps', async (name, { load, defaultInit }) => {
    const model = (await load())(defaultInit) as Model;
    const again = builtInModel(name, model.madeFrom ?? (model.show ? model.show(model.init) : (model.init as Value)));
    expect(again.key?.(again.init) ?? again.init).toEqual(model.key?.(model.init) ?? model.init);
  });

  it.each<[string, Value]>([
    ['fifo-queue', 3],
    ['stack', [1, null]],
    ['priority-queue', ['a']],
    ['set', {}],
    ['mutex', 'no'],
    ['reentrant-mutex', { by: 1 }],
    ['fenced-mutex', 1.5],
    ['semaphore', -1],
    ['counter', null],
    ['bounded-counter', { count: 3, min: 0, max: 2 }],
    ['multi-register', { a: 1 }],
    ['leader-election', [1]],
  ])('%s refuses to start from %j', (name, init) => {
    expect(() => builtInModel(name, init)).toThrow(expect.objectContaining({ code: 'ORDEAL_BAD_OPTION' }));
  });
});

describe.each<[string, readonly Done[], boolean, Value?]>([
  [
    'fifo-queue',
    [
      [0, 'enqueue', 1],
      [0, 'enqueue', 2],
      [1, 'dequeue', null, 1],
      [1, 'dequeue', null, 2],
      [1, 'dequeue', null, null],
    ],
    true,
  ],
  [
    'fifo-queue',
    [
      [0, 'enqueue', 1],
      [0, 'enqueue', 2],
      [1, 'dequeue', null, 2],
    ],
    false,
  ],
  [
    'fifo-queue',
    [
      [0, 'enqueue', 1],
      [1, 'dequeue', null, 'refused'],
    ],
    false,
  ],
  [
    'fifo-queue',
    [
      [0, 'enqueue', 1],
      [1, 'dequeue', null, 'unknown'],
      [2, 'dequeue', null, 'refused'],
    ],
    true,
  ],
  [
    'fifo-queue',
    [
      [1, 'dequeue', null, 8],
      [0, 'enqueue', 1],
      [1, 'dequeue', null, 9],
    ],
    true,
    [8, 9],
  ],
  [
    'unordered-queue',
    [
      [0, 'enqueue', 1],
      [0, 'enqueue', 2],
      [1, 'dequeue', null, 2],
      [1, 'dequeue', null, 1],
    ],
    true,
  ],
  [
    'unordered-queue',
    [
      [0, 'enqueue', 1],
      [1, 'dequeue', null, 1],
      [1, 'dequeue', null, 1],
    ],
    false,
  ],
  [
    'unordered-queue',
    [
      [0, 'enqueue', 1],
      [1, 'dequeue', null, 'unknown'],
      [0, 'dequeue', null, null],
      [0, 'enqueue', 2],
      [0, 'dequeue', null, 1],
    ],
    false,
  ],
  [
    'unordered-queue',
    [
      [0, 'enqueue', 1],
      [1, 'dequeue', null, 'unknown'],
      [0, 'enqueue', 2],
      [0, 'dequeue', null, 1],
    ],
    true,
  ],
  [
    'stack',
    [
      [0, 'push', 1],
      [0, 'push', 2],
      [1, 'pop', null, 2],
      [1, 'pop', null, 1],
      [1, 'pop', null, null],
    ],
    true,
  ],
  [
    'stack',
    [
      [0, 'push', 1],
      [0, 'push', 2],
      [1, 'pop', null, 1],
    ],
    false,
  ],
  [
    'priority-queue',
    [
      [0, 'insert', 2],
      [0, 'insert', 1],
      [1, 'delete-min', null, 1],
      [1, 'delete-min', null, 2],
    ],
    true,
  ],
  [
    'priority-queue',
    [
      [0, 'insert', 2],
      [0, 'insert', 1],
      [1, 'delete-min', null, 2],
    ],
    false,
  ],
  [
    'set',
    [
      [0, 'add', 1, true],
      [0, 'add', 1, false],
      [1, 'contains', 1, true],
      [1, 'remove', 1, true],
      [0, 'remove', 1, false],
      [0, 'read', null, []],
    ],
    true,
  ],
  [
    'set',
    [
      [0, 'add', 1, 1],
      [1, 'add', 1, true],
    ],
    false,
  ],
  [
    'set',
    [
      [0, 'add', 1],
      [0, 'add', 'a'],
      [1, 'read', null, ['a', 1]],
    ],
    true,
  ],
  [
    'set',
    [
      [0, 'add', 1],
      [1, 'read', null, []],
    ],
    false,
  ],
  [
    'mutex',
    [
      [0, 'acquire', null],
      [1, 'release', null],
      [1, 'acquire', null],
    ],
    true,
  ],
  [
    'mutex',
    [
      [0, 'acquire', null],
      [1, 'acquire', null],
    ],
    false,
  ],
  [
    'mutex',
    [
      [0, 'acquire', null],
      [1, 'acquire', null, 'refused'],
    ],
    true,
  ],
  ['mutex', [[1, 'release', null]], true, true],
  [
    'owner-aware-mutex',
    [
      [0, 'acquire', null],
      [1, 'release', null],
    ],
    false,
  ],
  [
    'owner-aware-mutex',
    [
      [0, 'acquire', null],
      [0, 'release', null],
      [1, 'acquire', null],
      [0, 'release', null, 'refused'],
    ],
    true,
  ],
  [
    'owner-aware-mutex',
    [
      [0, 'acquire', { client: 'a' }],
      [1, 'release', { client: 'a' }],
    ],
    true,
  ],
  [
    'owner-aware-mutex',
    [
      [0, 'acquire', null, 'unknown'],
      [1, 'acquire', null],
      [1, 'release', null],
      [1, 'acquire', null],
    ],
    true,
  ],
  [
    'reentrant-mutex',
    [
      [0, 'acquire', null],
      [0, 'acquire', null],
      [0, 'release', null],
      [1, 'acquire', null, 'refused'],
      [0, 'release', null],
      [1, 'acquire', null],
    ],
    true,
  ],
  [
    'reentrant-mutex',
    [
      [0, 'acquire', null],
      [0, 'acquire', null],
      [0, 'release', null],
      [1, 'acquire', null],
    ],
    false,
  ],
  [
    'fenced-mutex',
    [
      [0, 'acquire', null, 4],
      [0, 'release', null],
      [1, 'acquire', null, 5],
    ],
    true,
  ],
  [
    'fenced-mutex',
    [
      [0, 'acquire', null, 4],
      [0, 'release', null],
      [1, 'acquire', null, 4],
    ],
    false,
  ],
  ['fenced-mutex', [[0, 'acquire', null, 3]], false, 3],
  [
    'semaphore',
    [
      [0, 'acquire', null],
      [1, 'acquire', 2],
      [2, 'acquire', null, 'refused'],
      [1, 'release', 2],
      [2, 'acquire', null],
    ],
    true,
    3,
  ],
  [
    'semaphore',
    [
      [0, 'acquire', null],
      [1, 'acquire', null],
    ],
    false,
  ],
  [
    'leader-election',
    [
      [0, 'elect', null, [1, 'a']],
      [1, 'inspect', null, [2, 'b']],
      [1, 'inspect', null, [1, null]],
      [0, 'inspect', null, [1, 'a']],
    ],
    true,
  ],
  [
    'leader-election',
    [
      [0, 'elect', null, [1, 'a']],
      [1, 'elect', null, [1, 'b']],
    ],
    false,
  ],
  [
    'counter',
    [
      [0, 'add', 5],
      [1, 'add-and-get', null, 6],
      [1, 'read', null, 6],
    ],
    true,
  ],
  [
    'counter',
    [
      [0, 'add', 5],
      [1, 'read', null, 4],
    ],
    false,
  ],
  [
    'bounded-counter',
    [
      [0, 'add', 1],
      [1, 'add', 1, 'refused'],
      [1, 'read', null, 1],
    ],
    true,
    { count: 0, min: 0, max: 1 },
  ],
  [
    'bounded-counter',
    [
      [0, 'add', 1],
      [1, 'add', 1],
    ],
    false,
    { count: 0, min: 0, max: 1 },
  ],
  [
    'multi-register',
    [
      [
        0,
        'txn',
        null,
        [
          ['w', 'x', 1],
          ['w', 'y', 2],
        ],
      ],
      [
        1,
        'txn',
        null,
        [
          ['read', 'x', 1],
          ['read', 'y', 2],
        ],
      ],
    ],
    true,
  ],
  [
    'multi-register',
    [
      [
        0,
        'txn',
        null,
        [
          ['w', 'x', 1],
          ['w', 'y', 2],
        ],
      ],
      [
        1,
        'txn',
        null,
        [
          ['read', 'x', 1],
          ['read', 'y', null],
        ],
      ],
    ],
    false,
  ],
  [
    'kv',
    [
      [0, 'put', 'a'],
      [0, 'cas', ['a', 'b']],
      [0, 'append', 'c'],
      [1, 'get', null, 'bc'],
      [1, 'delete', null],
      [1, 'get', null, null],
      [1, 'cas', [null, 'd']],
    ],
    true,
  ],
  [
    'kv',
    [
      [0, 'put', 'a'],
      [0, 'cas', ['b', 'c'], 'refused'],
      [0, 'cas', ['a', 'c']],
      [1, 'get', null, 'a'],
    ],
    false,
  ],
])('%s %j', (model, operations, valid, init) => {
  it(valid ? 'is valid' : 'is convicted, and the certificate holds', () => {
    expect(check(model, operations, init).valid).toBe(valid);
  });
});

describe('a persistent map', () => {
  it('is what a map is, and older ones stay as they are', () => {
    const versions: [PersistentMap<number>, Map<string | number, number>][] = [[PersistentMap.empty(), new Map()]];
    for (let i = 0; i < 400; i++) {
      const [map, plain] = versions.at(-1)!;
      const key = (i * 7919) % 23 < 12 ? (i * 31) % 17 : `k${(i * 13) % 11}`;
      const next = new Map(plain);
      if (i % 3 === 0) next.delete(key);
      else next.set(key, i);
      versions.push([i % 3 === 0 ? map.delete(key) : map.set(key, i), next]);
    }
    for (const [map, plain] of versions) {
      const numbers = [...plain].filter(([key]) => typeof key === 'number').sort((a, b) => (a[0] as number) - (b[0] as number));
      const strings = [...plain].filter(([key]) => typeof key === 'string').sort((a, b) => (a[0] < b[0] ? -1 : 1));
      expect(map.entries()).toEqual([...numbers, ...strings]);
      expect(map.size).toBe(plain.size);
      expect(map.firstKey()).toBe([...numbers, ...strings][0]?.[0]);
      for (const [key, value] of plain) expect(map.get(key)).toBe(value);
    }
  });
});
