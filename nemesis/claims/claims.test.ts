import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fault, JournalEntry, NodeId, Ns, System, Value } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { ms } from '../../harness/time/units.ts';
import { minorityOf } from '../grudge/cuts.ts';
import { FAULTS, loadFaults } from '../registry/faults.ts';
import { FAMILY_NAMES, optionsOf, type Package, packageFor, planSchedule } from '../schedule/index.ts';
import { beyondClaims, type Claims, type HarmStep } from './claims.ts';
import { foreseenOfSchedule, foreseenOfSteps, nodesOf } from './foreseen.ts';
import { type Harm, harmOf } from './harm.ts';
import { suffered } from './suffered.ts';

const faults = await loadFaults(Object.keys(FAULTS));
const models: readonly System['faultModel'][] = (['minority', 'none'] as const).flatMap((crashes) =>
  (['all', 'minority', 'none'] as const).flatMap((powerLoss) => (['any', 'none'] as const).map((clocks) => ({ crashes, powerLoss, clocks }))),
);
const NOTHING: System['faultModel'] = { crashes: 'none', powerLoss: 'none', clocks: 'none' };
const named = (fault: string, options: Value, claims: Claims): string[] =>
  beyondClaims(foreseenOfSchedule([{ fault: faults.get(fault) as Fault, options }], claims), claims);
const packagesWithin = (claims: Claims): Package[] =>
  FAMILY_NAMES.flatMap((name) => {
    try {
      return [packageFor(name, claims)];
    } catch {
      return [];
    }
  });

