import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event, GenContext, Generator, NodeId, Ns } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { ms, seconds } from '../../harness/time/units.ts';
import { select, type Turn } from '../selection/selection.ts';
import { FAMILY_NAMES, type PackageScope, packageFor } from './packages.ts';
import { scheduleFromEvents, scheduleFromJournal } from './recorded.ts';
import { scenarioSteps } from './scenario.ts';
import { planSchedule, type ScheduleRequest } from './schedule.ts';
import { type ScriptStep, scripted } from './script.ts';
import { minimumTimeLimit, timingWithin } from './timing.ts';

const scope: PackageScope = { nodeCount: 5, faultModel: { crashes: 'minority', powerLoss: 'all', clocks: 'any' } };
const packages = (names: readonly string[]) => names.map((name) => packageFor(name, scope));

const request = fc
  .record({
    names: fc.subarray([...FAMILY_NAMES], { minLength: 1 }),
    detectionMs: fc.integer({ min: 50, max: 3_000 }),
    changeMs: fc.integer({ min: 0, max: 500 }),
    spareMs: fc.integer({ min: 0, max: 60_000 }),
    interval: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: undefined }),
    overlap: fc.constantFrom<'one' | 'one-per-resource'>('one', 'one-per-resource'),
    dutyCycle: fc.option(fc.double({ min: 0.05, max: 1, noNaN: true }), { nil: undefined }),
    seed: fc.nat(),
  })
  .map(({ names, detectionMs, changeMs, spareMs, interval, overlap, dutyCycle, seed }): ScheduleRequest => {
    const base = { packages: packages(names), detectionNs: ms(detectionMs), changeNs: ms(changeMs), overlap };
    const { leastWindow, leastQuiet } = timingWithin({ ...base, timeLimitNs: minimumTimeLimit(base) });
    const timing = interval === undefined ? base : { ...base, intervalNs: (leastWindow + leastQuiet + interval * 1e6) as Ns };
    return { ...timing, timeLimitNs: (minimumTimeLimit(timing) + spareMs * 1e6) as Ns, rng: createRng(seed), ...(dutyCycle !== undefined && { dutyCycle }) };
  });

interface Span {
  readonly id: string;
  readonly family: string;
  readonly start: number;
  readonly end: number;
}

/** The windows of a plan; the instances of a burst are one window. */
function windows(steps: readonly ScriptStep[]): Span[] {
  const spans = new Map<string, Span>();
  const open = new Map<string, number>();
  for (const step of steps) {
    const instance = step.value.id;
    if (step.f === 'inject') {
      expect(open.has(instance)).toBe(false);
      open.set(instance, step.at);
      continue;
    }
    const start = open.get(instance);
    expect(start).toBeDefined();
    expect(step.at).toBeGreaterThan(start!);
    open.delete(instance);
    const id = instance.split('.')[0]!;
    const known = spans.get(id);
    spans.set(id, { id, family: id.slice(0, id.lastIndexOf('-')), start: Math.min(start!, known?.start ?? start!), end: step.at });
  }
  expect(open.size).toBe(0);
  return [...spans.values()].sort((a, b) => a.start - b.start);
}

