/** What the terminal shows: verdicts with their operations, runs while they go on. */
import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import type { WrittenEvent } from '../../checkers/testing/written-history.ts';
import type { JournalEntry, Ns } from '../../harness/contracts/index.ts';
import type { RunEvent } from '../../harness/lifecycle/index.ts';
import { AGREEING, material, NOTHING_DONE, STALE_READ } from '../testing/scenario.ts';
import { createLiveView } from './live-view.ts';
import { oneLine, paintFor } from './style.ts';
import { renderDemo, renderVerdict } from './verdict.ts';

const plain = new Chalk({ level: 0 });
const verdict = (events: readonly WrittenEvent[], checks: Parameters<typeof material>[1]): string => {
  const { results, history } = material(events, checks);
  // what a search counts is its own affair
  return renderVerdict(results, history, 'out/run', plain).replace(/model cas-register, .*/, 'model cas-register');
};

const NS = (ms: number): Ns => (ms * 1e6) as Ns;
const change = {
  id: 'kill-1/0',
  kind: 'sim.processes',
  nodes: ['n1'],
  params: { type: 'kill', nodes: ['n1'] },
  undo: null,
} as unknown as JournalEntry extends infer E ? (E extends { type: 'planned'; change: infer C } ? C : never) : never;
const progress = (ms: number, ok: number): RunEvent => ({
  type: 'progress',
  progress: {
    time: NS(ms),
    invoked: ok + 2,
    ok,
    fail: 0,
    info: 1,
    inFlight: 1,
    opening: 0,
    late: 0,
    openFailures: 0,
    nemesis: 0,
    observed: 0,
    lastError: { code: 'deadline', message: 'no\u001b[2J answer' },
  },
});
const EVENTS: readonly RunEvent[] = [
  { type: 'provision', message: 'using raftkv' },
  { type: 'phase', name: 'workload', timeNs: NS(5000) },
  progress(6000, 100),
  { type: 'fault', entry: { type: 'planned', time: NS(6100), instance: { id: 'kill-1', fault: 'kill', options: {} }, family: 'kill', change } },
  {
    type: 'fault',
    entry: {
      type: 'applied',
      time: NS(6200),
      change: 'kill-1/0',
      evidence: { holds: true, independent: true, measured: `n1: refused${' 3 of 3 connections,'.repeat(20)}` },
    },
  },
  progress(7000, 300),
  {
    type: 'fault',
    entry: { type: 'undone', time: NS(8000), change: 'kill-1/0', by: 'run', evidence: { holds: true, independent: true, measured: 'n1 answers' } },
  },
  progress(12_000, 1300),
];

function watched(isTTY: boolean): string {
  let text = '';
  const stream = { isTTY, columns: 100, rows: 40, write: (chunk: string) => (text += chunk), on: () => undefined, off: () => undefined };
  const view = createLiveView({ stream, paint: plain });
  view.begin('raftkv', '3 nodes', 40_000);
  for (const event of EVENTS) view.onEvent(event);
  view.end();
  return text;
}

describe('the verdict', () => {
  test('of a violation has its operations as a table', () => expect(verdict(STALE_READ, ['linearizable', 'coverage'])).toMatchSnapshot());

  test('of a valid run', () => expect(verdict(AGREEING, ['linearizable', 'stats'])).toMatchSnapshot());

  test('of a run that tested nothing', () => expect(verdict(NOTHING_DONE, ['linearizable', 'stats', 'coverage'])).toMatchSnapshot());

  test('cannot be made to move the cursor by what a system says', () => {
    const events: WrittenEvent[] = [
      [0, 'invoke', 'write', '\u001b[2Jx', { key: '\u0007k', at: 10 }],
      [0, 'ok', 'write', '\u001b[2Jx', { key: '\u0007k', at: 11 }],
      [1, 'invoke', 'read', null, { key: '\u0007k', at: 12 }],
      [1, 'ok', 'read', 'y\u009b1A', { key: '\u0007k', at: 13 }],
    ];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(verdict(events, ['linearizable'])).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  test('of a demo says which expectations were met', () => {
    const run = { ...material(STALE_READ, ['linearizable']), folder: { path: 'out/broken' } };
    const text = renderDemo(
      run,
      run,
      [
        { text: 'convicted', met: true },
        { text: 'acquitted', met: false },
      ],
      plain,
    );
    expect(text).toContain('  ✓ convicted\n  ✗ acquitted\n');
    expect(text.match(/INVALID/g)).toHaveLength(2);
  });
});

describe('the live view', () => {
  test('writes plain lines where there is no terminal, short and not too often', () => {
    const text = watched(false);
    expect(text).toMatchSnapshot();
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
    expect(text.match(/in flight/g)).toHaveLength(2);
  });

  test('draws rate, active faults and the last error anew on a terminal, and leaves only lines behind', () => {
    const text = watched(true);
    expect(text).toContain('200/s');
    expect(text).toContain('▓ kill-1: n1 killed');
    expect(text).toContain('of 40 s');
    expect(text).toContain('deadline: no [2J answer');
    expect(text).not.toContain('\u001b[2J answer');
  });
});

describe('colours', () => {
  test('are absent where NO_COLOR is set', () => {
    expect(paintFor({ NO_COLOR: '1' }).red('x')).toBe('x');
    expect(paintFor({ NO_COLOR: '1' }).level).toBe(0);
  });

  test('one line is one line', () => expect(oneLine('a\nb\u001b[1mc\u2028d\ud800')).toBe('a b [1mc d\ufffd'));
});
