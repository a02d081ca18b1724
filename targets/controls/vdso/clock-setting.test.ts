import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClockParams, NodeId, Ns } from '../../../harness/contracts/index.ts';
import { clockSetting, isTrueTime, offsetAt } from './clock-setting.ts';

const n1 = 'n1' as NodeId;
const MS = 1_000_000;
const params: fc.Arbitrary<ClockParams> = fc.oneof(
  fc.record({
    type: fc.constant('jump' as const),
    nodes: fc.constantFrom([n1], ['n2' as NodeId], [n1, 'n2' as NodeId]),
    offset: fc.integer({ min: -1e12, max: 1e12 }).map((offset) => offset as Ns),
    scope: fc.constantFrom('wall' as const, 'monotonic' as const, 'both' as const),
  }),
  fc.record({
    type: fc.constant('drift' as const),
    nodes: fc.constantFrom([n1], ['n2' as NodeId]),
    ppm: fc.integer({ min: -500_000, max: 500_000 }),
    scope: fc.constantFrom('wall' as const, 'monotonic' as const, 'both' as const),
  }),
);

const ppmOf = (change: ClockParams): number => (change.type === 'drift' ? change.ppm : 0);

describe('the setting of a clock', () => {
  it('is the sum of what each active change would do alone, at any later moment, whenever it was computed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(params, fc.nat(1_000)), { maxLength: 6 }), fc.nat(5_000), fc.nat(5_000), (changes, computed, later) => {
        const at = (afterMs: number) => ({ wallNs: 1_700_000_000_000_000_000n + BigInt(afterMs * MS), monotonicNs: BigInt(afterMs * MS) });
        const active = new Map(changes.map(([change], i) => [`c${i}`, change]));
        const since = new Map(changes.map(([, injected], i) => [`c${i}`, at(injected).monotonicNs]));
        const setting = clockSetting(active, since, n1, at(1_000 + computed));
        const now = at(1_000 + computed + later);
        for (const clock of ['wall', 'monotonic'] as const) {
          let wanted = 0;
          for (const [change, injected] of changes) {
            if (!change.nodes.includes(n1) || (change.scope !== 'both' && change.scope !== clock)) continue;
            wanted += change.type === 'jump' ? change.offset : (ppmOf(change) * (1_000 + computed + later - injected) * MS) / 1e6;
          }
          const got = Number(offsetAt(setting[clock], clock === 'wall' ? now.wallNs : now.monotonicNs));
          expect(Math.abs(got - wanted)).toBeLessThanOrEqual(changes.length + 1);
        }
      }),
    );
  });

  const at = (seconds: number) => ({ wallNs: BigInt(1_700_000_000 + seconds) * 1_000_000_000n, monotonicNs: BigInt(seconds) * 1_000_000_000n });
  const ON_WALL = { nodes: [n1], scope: 'wall' } as const;
  /** What the wall clock shows, in seconds from true, by changes that were injected in these seconds. */
  const offset = (changes: readonly (readonly [ClockParams, number])[], computed: number, read: number): number => {
    const active = new Map(changes.map(([change], i) => [`c${i}`, change]));
    const since = new Map(changes.map(([, injected], i) => [`c${i}`, at(injected).monotonicNs]));
    return Number(offsetAt(clockSetting(active, since, n1, at(computed)).wall, at(read).wallNs)) / 1e9;
  };
  const freeze = { ...ON_WALL, type: 'freeze' } as const;
  const drift = { ...ON_WALL, type: 'drift', ppm: 500_000 } as const;
  const jump = { ...ON_WALL, type: 'jump', offset: 7e9 as Ns } as const;

  it('stands where the earliest freeze found it, whenever it is computed, and a jump still sets it', () => {
    for (const computed of [10, 15, 20]) expect(offset([[freeze, 10]], computed, 30)).toBe(-20);
    expect(
      offset(
        [
          [drift, 0],
          [freeze, 10],
        ],
        12,
        30,
      ),
    ).toBe(5 - 20);
    expect(
      offset(
        [
          [freeze, 10],
          [drift, 20],
        ],
        25,
        30,
      ),
    ).toBe(-20);
    expect(
      offset(
        [
          [freeze, 10],
          [freeze, 20],
        ],
        25,
        30,
      ),
    ).toBe(-20);
    expect(
      offset(
        [
          [freeze, 10],
          [jump, 20],
        ],
        25,
        30,
      ),
    ).toBe(7 - 20);
    expect(offset([[drift, 0]], 30, 30)).toBe(15);
  });

  it('swings by the last strobe, on the clock that it names alone, and not while it stands', () => {
    const strobe = (amplitude: number) => ({ ...ON_WALL, type: 'strobe', amplitude: amplitude as Ns, half: 5 as Ns }) as const;
    const of = (...changes: ClockParams[]) => clockSetting(new Map(changes.map((change, i) => [`c${i}`, change])), new Map([['c2', 1n]]), n1, at(5));
    expect(of(strobe(1), strobe(2)).wall.strobe).toEqual({ halfNs: 5n, amplitudeNs: 2n });
    expect(of(strobe(1)).monotonic.strobe).toBeUndefined();
    expect(isTrueTime(of(strobe(1)))).toBe(false);
    expect(of(strobe(1), strobe(2), freeze).wall).toMatchObject({ ppm: -1_000_000 });
    expect(of(strobe(1), strobe(2), freeze).wall.strobe).toBeUndefined();
  });

  it('is true time when nothing is active on the node', () => {
    const now = { wallNs: 1n, monotonicNs: 1n };
    expect(isTrueTime(clockSetting(new Map(), new Map(), n1, now))).toBe(true);
    const other = { type: 'jump', nodes: [n1], offset: 5 as Ns, scope: 'monotonic' } as const;
    expect(isTrueTime(clockSetting(new Map([['j', other]]), new Map(), n1, now))).toBe(false);
    expect(isTrueTime(clockSetting(new Map([['j', other]]), new Map(), 'n2' as NodeId, now))).toBe(true);
  });
});
