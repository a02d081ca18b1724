/** Anomalies of transactions as text: for the eye that knows no colours, and for narrow terminals. */
import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import type { Anomaly } from '../../harness/contracts/index.ts';
import { material } from '../testing/scenario.ts';
import { MANY_ANOMALIES, NO_ORDER, READ_SKEW } from '../testing/transactions.ts';
import { faultViews, isolationStory, isolationSummaryView } from '../view-model/index.ts';
import { isolationSummaryText, isolationText } from './isolation-text.ts';
import { columnsOf } from './style.ts';
import { wrapped } from './wrap.ts';

const paint = new Chalk({ level: 0 });

function textOf(events: Parameters<typeof material>[0], type: string, columns: number, detail: 'steps' | 'evidence' = 'evidence', colours = paint): string {
  const { results, history } = material(events, ['isolation']);
  const anomaly = results.checks[0]!.anomalies!.find((one) => one.type === type) as Anomaly;
  return isolationText(isolationStory(history, anomaly)!, { indent: '  ', detail, columns, paint: colours }).join('\n');
}

describe('anomalies of transactions', () => {
  test('a cycle with its evidence', () => {
    expect(textOf(READ_SKEW, 'G-single-item', 100)).toMatchSnapshot();
  });

  test('the same in few words', () => {
    expect(textOf(READ_SKEW, 'G-single-item', 100, 'steps')).toMatchSnapshot();
  });

  test('in real time, in a narrow terminal', () => {
    const text = textOf(MANY_ANOMALIES, 'G-single-item-realtime', 48);
    expect(text).toMatchSnapshot();
    for (const line of text.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(48);
  });

  test('both sides of an either/or', () => {
    expect(textOf(NO_ORDER, 'no-snapshot-order-process', 80)).toMatchSnapshot();
  });

  test('what rests on an assumption says so even in few words', () => {
    expect(textOf(MANY_ANOMALIES, 'G1a', 80, 'steps')).toMatchSnapshot();
  });

  test('colours change nothing but colours', () => {
    const coloured = textOf(READ_SKEW, 'G-single-item', 100, 'evidence', new Chalk({ level: 1 }));
    expect(coloured).toContain('\u001b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that begins a colour
    expect(coloured.replace(/\u001b\[[0-9;]*m/g, '')).toBe(textOf(READ_SKEW, 'G-single-item', 100));
  });

  test('all of them by class, key and fault window', () => {
    const { results, history } = material(MANY_ANOMALIES, ['isolation']);
    const summary = isolationSummaryView(results.checks, history, faultViews(results, history, 4e9).grouped)!;
    expect(isolationSummaryText(summary, { indent: '  ', columns: 80, paint }).join('\n')).toMatchSnapshot();
  });
});

test('text is broken between words, below its head', () => {
  expect(wrapped('ab  ', 'one two three four five six seven', 30)).toEqual(['ab  one two three four five', '    six seven']);
  expect(wrapped('  a long head  ', 'one two three four', 30)).toEqual(['  a long head one two three', '  four']);
  expect(wrapped('', 'a'.repeat(40), 24)).toEqual(['a'.repeat(40)]);
});
