import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { History, Value } from '../../harness/contracts/index.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { runPhases } from '../columns/run-phases.ts';
import { inject, phase, type WrittenEvent, writtenHistory } from '../testing/written-history.ts';
import { faultWindows } from './fault-windows.ts';
import { leavesMajority } from './majority.ts';
import { overlaps, writeFunctions, writesInside } from './window-counts.ts';

const windowsOf = (history: History) => faultWindows(history, runPhases(history));
const HELD = { holds: true, independent: true, measured: 'seen' };
const kill = (extra: Record<string, Value> = {}): Value => ({
  id: 'kill-1/0',
  kind: 'sim.processes',
  nodes: ['n1'],
  params: { type: 'kill', nodes: ['n1'] },
  evidence: HELD,
  ...extra,
});

describe('fault windows', () => {
  it('reach from the completed injection to the heal, and are proven by both', () => {
    const history = writtenHistory([...inject('inject', 'kill-1', 'kill', [kill()]), ...inject('heal', 'kill-1', 'kill', [kill({ verified: HELD })])]);
    expect(windowsOf(history)).toMatchObject([
      {
        id: 'kill-1',
        family: 'kill',
        begun: 0,
        start: 1,
        end: 2,
        healed: 3,
        injected: true,
        proven: true,
        doubt: '',
        nodes: ['n1'],
        disturbance: { down: ['n1'] },
      },
    ]);
  });

  const doubtful: readonly (readonly [string, WrittenEvent[], RegExp])[] = [
    [
      'did not hold when injected',
      [...inject('inject', 'k', 'kill', [kill({ evidence: { ...HELD, holds: false, measured: 'still answers' } })])],
      /did not hold when.*still answers/,
    ],
    ['has no independent reading', [...inject('inject', 'k', 'kill', [kill({ evidence: { ...HELD, independent: false } })])], /applied, not proven/],
    ['was not measured', [...inject('inject', 'k', 'kill', [kill({ evidence: null })])], /nothing was measured/],
    ['was never healed', inject('inject', 'k', 'kill', [kill()]), /ended before it was healed/],
    [
      'did not hold to its end',
      [...inject('inject', 'k', 'kill', [kill()]), ...inject('heal', 'k', 'kill', [kill({ verified: { ...HELD, holds: false } })])],
      /did not hold before it was healed/,
    ],
    ['was not verified at its end', [...inject('inject', 'k', 'kill', [kill()]), ...inject('heal', 'k', 'kill', [kill()])], /nothing was measured before/],
  ];
  it.each(doubtful)('a fault that %s is not proven', (_, events, doubt) => {
    const [window] = windowsOf(writtenHistory(events));
    expect(window).toMatchObject({ injected: true, proven: false });
    expect(window!.doubt).toMatch(doubt);
  });

  it('a fault that was refused was not injected', () => {
    const history = writtenHistory([
      ['nemesis', 'invoke', 'inject', { id: 'k', fault: 'kill', options: {} }],
      ['nemesis', 'info', 'inject', { id: 'k', fault: 'kill', family: 'kill', changes: [], error: 'not injected: nobody to hit' }],
    ]);
    expect(windowsOf(history)).toMatchObject([{ injected: false, proven: false, doubt: 'not injected: nobody to hit' }]);
  });

  it('without a heal they end with the workload', () => {
    const history = writtenHistory([
      phase('workload'),
      ...inject('inject', 'k', 'kill', [kill()]),
      [0, 'invoke', 'read', null],
      phase('heal'),
      phase('final-reads'),
    ]);
    expect(windowsOf(history)).toMatchObject([{ start: 2, end: 4, healed: -1 }]);
  });
});

