import { describe, expect, it } from 'vitest';
import { createRng } from '../../harness/random/rng.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { sideEffects } from './side-effects.ts';
import { compareWithNaive } from './testing/compare.ts';

const check = (events: readonly WrittenEvent[], guarantee?: string) =>
  sideEffects.check(writtenHistory(events), sideEffects.options.parse(guarantee === undefined ? {} : { guarantee }), UNLIMITED);
const END: WrittenEvent = ['observer:ledger', 'info', 'complete', 'plain'];
const effect = (key: number): WrittenEvent => ['observer:ledger', 'info', 'effect', { amount: 3 }, { key }];
const asked = (key: number): WrittenEvent => [key, 'invoke', 'request', { amount: 3 }, { key }];
const done = (key: number, type: 'ok' | 'info' | 'fail', more: object = {}): WrittenEvent => [key, type, 'request', null, { key, ...more }];

describe('the checker side-effects', () => {
  it('agrees with the definition on random histories, and its certificates hold', () => {
    expect(compareWithNaive(6_000, 20_261_126)).toMatchObject({ histories: 6_000, mismatches: [] });
  });

  it('tells a double charge as what it is', () => {
    const events = [asked(0), effect(0), effect(0), done(0, 'ok'), END];
    const result = check(events);
    expect(result.valid === false && result.anomalies).toMatchObject([
      {
        type: 'duplicate-effect',
        ops: [0, 1, 2],
        sentence: 'request 0 ({"amount":3}) was made by process 0 at 0.001 s, and its effect happened twice: at 0.002 s, at 0.003 s',
      },
    ]);
    expect(check(events, 'at-least-once').valid).toBe(true);
  });

  it('lets an unknown outcome have its effect or not, but never two', () => {
    const ok = [asked(9), effect(9), done(9, 'ok')];
    expect(check([...ok, asked(0), done(0, 'info'), END]).valid).toBe(true);
    expect(check([...ok, asked(0), done(0, 'info'), effect(0), END]).valid).toBe(true);
    expect(check([...ok, asked(0), effect(0), effect(0), END]).valid).toBe(false);
  });

  it('says of a failure with an effect who may be wrong', () => {
    const result = check([asked(0), done(0, 'fail', { error: { code: 'timeout', message: '' } }), effect(0), END]);
    expect(result.valid === false && result.anomalies[0]).toMatchObject({ type: 'failed-but-visible' });
    expect(result.valid === false && result.anomalies[0].sentence).toContain(
      "either the system applied a request it refused, or the client's error table is wrong for timeout",
    );
  });

  it('does not know what is lost while the ledger was not read to its end', () => {
    const events = [asked(0), done(0, 'ok'), asked(1), effect(1), done(1, 'ok')];
    expect(check(events)).toMatchObject({ valid: 'unknown', reasons: [{ code: 'ledger-incomplete' }] });
    expect(check([...events, END])).toMatchObject({ valid: false, stats: { lost: 1 } });
    expect(check([...events, END, asked(2)])).toMatchObject({ valid: 'unknown' });
  });

  it('does not know whose an effect is that names nobody', () => {
    const events: WrittenEvent[] = [asked(0), effect(0), ['observer:ledger', 'info', 'effect', { amount: 3 }], done(0, 'ok'), END];
    expect(check(events)).toMatchObject({ valid: 'unknown', reasons: [{ code: 'untagged-effect' }] });
  });

  it('judges several operations by one ledger, and each by its name', () => {
    const named = (f: string, key: number, type: 'invoke' | 'ok'): WrittenEvent => [key, type, f, null, { key }];
    const events = [
      named('order', 0, 'invoke'),
      effect(0),
      named('order', 0, 'ok'),
      named('refund', 1, 'invoke'),
      effect(1),
      effect(1),
      named('refund', 1, 'ok'),
      END,
    ];
    const judged = (request: readonly string[]) => sideEffects.check(writtenHistory(events), sideEffects.options.parse({ request }), UNLIMITED);
    const result = judged(['order', 'refund']);
    expect(result.valid === false && result.anomalies.map(({ sentence }) => sentence)).toEqual([expect.stringMatching(/^refund 1 .* happened twice/)]);
    expect(judged(['order'])).toMatchObject({ valid: false, anomalies: [{ type: 'effect-without-intent' }, { type: 'effect-without-intent' }] });
  });

  it('does not take two intents of one tag for a duplicate', () => {
    const again: WrittenEvent = [5, 'invoke', 'request', { amount: 3 }, { key: 0 }];
    expect(check([asked(0), effect(0), done(0, 'ok'), again, effect(0), [5, 'ok', 'request', null, { key: 0 }], END])).toMatchObject({
      valid: 'unknown',
      reasons: [{ code: 'ambiguous-intent' }],
    });
  });

  it('finds each anomaly in a long history that is right otherwise, and nothing in the right one', () => {
    const good: WrittenEvent[] = [];
    for (let key = 0; key < 10_000; key++) good.push(asked(key), effect(key), done(key, key % 7 === 0 ? 'info' : 'ok'));
    expect(check([...good, END]).valid).toBe(true);
    const rng = createRng('inject');
    for (let n = 0; n < 5; n++) {
      const at = 3 * rng.int(0, 1_000) + 3;
      const victim = good.findIndex((event, i) => i > at && event[1] === 'ok');
      const key = victim / 3 - 2 / 3;
      const types = (events: readonly WrittenEvent[]) => {
        const result = check([...events, END]);
        return result.valid === false ? result.anomalies.map(({ type }) => type) : [];
      };
      expect(types([...good, effect(key)])).toEqual(['duplicate-effect']);
      expect(types(good.toSpliced(victim - 1, 1))).toEqual(['lost-effect']);
      expect(types(good.toSpliced(victim, 1, done(key, 'fail')))).toEqual(['failed-but-visible']);
      expect(types([...good, effect(10_001 + n)])).toEqual(['effect-without-intent']);
    }
  });

  it('refuses wrong certificates', () => {
    const history = writtenHistory([asked(0), effect(0), done(0, 'ok'), asked(1), effect(1), done(1, 'ok'), END]);
    const verify = (type: string, data: object) =>
      verifyCertificate(history, { type, ops: [0], sentence: '', certificate: { kind: `side-effects/${type}`, data: { requests: ['request'], ...data } } }).ok;
    expect(verify('duplicate-effect', { invoked: 0, first: 1, second: 1 })).toBe(false);
    expect(verify('duplicate-effect', { invoked: 0, first: 1, second: 4 })).toBe(false);
    expect(verify('lost-effect', { invoked: 0 })).toBe(false);
    expect(verify('failed-but-visible', { invoked: 0, effect: 1 })).toBe(false);
    expect(verify('effect-without-intent', { effect: 4 })).toBe(false);
    expect(verify('effect-without-intent', { effect: 0 })).toBe(false);
  });
});
