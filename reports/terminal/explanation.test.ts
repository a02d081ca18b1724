import { describe, expect, it } from 'vitest';
import { UNLIMITED } from '../../checkers/budget/budget.ts';
import { linearizable } from '../../checkers/linearizability/checker.ts';
import { type WrittenEvent, writtenHistory } from '../../checkers/testing/written-history.ts';
import type { Anomaly } from '../../harness/contracts/index.ts';
import { explanation } from './explanation.ts';
import { lanes } from './lanes.ts';
import { paintFor } from './style.ts';

const plain = paintFor({ NO_COLOR: '1' });

function convicted(events: readonly WrittenEvent[], options: object = { init: null }): Anomaly {
  const result = linearizable.check(writtenHistory(events), linearizable.options.parse(options), UNLIMITED);
  if (result.valid !== false) throw new Error('not convicted');
  return result.anomalies[0];
}

const stale: WrittenEvent[] = [
  [0, 'invoke', 'write', 5, { key: 4, node: 'n1', at: 12_000 }],
  [0, 'ok', 'write', 5, { key: 4, node: 'n1', at: 12_010 }],
  [1, 'invoke', 'write', 7, { key: 4, node: 'n2', at: 12_200 }],
  [1, 'ok', 'write', 7, { key: 4, node: 'n2', at: 12_210 }],
  [3, 'invoke', 'read', null, { key: 4, node: 'n3', at: 12_480 }],
  [3, 'ok', 'read', 5, { key: 4, node: 'n3', at: 12_482 }],
];

describe('the explanation of a conviction', () => {
  it('tells the longest order with its states, what refuses the last operation, and draws them', () => {
    expect(explanation(convicted(stale), '  ', plain).join('\n')).toMatchInlineSnapshot(`
      "  The longest order that can be had, from null, and the state after each (3 of 3 operations on key 4 are enough):
          1  write 5   process 0 on n1  12.000 s – 12.010 s  → 5
          2  write 7   process 1 on n2  12.200 s – 12.210 s  → 7
          ✗  read → 5  process 3 on n3  12.480 s – 12.482 s  cannot be placed

        read → 5 fits nowhere. It must come after 1 – 2. The only state that it can meet:
          7: a read returns 7, not 5

        process 0 n1  ├ write 5 ┤
        process 1 n2             ├ write 7 ┤
        process 3 n3                        ├ read → 5 ┤ ✗"
    `);
  });

  it('tells numbers of events where there are no times', () => {
    const untimed = stale.map(([process, type, f, value], i): WrittenEvent => [process, type, f, value, { at: i / 1_000_000 }]);
    const text = explanation(convicted(untimed), '', plain).join('\n');
    expect(text).toContain('event 4 – 5');
    expect(text).not.toMatch(/\d s\b/);
  });

  it('leaves the bar of what got no answer open', () => {
    const unanswered: WrittenEvent[] = [
      [0, 'invoke', 'write', 5],
      [1, 'invoke', 'read', null],
      [1, 'ok', 'read', 5],
      [2, 'invoke', 'read', null],
      [2, 'ok', 'read', null],
    ];
    const text = explanation(convicted(unanswered), '', plain).join('\n');
    expect(text).toMatch(/write 5 +process 0 +0\.001 s – \(no answer\) +→ 5/);
    expect(text).toMatch(/process 0 +├ write 5 ┄+$/m);
  });

  it('cannot be made to move the cursor by what a system says', () => {
    const events: WrittenEvent[] = [
      [0, 'invoke', 'put', '\u001b[2J\n'],
      [0, 'ok', 'put', '\u001b[2J\n'],
      [1, 'invoke', 'get', null],
      [1, 'ok', 'get', 'x'],
    ];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they must not be there
    expect(explanation(convicted(events, { model: 'kv' }), '', plain).join('')).not.toMatch(/[\u0000-\u001f]/);
  });

  it('is empty for certificates that show no order', () => {
    expect(explanation({ certificate: { kind: 'set/lost', data: {} } }, '', plain)).toEqual([]);
    const anomaly = convicted(stale);
    const { prefix: _, ...without } = anomaly.certificate.data as { prefix?: unknown };
    expect(explanation({ certificate: { ...anomaly.certificate, data: without as never } }, '', plain)).toEqual([]);
  });
});

describe('lanes', () => {
  const op = (index: number, complete: number | null, process: number, label: string) => ({ op: index, complete, process, node: null, label, mark: '' });

  it('keep events in their order, and labels whole', () => {
    expect(lanes([op(0, 3, 0, 'write 1'), op(1, 2, 1, 'read → 1'), op(4, null, 0, 'write 2'), op(5, 6, 1, 'x')], 80)).toEqual([
      'process 0  ├ write 1 ───┤ ├ write 2 ┄┄',
      'process 1   ├ read → 1 ┤   ├ x ┤',
    ]);
  });

  it('are not drawn where they would be too long', () => {
    expect(lanes([op(0, 1, 0, 'a label that is long')], 30)).toBeUndefined();
  });
});