describe('what a system claims', () => {
  it('is never exceeded by a default package, whatever is claimed and however many nodes there are', () => {
    let moves = 0;
    for (const faultModel of models) {
      for (const nodeCount of [1, 2, 3, 5]) {
        const claims = { nodeCount, faultModel };
        for (const { moves: allowed } of packagesWithin(claims)) {
          for (const move of allowed) expect([move.fault, claims, named(move.fault, optionsOf(move), claims)]).toEqual([move.fault, claims, []]);
          moves += allowed.length;
        }
      }
    }
    expect(moves).toBeGreaterThan(500);
  });

  it('is never exceeded by a whole schedule of them, nor by faults that overlap; no disk is damaged in any', () => {
    fc.assert(
      fc.property(fc.constantFrom(...models), fc.integer({ min: 1, max: 7 }), fc.integer(), (faultModel, nodeCount, seed) => {
        const claims = { nodeCount, faultModel };
        const packages = packagesWithin(claims);
        const request = { packages, detectionNs: ms(200), timeLimitNs: ms(60_000), overlap: 'one-per-resource' as const, rng: createRng(seed) };
        const steps = foreseenOfSteps(planSchedule(request), faults, claims);
        expect(beyondClaims(steps, claims)).toEqual([]);
        expect(steps.filter(({ harmed }) => harmed.harm === 'damage')).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['power', { target: 'one' }, 'power hits 1 of 3 nodes: the system claims to survive a loss of power of no node'],
    ['kill', { target: 'one' }, 'kill hits 1 of 3 nodes: the system claims to survive crashes of no node'],
    ['kill', { target: ['n2', 'n3'] }, 'kill hits 2 of 3 nodes: the system claims to survive crashes of no node'],
    ['clock-jump', {}, 'clock-jump hits 1 of 3 nodes: the system claims to survive a wrong clock of no node'],
    ['disk-full', {}, 'disk-full hits 1 of 3 nodes: the system claims to survive crashes of no node'],
    ['disk-corrupt', {}, 'disk-corrupt hits 3 of 3 nodes over the whole run: the system claims to survive a damaged disk of no node'],
  ])('is exceeded by %s %j of who claims nothing', (fault, options, said) => {
    expect(named(fault, options, { nodeCount: 3, faultModel: NOTHING })).toEqual([said]);
  });

  it('says nothing of what everybody must bear: cuts, lost answers, pauses, slowness', () => {
    for (const fault of ['partition', 'partition-one-way', 'isolate-clients', 'response-loss', 'delay', 'pause', 'freeze', 'disk-slow', 'cpu-quota'])
      expect([fault, named(fault, {}, { nodeCount: 1, faultModel: NOTHING })]).toEqual([fault, []]);
  });

  it('covers disks of a minority over the whole run: the same nodes again and again, never others by turns', () => {
    const claims = { nodeCount: 5, faultModel: { ...NOTHING, disks: 'minority' } } as const;
    const scheduled = (...targets: (string | string[])[]) =>
      beyondClaims(
        foreseenOfSchedule(
          targets.map((target) => ({ fault: faults.get('disk-corrupt') as Fault, options: { target } })),
          claims,
        ),
        claims,
      );
    expect(scheduled(['n1', 'n2'], ['n2', 'n1'])).toEqual([]);
    expect(scheduled(['n1', 'n2'], ['n2', 'n3'])).toEqual([
      'disk-corrupt hits 3 of 5 nodes over the whole run: the system claims to survive a damaged disk of 2 nodes',
    ]);
    // one of them at a time is all of them in the end
    expect(scheduled('one')).toHaveLength(1);
  });

  it('adds up what is down at the same time, and nothing that came back before', () => {
    const claims: Claims = { nodeCount: 5, faultModel: { ...NOTHING, crashes: 'minority' } };
    const step = (at: HarmStep['at'], id: string, nodes: string[], harm: Harm = 'crash'): HarmStep => ({ at, id, fault: 'kill', harmed: { harm, nodes } });
    expect(beyondClaims([step('begin', 'a', ['n1', 'n2']), step('end', 'a', []), step('begin', 'b', ['n3', 'n4'])], claims)).toEqual([]);
    expect(beyondClaims([step('begin', 'a', ['n1', 'n2']), step('begin', 'b', ['n2', 'n1'])], claims)).toEqual([]);
    expect(beyondClaims([step('begin', 'a', ['n1', 'n2']), step('begin', 'b', ['n3'])], claims)).toEqual([
      'kill hits 3 of 5 nodes: the system claims to survive crashes of 2 nodes',
    ]);
  });

  it('leaves out who stands for the outside world', () => {
    const claims: Claims = { nodeCount: 4, outside: 1, faultModel: { ...NOTHING, crashes: 'minority' } };
    expect(nodesOf(claims)).toEqual(['n1', 'n2', 'n3']);
    expect(named('kill', { target: 'outside' }, claims)).toEqual([]);
    expect(named('kill', { target: 'minority' }, claims)).toEqual([]);
    expect(named('kill', { target: 'majority' }, claims)).toHaveLength(1);
  });

  it('agrees with counting, for every number of nodes down and every claim', () => {
    for (const faultModel of models) {
      for (let nodeCount = 1; nodeCount <= 7; nodeCount++) {
        for (let hit = 1; hit <= nodeCount; hit++) {
          const target = Array.from({ length: hit }, (_, i) => `n${i + 1}`);
          const borne = { all: nodeCount, minority: minorityOf(nodeCount), none: 0 };
          const power = hit <= borne[faultModel.powerLoss];
          const crash = faultModel.powerLoss === 'all' || hit <= Math.max(borne[faultModel.crashes], borne[faultModel.powerLoss]);
          expect(named('power', { target }, { nodeCount, faultModel }).length === 0).toBe(power && crash);
          expect(named('kill', { target }, { nodeCount, faultModel }).length === 0).toBe(crash);
        }
      }
    }
  });
});

describe('what a journal says', () => {
  const change = (type: string, ...nodes: string[]) => ({ id: `${type}-1/0`, kind: 'x', nodes: nodes as NodeId[], params: { type, nodes }, undo: null });
  const evidence = { holds: true, independent: true, measured: '' };
  const lines = (type: string, ...nodes: string[]): JournalEntry[] => [
    { type: 'planned', time: 0 as Ns, instance: { id: `${type}-1`, fault: type, options: {} }, family: 'x', change: change(type, ...nodes) },
    { type: 'applied', time: 1 as Ns, change: `${type}-1/0`, evidence },
    { type: 'undone', time: 2 as Ns, change: `${type}-1/0`, evidence, by: 'run' },
  ];

  it('is judged as the plan was: damage stays when it is undone', () => {
    const claims: Claims = { nodeCount: 3, faultModel: { ...NOTHING, disks: 'minority' } };
    expect(beyondClaims(suffered([...lines('corrupt', 'n1'), ...lines('cut', 'n2')], claims), claims)).toEqual([]);
    expect(beyondClaims(suffered([...lines('corrupt', 'n1'), ...lines('lying-fsync', 'n2')], claims), claims)).toHaveLength(1);
  });

  it('counts what was applied, and not what was only planned', () => {
    const claims: Claims = { nodeCount: 3, faultModel: NOTHING };
    expect(suffered(lines('kill', 'n1').slice(0, 1), claims)).toEqual([]);
    expect(beyondClaims(suffered(lines('kill', 'n1'), claims), claims)).toEqual(['kill hits 1 of 3 nodes: the system claims to survive crashes of no node']);
  });
});

it('a disk that is full is no crash to count among those that are down', () => {
  expect(harmOf({ type: 'full', nodes: ['n1'] })).toEqual({ harm: 'may-crash', nodes: ['n1'] });
  expect(harmOf({ type: 'cut', links: [] })).toBeUndefined();
  expect(harmOf(null)).toBeUndefined();
});