describe('a majority', () => {
  const NODES = ['n1', 'n2', 'n3', 'n4', 'n5'];
  const cutBoth = (pairs: readonly (readonly [string, string])[]) => ({
    down: [],
    cuts: pairs.flatMap(([a, b]): [string, string][] => [
      [a, b],
      [b, a],
    ]),
    understood: true,
  });
  const down = (...nodes: string[]) => ({ down: nodes, cuts: [], understood: true });

  it.each([
    ['nothing', [], true],
    ['two of five down', [down('n1', 'n2')], true],
    ['three of five down', [down('n1', 'n2', 'n3')], false],
    ['three of five down by two faults', [down('n1', 'n2'), down('n3')], false],
    [
      'one isolated',
      [
        cutBoth([
          ['n1', 'n2'],
          ['n1', 'n3'],
          ['n1', 'n4'],
          ['n1', 'n5'],
        ]),
      ],
      true,
    ],
    [
      'one isolated and two down',
      [
        cutBoth([
          ['n1', 'n2'],
          ['n1', 'n3'],
          ['n1', 'n4'],
          ['n1', 'n5'],
        ]),
        down('n2', 'n3'),
      ],
      false,
    ],
    [
      'one direction is enough to part two',
      [
        {
          down: [],
          cuts: [
            ['n1', 'n2'],
            ['n3', 'n4'],
            ['n5', 'n1'],
          ],
          understood: true,
        },
      ],
      true,
    ],
    [
      'a ring in which each sees two neighbours',
      [
        cutBoth([
          ['n1', 'n3'],
          ['n1', 'n4'],
          ['n2', 'n4'],
          ['n2', 'n5'],
          ['n3', 'n5'],
        ]),
      ],
      false,
    ],
    ['clients cut from all', [cutBoth(NODES.map((node) => ['clients', node] as const))], false],
    [
      'clients cut from two',
      [
        cutBoth([
          ['clients', 'n1'],
          ['clients', 'n2'],
        ]),
      ],
      true,
    ],
    ['a cut that names no links', [{ down: [], cuts: [], understood: false }], 'unknown'],
  ] as const)('%s', (_, disturbances, expected) => {
    expect(leavesMajority(NODES, disturbances as never)).toBe(expected);
  });

  it('of three nodes survives a bridge', () => {
    expect(leavesMajority(['n1', 'n2', 'n3'], [cutBoth([['n1', 'n3']])])).toBe(true);
  });
});

/** Operations of four processes, in any interleaving. */
const traffic = fc.array(fc.tuple(fc.nat(3), fc.nat(9)), { maxLength: 60 }).map((choices) => {
  const events: WrittenEvent[] = [];
  const open = new Map<number, string>();
  const processes = [0, 1, 2, 3];
  for (const [thread, choice] of choices) {
    const f = open.get(thread);
    if (f === undefined) {
      open.set(thread, choice < 5 ? 'read' : 'add');
      events.push([processes[thread]!, 'invoke', choice < 5 ? 'read' : 'add', null]);
    } else {
      open.delete(thread);
      const type = choice < 5 ? 'ok' : choice < 7 ? 'fail' : choice < 9 ? 'info' : 'ok';
      events.push([processes[thread]!, type, f, null, choice === 9 ? { applied: false } : {}]);
      if (type === 'info') processes[thread]! += 4;
    }
  }
  return writtenHistory(events);
});

describe('counts of a span', () => {
  it('agree with a naive count', () => {
    const spans = fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(traffic, spans, (history, given) => {
        const within = given.map(([a, b]) => ({ start: Math.min(a, b, history.length), end: Math.min(Math.max(a, b), history.length) }));
        const isWrite = writeFunctions(history);
        const counted = overlaps(history, within, isWrite, UNLIMITED);
        for (const [i, { start, end }] of within.entries()) {
          const naive = { ok: 0, fail: 0, info: 0, writes: 0 };
          let inside = 0;
          for (let at = 0; at < history.length; at++) {
            if (history.event(at).type !== 'invoke') continue;
            const pair = history.columns.pair[at]!;
            const completion = pair < 0 ? undefined : history.event(pair);
            const acked = completion?.type === 'ok' && completion.applied !== false && isWrite[history.columns.f[at]!] === true;
            if (acked && at > start && pair < end) inside++;
            if (at >= end || (pair >= 0 && pair < start)) continue;
            const outcome = completion?.type ?? 'info';
            naive[outcome === 'invoke' ? 'info' : outcome]++;
            if (acked) naive.writes++;
          }
          expect(counted[i]).toEqual(naive);
          expect(writesInside(history, { start, end }, isWrite, UNLIMITED)).toBe(inside);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('know writes by their declared effect, without one by their name, and take everything where nothing is a write', () => {
    const events: WrittenEvent[] = [
      [0, 'invoke', 'peek', null],
      [1, 'invoke', 'put', 1],
    ];
    const named = (history: History) => history.fs.filter((_, i) => writeFunctions(history)[i] === true);
    expect(named(writtenHistory(events))).toEqual(['peek', 'put']);
    const deadline = 1 as never;
    expect(
      named(
        writtenHistory(events, [
          { f: 'peek', effect: 'none', deadline },
          { f: 'put', effect: 'once', deadline },
        ]),
      ),
    ).toEqual(['put']);
    expect(named(writtenHistory([[0, 'invoke', 'read', null]]))).toEqual(['read']);
  });
});