describe('planSchedule', () => {
  it('gives every family a window, long enough, with quiet around it, within the time limit', () => {
    fc.assert(
      fc.property(request, (req) => {
        const steps = planSchedule(req);
        const timing = timingWithin(req);
        const spans = windows(steps);
        expect([...new Set(spans.map((span) => span.family))].sort()).toEqual(req.packages.map((each) => each.family).sort());
        let quietSince = 0;
        for (const span of spans) {
          const burst = steps.some((step) => step.value.id.startsWith(`${span.id}.`));
          if (!burst) expect(span.end - span.start).toBeGreaterThanOrEqual(req.detectionNs);
          if (req.overlap === 'one') expect(span.start - quietSince).toBeGreaterThanOrEqual(timing.leastQuiet - 1e6);
          quietSince = Math.max(quietSince, span.end);
        }
        expect(req.timeLimitNs - quietSince).toBeGreaterThanOrEqual(timing.leastQuiet - 1e6);
      }),
      { numRuns: 300 },
    );
  });

  it('is quiet for everybody after each slot, also where resources overlap, and never has two faults on one resource', () => {
    fc.assert(
      fc.property(request, (req) => {
        const { leastQuiet } = timingWithin(req);
        const resourceOf = new Map(req.packages.map((each) => [each.family, req.overlap === 'one' ? 'all' : each.resource]));
        // one window a lane and slot: the n-th windows of all lanes belong together
        const lanes = [...Map.groupBy(windows(planSchedule(req)), (span) => resourceOf.get(span.family)).values()];
        expect(new Set(lanes.map((lane) => lane.length)).size).toBe(1);
        let quietSince = 0;
        for (let slot = 0; slot < lanes[0]!.length; slot++) {
          for (const lane of lanes) expect(lane[slot]!.start - quietSince).toBeGreaterThanOrEqual(leastQuiet - 1e6);
          quietSince = Math.max(...lanes.map((lane) => lane[slot]!.end));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('fills the time: no room for another window is left at the end', () => {
    fc.assert(
      fc.property(request, (req) => {
        const { leastWindow, leastQuiet } = timingWithin(req);
        const ends = windows(planSchedule(req)).map((span) => span.end);
        // a burst or rotation ends some time before its window does, by less than its longest gap
        const slack = req.detectionNs + leastWindow * 3 + (req.intervalNs ?? (req.dutyCycle === undefined ? leastQuiet : Number.POSITIVE_INFINITY));
        expect(req.timeLimitNs - Math.max(...ends)).toBeLessThan(leastWindow + 2 * leastQuiet + slack);
      }),
      { numRuns: 100 },
    );
  });

  it('lets writes through in some window of each family, however few windows there are', () => {
    fc.assert(
      fc.property(request, fc.constantFrom(3, 4, 5), (req, nodeCount) => {
        const cut = req.packages.map(({ family }) => packageFor(family, { ...scope, nodeCount }));
        const steps = planSchedule({ ...req, packages: cut });
        for (const { family, moves } of cut) {
          const stalling = moves.filter((move) => move.stallsWrites).map((move) => JSON.stringify([move.fault, move.options]));
          const injected = steps.filter((step) => step.f === 'inject' && step.value.id.startsWith(`${family}-`));
          expect(injected.every(({ value }) => stalling.includes(JSON.stringify([value.fault, value.options])))).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is fixed by seed and timing, and differs between seeds', () => {
    const req = { packages: packages(['partition', 'kill', 'pause']), detectionNs: ms(500), timeLimitNs: seconds(30) };
    expect(planSchedule({ ...req, rng: createRng(4) })).toEqual(planSchedule({ ...req, rng: createRng(4) }));
    expect(planSchedule({ ...req, rng: createRng(4) })).not.toEqual(planSchedule({ ...req, rng: createRng(5) }));
  });

  it('keeps its times when moves change: two packages of the same family give the same windows', () => {
    const base = { detectionNs: ms(500), timeLimitNs: seconds(30), rng: createRng(9) };
    const usual = packages(['partition', 'pause']).map((each) => ({ ...each, moves: each.moves.filter((move) => !move.burst && !move.rotate) }));
    const other = usual.map((each) => ({ ...each, moves: [{ fault: 'kill', options: {}, weight: 1 }] }));
    const times = (steps: readonly ScriptStep[]) => windows(steps).map((span) => [span.id, span.start, span.end]);
    expect(times(planSchedule({ ...base, packages: usual }))).toEqual(times(planSchedule({ ...base, packages: other })));
  });

  it('refuses a time limit one millisecond below the least, and names the least', () => {
    fc.assert(
      fc.property(request, (req) => {
        const least = minimumTimeLimit(req);
        expect(() => planSchedule({ ...req, timeLimitNs: least })).not.toThrow();
        expect(() => planSchedule({ ...req, timeLimitNs: (least - 1e6) as Ns })).toThrow(`at least ${(least / 1e9).toFixed(3)} s are needed`);
      }),
      { numRuns: 50 },
    );
  });

  it('refuses an interval without room for a noticed fault', () => {
    const req = { packages: packages(['kill']), detectionNs: seconds(2), timeLimitNs: seconds(60), intervalNs: seconds(3), rng: createRng(1) };
    expect(() => planSchedule(req)).toThrow(/an interval of 3.000 s has no room/);
  });

  it('has no windows without packages', () => {
    expect(planSchedule({ packages: [], detectionNs: ms(100), timeLimitNs: seconds(1), rng: createRng(1) })).toEqual([]);
  });

  it('fits four families into 30 s for a system that notices within 2 s', () => {
    const req = { packages: packages(['partition', 'kill', 'pause', 'clock']), detectionNs: seconds(2) };
    expect(minimumTimeLimit(req)).toBeLessThanOrEqual(seconds(30));
  });
});

describe('packages', () => {
  it('stay within what the system claims', () => {
    const faults = (name: string, over: Partial<PackageScope>) =>
      packageFor(name, { ...scope, ...over }).moves.map((move) => JSON.stringify([move.fault, move.options]));
    expect(() => faults('power', { faultModel: { ...scope.faultModel, powerLoss: 'none' } })).toThrow(/outside what the system claims/);
    expect(() => faults('clock', { faultModel: { ...scope.faultModel, clocks: 'none' } })).toThrow(/outside what the system claims/);
    const modest = faults('kill', { faultModel: { crashes: 'minority', powerLoss: 'minority', clocks: 'none' } });
    expect(modest.some((each) => each.includes('all') || each.includes('majority'))).toBe(false);
    expect(faults('power', { faultModel: { ...scope.faultModel, powerLoss: 'minority' } })).toEqual(['["power",{"target":"one"}]']);
  });

  it('leave out what the host cannot do, and are refused when nothing is left', () => {
    const can = (fault: string): boolean => !fault.startsWith('clock-') || fault === 'clock-jump';
    expect(packageFor('clock', { ...scope, can }).moves.every((move) => move.fault === 'clock-jump')).toBe(true);
    expect(() => packageFor('pause', { ...scope, can: () => false })).toThrow(/cannot inject "pause"/);
    expect(() => packageFor('clock-drift', { ...scope, can })).toThrow(/cannot inject "clock-drift"/);
  });

  it('take single faults by name, and refuse unknown ones', () => {
    expect(packageFor('partition-one-way', scope)).toEqual({
      family: 'partition',
      resource: 'links',
      moves: [{ fault: 'partition-one-way', options: {}, weight: 1 }],
    });
    expect(() => packageFor('partitions', scope)).toThrow('did you mean "partition"');
  });

  it('of promotions are refused where there is no standby', () => {
    expect(() => packageFor('promotion', { ...scope, nodeCount: 1 })).toThrow('need more than 1 node');
    expect(packageFor('promotion', { ...scope, nodeCount: 3 }).moves.map(({ fault }) => fault)).toEqual(['failover', 'forced-promotion']);
  });

  it('of members are refused where nobody can be spared', () => {
    for (const nodeCount of [1, 2]) expect(() => packageFor('membership', { ...scope, nodeCount })).toThrow(`need more than ${nodeCount} node`);
    expect(packageFor('membership', { ...scope, nodeCount: 3 }).moves.map(({ fault }) => fault)).toEqual(['leave', 'replace', 'join', 'promote']);
    expect(() => packageFor('membership', { ...scope, faultModel: { ...scope.faultModel, crashes: 'none' } })).toThrow('outside what the system claims');
  });

  it('ask for no primaries, so that two variants meet the same faults', () => {
    // nobody can be promoted beside a primary that is alone; of two members none may leave
    const least: Readonly<Record<string, number>> = { promotion: 2, membership: 3 };
    for (const nodeCount of [1, 2, 3, 5, 7]) {
      const names = FAMILY_NAMES.filter((name) => nodeCount >= (least[name] ?? 1));
      for (const name of names) expect(JSON.stringify(packageFor(name, { ...scope, nodeCount }))).not.toMatch(/primaries|followers/);
    }
  });
});

/** Asks a generator as a runner does whose nemesis takes `work(f)` ns for an operation. */
function drive(generator: Generator, work: (f: string, id: string) => number = () => 0): [number, string, string][] {
  const done: [number, string, string][] = [];
  let now = 0;
  let current = generator;
  const context = (): GenContext => ({ now: now as Ns, rng: createRng(1), threads: [0, 'nemesis'], isFree: () => true, processOf: (thread) => thread });
  for (;;) {
    const step = current.op(context());
    if (step.kind !== 'op') return done;
    expect(step.op.time).toBeGreaterThanOrEqual(now);
    expect(step.op.process).toBe('nemesis');
    now = step.op.time;
    const id = (step.op.value as { id: string }).id;
    done.push([now / 1e6, step.op.f, id]);
    const event = { index: 0, type: 'invoke', ...step.op } as Event;
    current = step.next.update(context(), event);
    now += work(step.op.f, id);
    current = current.update(context(), { ...event, type: 'info', time: now as Ns });
  }
}

const instance = (id: string) => ({ id, fault: 'kill', options: {} });

describe('scripted', () => {
  it('does everything in order of time, late rather than never', () => {
    const steps: ScriptStep[] = [
      { at: ms(50), f: 'heal', value: instance('a') },
      { at: ms(10), f: 'inject', value: instance('a') },
      { at: ms(20), f: 'inject', value: instance('b') },
    ];
    expect(drive(scripted(steps))).toEqual([
      [10, 'inject', 'a'],
      [20, 'inject', 'b'],
      [50, 'heal', 'a'],
    ]);
    expect(drive(scripted(steps), () => 30e6)).toEqual([
      [10, 'inject', 'a'],
      [40, 'inject', 'b'],
      [70, 'heal', 'a'],
    ]);
  });

  it('keeps a fault in force as long as it must be, counted from when it was', () => {
    const steps: ScriptStep[] = [
      { at: ms(10), f: 'inject', value: instance('a') },
      { at: ms(50), f: 'heal', value: instance('a'), hold: ms(40) },
    ];
    expect(drive(scripted(steps))).toEqual([
      [10, 'inject', 'a'],
      [50, 'heal', 'a'],
    ]);
    expect(drive(scripted(steps), (f) => (f === 'inject' ? 30e6 : 0))).toEqual([
      [10, 'inject', 'a'],
      [80, 'heal', 'a'],
    ]);
  });

  it('leaves out what would come too late, with its heal', () => {
    const steps: ScriptStep[] = [
      { at: ms(10), f: 'inject', value: instance('a') },
      { at: ms(20), f: 'inject', value: instance('b'), notAfter: ms(30) },
      { at: ms(25), f: 'heal', value: instance('b') },
      { at: ms(60), f: 'heal', value: instance('a') },
    ];
    expect(drive(scripted(steps)).map(([, f, id]) => `${f} ${id}`)).toEqual(['inject a', 'inject b', 'heal b', 'heal a']);
    expect(drive(scripted(steps), () => 25e6).map(([, f, id]) => `${f} ${id}`)).toEqual(['inject a', 'heal a']);
  });

  it('waits for the nemesis, and asking changes nothing', () => {
    const generator = scripted([{ at: ms(10), f: 'inject', value: instance('a') }]);
    const context: GenContext = { now: 0 as Ns, rng: createRng(1), threads: ['nemesis'], isFree: () => false, processOf: (thread) => thread };
    expect(generator.op(context)).toEqual({ kind: 'pending' });
    expect(generator.op({ ...context, threads: [0], isFree: () => true })).toEqual({ kind: 'pending' });
    const free = { ...context, isFree: () => true };
    expect(generator.op(free)).toEqual(generator.op(free));
  });
});

describe('rotations', () => {
  const rotating = (nodeCount: number) =>
    ['partition', 'kill', 'pause'].map((name) => {
      const each = packageFor(name, { ...scope, nodeCount });
      return { ...each, moves: each.moves.filter((move) => move.rotate) };
    });

  it('come to every node once a window, and never to a majority at once', () => {
    for (const nodeCount of [3, 4, 5, 6, 7]) {
      const nodes = Array.from({ length: nodeCount }, (_, i) => `n${i + 1}` as NodeId);
      const steps = planSchedule({ packages: rotating(nodeCount), detectionNs: ms(500), timeLimitNs: seconds(60), rng: createRng(nodeCount) });
      const hit = new Map<string, NodeId[]>();
      for (const step of steps.filter(({ f }) => f === 'inject')) {
        const options = step.value.options as { target?: Turn; isolate?: Turn };
        const chosen = select(options.target ?? options.isolate!, { nodes, primaries: [] }, createRng(1));
        expect(chosen.length).toBeLessThan(nodeCount / 2);
        const window = step.value.id.split('.')[0]!;
        hit.set(window, [...(hit.get(window) ?? []), ...chosen]);
      }
      expect(hit.size).toBeGreaterThan(10);
      for (const all of hit.values()) expect([...new Set(all)].sort()).toEqual(nodes);
    }
  });
});

describe('a family shows up first', () => {
  it('whole: in force for longer than the system takes to notice it', () => {
    for (let seed = 0; seed < 40; seed++) {
      const steps = planSchedule({ packages: packages(FAMILY_NAMES), detectionNs: ms(500), timeLimitNs: seconds(60), rng: createRng(seed) });
      for (const family of FAMILY_NAMES) {
        const [inject, heal] = steps.filter((step) => step.value.id === `${family}-1`);
        expect(heal!.at - inject!.at).toBeGreaterThanOrEqual(ms(500));
      }
    }
  });
});

describe('bursts', () => {
  it('kill fast: down for less than an election, many times in a window', () => {
    const kills = packages(['kill']).map((each) => ({ ...each, moves: each.moves.filter((move) => move.burst) }));
    const steps = planSchedule({ packages: kills, detectionNs: ms(500), timeLimitNs: seconds(60), rng: createRng(3) });
    const downs = steps
      .filter((step) => step.f === 'heal')
      .map((heal) => heal.at - steps.find((step) => step.f === 'inject' && step.value.id === heal.value.id)!.at);
    expect(downs.length).toBeGreaterThan(40);
    expect(Math.min(...downs)).toBeLessThan(ms(50));
    expect(Math.max(...downs)).toBeLessThan(ms(500));
  });

  it('give up what does not fit into the window on a slow host, never the first', () => {
    const kills = packages(['kill']).map((each) => ({ ...each, moves: each.moves.filter((move) => move.burst) }));
    const req = { packages: kills, detectionNs: ms(500), timeLimitNs: seconds(10), rng: createRng(3) };
    const slow = drive(scripted(planSchedule(req)), () => 700e6);
    const fast = drive(scripted(planSchedule(req)));
    expect(slow.length).toBeLessThan(fast.length / 3);
    const firsts = (done: [number, string, string][]) => done.filter(([, f, id]) => f === 'inject' && id.endsWith('.1')).map(([, , id]) => id);
    expect(firsts(slow)).toEqual(firsts(fast));
  });
});

describe('scenarios and recordings', () => {
  it('reads lines', () => {
    const lines = [
      ['100ms', 'inject', 'partition', { topology: 'primaries' }, 'cut'],
      ['200ms', 'inject', 'kill'],
      ['1s', 'heal', 'cut'],
      ['2s', 'heal', 'kill-2'],
    ] as const;
    expect(drive(scripted(scenarioSteps(lines)))).toEqual([
      [100, 'inject', 'cut'],
      [200, 'inject', 'kill-2'],
      [1000, 'heal', 'cut'],
      [2000, 'heal', 'kill-2'],
    ]);
    expect(scenarioSteps(lines)[0]!.value).toEqual({ id: 'cut', fault: 'partition', options: { topology: 'primaries' } });
    expect(() => scenarioSteps([['1s', 'heal', 'cut']])).toThrow('line 1 of a scenario: "cut" is healed, but not injected before');
    expect(() => scenarioSteps([['soon', 'inject', 'kill']])).toThrow('"soon" is not a duration');
  });

  it('repeats a history and a journal', () => {
    const value = { id: 'kill-1', fault: 'kill', options: { target: 'one' } };
    const other = { id: 'kill-2', fault: 'kill', options: {} };
    const events = [
      { type: 'invoke', process: 'nemesis', f: 'inject', value, time: ms(100) },
      { type: 'info', process: 'nemesis', f: 'inject', value: { ...value, changes: [] }, time: ms(150) },
      { type: 'invoke', process: 3, f: 'write', value: 1, time: ms(160) },
      { type: 'invoke', process: 'nemesis', f: 'heal', value, time: ms(900) },
      { type: 'invoke', process: 'nemesis', f: 'inject', value: other, time: ms(1000) },
    ] as const;
    const expected = [
      [100, 'inject', 'kill-1'],
      [900, 'heal', 'kill-1'],
      [1000, 'inject', 'kill-2'],
    ];
    expect(drive(scheduleFromEvents(events))).toEqual(expected);
    const evidence = { holds: true, independent: true, measured: '' };
    const change = (id: string) => ({ id, kind: 'fake', nodes: [], params: null, undo: null });
    const at = (time: number): Ns => ms(5000 + time);
    expect(
      drive(
        scheduleFromJournal(
          [
            { type: 'planned', time: at(100), instance: value, family: 'kill', change: change('kill-1/0') },
            { type: 'planned', time: at(100), instance: value, family: 'kill', change: change('kill-1/1') },
            { type: 'applied', time: at(150), change: 'kill-1/0', evidence },
            { type: 'verified', time: at(400), change: 'kill-1/0', evidence },
            { type: 'verified', time: at(900), change: 'kill-1/0', evidence },
            { type: 'undone', time: at(950), change: 'kill-1/0', evidence, by: 'run' },
            { type: 'planned', time: at(1000), instance: other, family: 'kill', change: change('kill-2/0') },
          ],
          ms(5000),
        ),
      ),
    ).toEqual(expected);
  });
});
