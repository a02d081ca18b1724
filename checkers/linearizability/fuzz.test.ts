import { describe, expect, it } from 'vitest';
import type { Rng } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { fifoEngine } from './collections/fifo-engine.ts';
import { lockEngine } from './locks/lock-engine.ts';
import { builtInModel } from './models/catalogue.ts';
import type { Model } from './models/model.ts';
import { INCONSISTENT } from './models/model.ts';
import { chainsEngine } from './registers/chains/chains-engine.ts';
import type { Engine } from './search/engine.ts';
import { windowedEngine } from './search/windowed-engine.ts';
import { GENERAL_TARGETS, small } from './testing/fuzz-general.ts';
import { drawnOf, FAMILIES_BY_MODEL } from './testing/fuzz-objects.ts';
import { missedMutation, REGISTER_TARGETS, registerCase } from './testing/fuzz-registers.ts';
import { againstOracle, type Drawn, type FuzzTarget, fuzzTarget } from './testing/fuzz-target.ts';
import { MUTATIONS } from './testing/mutations.ts';
import { PLANTED_BUGS } from './testing/planted-bugs.ts';
import { noShapes } from './testing/shapes.ts';

/** How many batches of a target a test run takes; of the others two. */
const BATCHES: Readonly<Record<string, number>> = {
  'oracle: any register': 4,
  'checker: two keys': 6,
  'longer histories, by the verifier': 5,
  'local refutations': 4,
};

/** The general search by that model alone. */
const searchOf = (model: Model): FuzzTarget => ({ name: 'wrong', batch: 1, run: againstOracle([windowedEngine], small([model])) });

describe('engines and checker by registers and strings', () => {
  it.each([...GENERAL_TARGETS, ...REGISTER_TARGETS].filter(({ name }) => !name.startsWith('mutation')))('$name', (target) => {
    const shapes = noShapes();
    const tally = fuzzTarget(target, 'test', 0, target.batch * (BATCHES[target.name] ?? 2), new Map(), shapes);
    // what is nearly always legal, or nearly never, tests little; so does what never crashes
    for (const { legal, illegal } of tally.values()) expect(illegal / (legal + illegal)).toSatisfy((share: number) => share > 0.15 && share < 0.85);
    if (target.name.startsWith('oracle')) expect(shapes.unknown / shapes.histories).toBeGreaterThan(0.4);
  });

  it.each(Object.keys(MUTATIONS))('find every %s in histories of 2 000 operations', (kind) => {
    expect(missedMutation(kind, createRng(kind), 2_000, 4, new Map()).problem).toBeUndefined();
  });
});

/** Sound engines, and what they are fuzzed with. */
const DRAWS: Readonly<Record<string, readonly [Engine, (rng: Rng) => Drawn]>> = {
  'general search': [windowedEngine, (rng) => registerCase(rng, 2)],
  'fifo engine': [fifoEngine, drawnOf(FAMILIES_BY_MODEL.get('fifo-queue')!)],
  'lock engine': [lockEngine, drawnOf(FAMILIES_BY_MODEL.get('owner-aware-mutex')!)],
};
/** No bugs where they are: these engines have no patience to lose, and what crashed can always come last in a queue. */
const HARMLESS = [
  'fifo engine that takes the end of its patience for a conviction',
  'lock engine that takes the end of its patience for a conviction',
  'fifo engine that takes what crashed as done',
];
const PLANTED = Object.entries(DRAWS).flatMap(([engine, [sound, draw]]) =>
  Object.entries(PLANTED_BUGS).flatMap(([bug, plant]) =>
    HARMLESS.includes(`${engine} that ${bug}`) ? [] : [[`${engine} that ${bug}`, plant(sound), draw] as const],
  ),
);

describe('the fuzzing', () => {
  it.each(PLANTED)('finds a %s', (_, engine, draw) => {
    const faulty: FuzzTarget = { name: 'planted', batch: 1, run: againstOracle([engine], draw) };
    expect(() => fuzzTarget(faulty, 'planted', 0, 2_000)).toThrow(/says (il)?legal, the oracle|the witness is refused|is blamed/);
  });

  it('finds a model that is slightly wrong', () => {
    const honest = builtInModel('cas-register');
    const wrong: Model = { ...honest, step: (state, op) => (op.f === 'read' && op.output === 2 ? state : honest.step(state, op)) };
    expect(() => fuzzTarget(searchOf(wrong), 'wrong model', 0, 5_000)).toThrow(/oracle|witness|blamed/);
  });

  it('finds an engine that is slightly wrong', () => {
    const credulous: Engine = {
      name: 'credulous',
      decide(problem, limits) {
        const decision = chainsEngine.decide(problem, limits);
        const isZones = decision.kind === 'illegal' && (decision.core?.length ?? 0) >= 3;
        return isZones ? { kind: 'legal', witness: Int32Array.from(problem.operations.ret.keys()), explored: 0 } : decision;
      },
    };
    const wrong: FuzzTarget = { name: 'wrong', batch: 1, run: againstOracle([credulous], (rng) => registerCase(rng, 0)) };
    expect(() => fuzzTarget(wrong, 'wrong engine', 0, 2_000)).toThrow(/credulous says legal, the oracle illegal/);
  });
});

describe('a model that breaks what it declares', () => {
  const counter: Model<number> = {
    name: 'counter',
    summary: '',
    fs: ['read', 'write', 'cas'],
    init: 0,
    step: (state, op) => (op.f === 'read' ? (op.output === state ? state + 1 : INCONSISTENT) : state),
    observers: ['read'],
  };

  it('is refused: an observer that changes the state', () => {
    expect(() => fuzzTarget(searchOf(counter as Model), 1, 0, 100)).toThrow(/"counter" says that "read" changes nothing/);
  });

  it('is refused: a blind operation that cannot happen everywhere', () => {
    const model = { ...counter, observers: [], blind: ['read'] };
    expect(() => fuzzTarget(searchOf(model as Model), 1, 0, 100)).toThrow(/can happen in every state/);
  });

  it('is refused: an overwriting operation that keeps something of the state before', () => {
    const model: Model<number> = { ...counter, observers: [], overwriting: ['write'], step: (state) => state + 1 };
    expect(() => fuzzTarget(searchOf(model as Model), 1, 0, 100)).toThrow(/leaves nothing of the state before/);
  });

  it('is refused: states that JSON cannot say, without a key', () => {
    const model: Model<Map<string, number>> = { ...counter, observers: [], init: new Map(), step: (state: Map<string, number>) => new Map(state) } as never;
    expect(() => fuzzTarget(searchOf(model as unknown as Model), 1, 0, 100)).toThrow(/needs `key`/);
  });
});
