/** Bugs for engines, each a plausible slip: the fuzzing must find every one of them. */
import { type KeyOperations, NEVER } from '../problem/prepare.ts';
import type { Decision, Engine } from '../search/engine.ts';

/** The problem as an engine with that bug sees it: the operations that it keeps, and when they return. */
type Slip = (operations: KeyOperations) => { readonly kept: Int32Array; readonly ret: (op: number) => number; readonly call?: (op: number) => number };

const all = ({ count }: KeyOperations): Int32Array => Int32Array.from({ length: count }, (_, op) => op);
const times = ({ ret }: KeyOperations) => ({ ret: (op: number): number => ret[op]! });

/** After every event of a small history. */
const END = 1_000_000;

const SLIPS: Readonly<Record<string, Slip>> = {
  'takes what crashed as done': (operations) => ({ kept: all(operations), ret: (op) => (operations.ret[op] === NEVER ? END + op : operations.ret[op]!) }),
  'forgets what crashed': (operations) => ({ kept: all(operations).filter((op) => operations.ret[op] !== NEVER), ...times(operations) }),
  'has an operation that crashed early return': (operations) => ({
    kept: all(operations),
    ret: (op) => (operations.ret[op] === NEVER && op === 0 ? operations.call[op]! : operations.ret[op]!),
  }),
  'takes a call right after a return as concurrent': (operations) => ({
    kept: all(operations),
    call: (op) => operations.call[op]! * 2,
    ret: (op) => (operations.ret[op] === NEVER ? NEVER : operations.ret[op]! * 2 + 3),
  }),
  'forgets who came first': (operations) => ({ kept: all(operations), ret: (op) => (operations.ret[op] === NEVER ? NEVER : END + op) }),
  'does not look at the last operation': (operations) => ({ kept: all(operations).slice(0, -1), ...times(operations) }),
  'takes equal operations for one': (operations) => ({
    kept: all(operations).filter((op) => operations.cls.indexOf(operations.cls[op]!) === op || operations.ret[op] === NEVER),
    ...times(operations),
  }),
};

/** By what they do wrong. Each makes a faulty engine of a sound one. */
export const PLANTED_BUGS: Readonly<Record<string, (sound: Engine) => Engine>> = {
  ...Object.fromEntries(Object.entries(SLIPS).map(([name, slip]) => [name, (sound: Engine): Engine => slipping(sound, slip)])),
  'takes the end of its patience for a conviction': (sound) => ({
    name: sound.name,
    decide(problem, limits): Decision {
      const decision = sound.decide(problem, { ...limits, configurations: 3 });
      const { kind, explored } = decision;
      return kind === 'undecided' && decision.why === 'configurations' ? { kind: 'illegal', suspect: problem.operations.count - 1, explored } : decision;
    },
  }),
};

function slipping(sound: Engine, slip: Slip): Engine {
  return {
    name: sound.name,
    decide(problem, limits): Decision {
      const { operations } = problem;
      const { kept, ret, call = (op): number => operations.call[op]! } = slip(operations);
      const seen: KeyOperations = {
        ...operations,
        count: kept.length,
        call: kept.map(call),
        ret: kept.map(ret),
        cls: kept.map((op) => operations.cls[op]!),
      };
      const decision = sound.decide({ ...problem, operations: seen }, limits);
      if (decision.kind === 'legal') return { ...decision, witness: decision.witness.map((op) => kept[op]!) };
      return decision.kind === 'illegal' ? { kind: 'illegal', suspect: kept[decision.suspect]!, explored: decision.explored } : decision;
    },
  };
}
