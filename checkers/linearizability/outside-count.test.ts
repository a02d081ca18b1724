import { describe, expect, it } from 'vitest';
import type { Event, History, Ns, Value } from '../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../harness/history/builder.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { judge } from './judge.ts';
import { builtInModel } from './models/catalogue.ts';

/** One client's operations, one after the other: `[f, input, output]`, `'fail'` for an output that is none. */
function inTurn(operations: readonly (readonly [f: string, input: Value, output: Value])[]): History {
  const builder = new HistoryBuilder();
  let time = 0;
  const append = (event: Omit<Event, 'index' | 'time'>): number => builder.append({ ...event, time: (++time * 1_000_000) as Ns });
  for (const [f, input, output] of operations) {
    append({ process: 0, type: 'invoke', f, value: input });
    if (output === 'fail') append({ process: 0, type: 'fail', f, value: input, error: { code: 'refused', message: '' } });
    else append({ process: 0, type: 'ok', f, value: output });
  }
  return builder.build();
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const COUNTER = builtInModel('counter', 0);

function convicted(history: History, model = COUNTER) {
  const result = judge('linearizable', history, model, undefined, UNLIMITED);
  if (result.valid !== false) throw new Error(`it is ${result.valid}`);
  const [anomaly] = result.anomalies;
  expect(verifyCertificate(history, anomaly)).toMatchObject({ ok: true });
  return anomaly;
}

describe('counts that cannot be', () => {
  it('are convicted by sums in long histories', () => {
    const anomaly = convicted(inTurn([...times(30, ['add', 2, null] as const), ['read', null, 62]]));
    expect(anomaly).toMatchObject({ certificate: { kind: 'linearizability/outside-count', data: { observed: 62, least: 60, most: 60 } } });
    expect(anomaly.sentence).toContain('the count could be nothing but 60');
  });

  it('are told with all operations in short ones', () => {
    expect(convicted(inTurn([...times(3, ['add', 2, null] as const), ['read', null, 8]]))).toMatchObject({
      certificate: { kind: 'linearizability/sub-history' },
    });
  });

  it('are blamed on failed operations where these explain them', () => {
    const anomaly = convicted(
      inTurn([
        ['add', 5, null],
        ['add', 2, 'fail'],
        ['read', null, 7],
      ]),
    );
    expect(anomaly).toMatchObject({ type: 'failed-but-visible', certificate: { data: { culprits: [2] } } });
    expect(anomaly.sentence).toMatch(/either the system applied a write it refused, or the client's error table is wrong for refused$/);
  });

  it('are convicted where nothing shows the count, but it has limits', () => {
    const anomaly = convicted(
      inTurn([
        ...times(20, [
          ['acquire', null, null],
          ['release', null, null],
        ] as const).flat(),
        ...times(3, ['acquire', null, null] as const),
      ]),
      builtInModel('semaphore', 2),
    );
    expect(anomaly.certificate.kind).toBe('linearizability/outside-count');
    expect(anomaly.sentence).toContain('the count would be at most -1, and it is never less than 0');
  });

  it('are not believed of a certificate that claims them of counts that can be', () => {
    const history = inTurn([...times(30, ['add', 2, null] as const), ['read', null, 62]]);
    const anomaly = convicted(history);
    const sound = inTurn([...times(31, ['add', 2, null] as const), ['read', null, 62]]);
    const { data } = anomaly.certificate;
    const failing = sound.length - 2;
    const moved = { ...anomaly, ops: [failing], certificate: { ...anomaly.certificate, data: { ...(data as object), failing, until: failing + 1 } as Value } };
    expect(verifyCertificate(sound, moved)).toEqual({ ok: false, why: 'the count could be 62 to 62' });
    expect(verifyCertificate(history, { ...anomaly, type: 'failed-but-visible' }).ok).toBe(false);
  });
});
