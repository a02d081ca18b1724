import { describe, expect, it } from 'vitest';
import type { History, Value } from '../../harness/contracts/index.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { inject, type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { coverage } from './coverage.ts';

const check = (history: History, options: unknown = {}) => coverage.check(history, coverage.options.parse(options), UNLIMITED);
const reasonsOf = (history: History, options: unknown = {}): string[] => {
  const result = check(history, options);
  return result.valid === 'unknown' ? result.reasons.map((reason) => reason.code) : [];
};

const HELD = { holds: true, independent: true, measured: 'seen' };
const change = (id: string, params: Value, extra: Record<string, Value> = {}): Value => ({
  id: `${id}/0`,
  kind: 'sim.x',
  nodes: [],
  params,
  evidence: HELD,
  verified: HELD,
  ...extra,
});

let process = 0;
const op = (type: 'ok' | 'fail' | 'info', f: string, at: number, until = at + 1): WrittenEvent[] => [
  [++process, 'invoke', f, 1, { at, node: `n${(process % 3) + 1}` }],
  [process, type, f, 1, { at: until, node: `n${(process % 3) + 1}` }],
];
const writes = (count: number, at: number): WrittenEvent[] => Array.from({ length: count }, (_, i) => op('ok', 'write', at + i / 100, at + i / 100)).flat();

/** A window of two seconds with what happens inside. */
function windowed(family: string, params: Value, inside: WrittenEvent[], extra: Record<string, Value> = {}): WrittenEvent[] {
  return [
    ...writes(20, 0),
    ...inject('inject', 'f1', family, [change('f1', params, extra)], { at: 1000 }),
    ...inside,
    ...inject('heal', 'f1', family, [change('f1', params, extra)], { at: 3000 }),
    ...writes(5, 4000),
  ];
}

const CUT_ONE: Value = {
  type: 'cut',
  links: [
    ['n1', 'n2'],
    ['n2', 'n1'],
    ['n1', 'n3'],
    ['n3', 'n1'],
  ],
};
const CUT_ALL: Value = { type: 'cut', links: [...(CUT_ONE as { links: Value[] }).links, ['n2', 'n3']] };

describe('the checker coverage', () => {
  it('is satisfied where a proven fault overlapped acknowledged writes, and tells of the window', () => {
    const result = check(writtenHistory(windowed('partition', CUT_ONE, [...writes(3, 1500), ...op('info', 'write', 1600, 2000), ...op('ok', 'read', 1700)])));
    expect(result.valid).toBe(true);
    expect(result.stats).toEqual({
      ok: 29,
      families: [{ family: 'partition', injected: 1, proven: 1, withWrites: 1 }],
      windows: [
        {
          id: 'f1',
          fault: 'partition',
          family: 'partition',
          nodes: [],
          start: 1e9,
          end: 3e9,
          injected: true,
          proven: true,
          doubt: '',
          ok: 4,
          fail: 0,
          info: 1,
          writesExposed: 3,
          writesAcked: 3,
          leavesMajority: true,
        },
      ],
    });
  });

  it('never convicts, and wants operations', () => {
    expect(reasonsOf(writtenHistory([]))).toEqual(['too-few-operations']);
    expect(reasonsOf(writtenHistory(writes(9, 0)))).toEqual(['too-few-operations']);
    expect(check(writtenHistory(writes(10, 0))).valid).toBe(true);
  });

  it('names a family that was asked for and never came', () => {
    expect(reasonsOf(writtenHistory(writes(20, 0)), { families: ['clock'] })).toEqual(['fault-not-injected']);
    const other = writtenHistory(windowed('partition', CUT_ONE, writes(1, 1500)));
    expect(reasonsOf(other, { families: ['partition', 'clock'] })).toEqual(['fault-not-injected']);
  });

  it('does not count a fault without proof', () => {
    const doubtful = { evidence: { ...HELD, independent: false } };
    expect(reasonsOf(writtenHistory(windowed('partition', CUT_ONE, writes(1, 1500), doubtful)))).toEqual(['fault-not-proven']);
  });

  it('wants acknowledged writes under each family', () => {
    expect(reasonsOf(writtenHistory(windowed('clock', { type: 'jump', nodes: ['n1'] }, op('ok', 'read', 1500))))).toEqual([
      'fault-missed-writes',
      'window-without-write',
    ]);
  });

  it('wants a write inside every window that leaves a majority, and none where it leaves none', () => {
    const spanning: WrittenEvent[] = [[900, 'invoke', 'write', 1, { at: 900 }]];
    const ending: WrittenEvent[] = [[900, 'ok', 'write', 1, { at: 1800 }], ...op('info', 'write', 1900)];
    expect(reasonsOf(writtenHistory([...spanning, ...windowed('partition', CUT_ONE, ending)]))).toEqual(['window-without-write']);
    expect(reasonsOf(writtenHistory([...spanning, ...windowed('partition', CUT_ALL, ending)]))).toEqual([]);
    expect(reasonsOf(writtenHistory([...spanning, ...windowed('partition', CUT_ONE, ending)]), { shortWindowMs: 5000 })).toEqual([]);
  });

  it('judges a majority by all faults that are active together', () => {
    const both = [
      ...writes(20, 0),
      ...inject('inject', 'k1', 'kill', [change('k1', { type: 'kill', nodes: ['n1'] })], { at: 1000 }),
      ...writes(2, 1100),
      ...inject('inject', 'k2', 'pause', [change('k2', { type: 'pause', nodes: ['n2'] })], { at: 1200 }),
      ...op('info', 'write', 1300),
      ...inject('heal', 'k2', 'pause', [change('k2', { type: 'pause', nodes: ['n2'] })], { at: 3000 }),
      ...writes(1, 3100),
      ...inject('heal', 'k1', 'kill', [change('k1', { type: 'kill', nodes: ['n1'] })], { at: 4000 }),
    ];
    expect(reasonsOf(writtenHistory(both))).toEqual(['fault-missed-writes']);
    expect((check(writtenHistory(both)).stats as { windows: { leavesMajority: boolean }[] }).windows.map((window) => window.leavesMajority)).toEqual([
      false,
      false,
    ]);
  });

  it('sees a window in which nobody did anything', () => {
    expect(reasonsOf(writtenHistory(windowed('partition', CUT_ONE, [])))).toEqual(['fault-missed-writes', 'window-without-operations']);
  });

  it('counts what a total loss of power may have hurt: the writes just before', () => {
    const allDown = { type: 'power-loss', nodes: ['n1', 'n2', 'n3'] };
    const before: WrittenEvent[] = [...writes(20, 0), ...writes(3, 500)];
    const window = windowed('power', allDown, op('info', 'write', 1500)).slice(40);
    expect(reasonsOf(writtenHistory([...before, ...window]))).toEqual([]);
    expect(reasonsOf(writtenHistory([...writes(20, -2000), ...window]))).toEqual(['fault-missed-writes']);
  });
});
