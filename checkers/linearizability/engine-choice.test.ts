import { describe, expect, it } from 'vitest';
import { UNLIMITED } from '../budget/budget.ts';
import { type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { linearizable } from './checker.ts';
import { judge } from './judge.ts';
import { builtInModel } from './models/catalogue.ts';
import type { Engine } from './search/engine.ts';
import { ENGINE_NAMES } from './search/engine-names.ts';
import { ENGINES } from './search/engines.ts';

const model = builtInModel('cas-register', null);
const refuses: Engine = { name: 'for-others', decide: () => ({ kind: 'undecided', why: 'unsuitable', explored: 0 }) };
const written = (key: string): WrittenEvent[] => [
  [0, 'invoke', 'write', 1, { key }],
  [0, 'ok', 'write', 1, { key }],
];
const history = writtenHistory([...written('a'), ...written('b')]);
const judged = (...engines: Engine[]) => judge('linearizable', history, model, undefined, UNLIMITED, engines);

describe('the engine that decides', () => {
  it('is the first that is made for it, and is named', () => {
    expect(judged(refuses, ...ENGINES)).toMatchObject({ valid: true, stats: { engine: expect.not.stringContaining('for-others'), undecidedKeys: 0 } });
  });

  it('leaves the verdict open where it is the only one asked and is made for others: no key is called valid', () => {
    const result = judged(refuses);
    expect(result).toMatchObject({ valid: 'unknown', stats: { engine: 'none', undecidedKeys: 2 } });
    expect(result.valid === 'unknown' && result.reasons.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'engine-unsuitable: the engine for-others is not made for keys a, b',
    ]);
  });

  it('can be named by every name that there is, and by no other', () => {
    for (const engine of ENGINE_NAMES) expect(linearizable.check(history, linearizable.options.parse({ init: null, engine }), UNLIMITED).valid).not.toBe(false);
    expect(() => linearizable.options.parse({ engine: 'for-others' })).toThrow(/unknown engine.*known/);
  });
});
