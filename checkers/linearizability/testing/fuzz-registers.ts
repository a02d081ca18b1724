/** Fuzzing of the engines for registers and strings. */
import type { History, Rng } from '../../../harness/contracts/index.ts';
import { UNLIMITED } from '../../budget/budget.ts';
import { judge } from '../judge.ts';
import { versionChainsEngine } from '../kv/version-chains-engine.ts';
import { builtInModel } from '../models/catalogue.ts';
import { prepare } from '../problem/prepare.ts';
import { replayWitness } from '../proof/replay-witness.ts';
import { chainsEngine } from '../registers/chains/chains-engine.ts';
import { frontierEngine } from '../registers/frontier/frontier-engine.ts';
import { searchFrontier } from '../registers/frontier/frontier-search.ts';
import { frontierSpace } from '../registers/frontier/frontier-space.ts';
import { registerForm } from '../registers/register-form.ts';
import type { Decision, Engine } from '../search/engine.ts';
import { ENGINES } from '../search/engines.ts';
import { windowedEngine } from '../search/windowed-engine.ts';
import type { Tally } from './against-oracle.ts';
import { againstOracle, type Case, type Drawn, type FuzzTarget, plantedViolations } from './fuzz-target.ts';
import { MUTATIONS } from './mutations.ts';
import { kvOperations, type RandomHistoryOptions, randomHistory, registerOperations } from './random-history.ts';
import { rewritten } from './rewritten.ts';
import { simulatedRegister } from './simulated-register.ts';

const one = <T>(rng: Rng, list: readonly T[]): T => list[rng.int(0, list.length - 1)]!;

const CAS_REGISTER = builtInModel('cas-register');
/** A failed cas without an error is an observation. */
const ETCD_REGISTER = builtInModel('etcd-register', 0);
const KV = builtInModel('kv');

/** Reads and compare-and-sets to one write. */
const KINDS = [
  { reads: 2, cas: 1 },
  { reads: 1, cas: 4 },
  { reads: 0, cas: 1 },
  { reads: 4, cas: 0 },
] as const;

/** One configuration is kept, two are: what is dropped must never be taken for what cannot be. */
const narrow = (cap: number): Engine => ({
  name: cap === Number.POSITIVE_INFINITY ? 'frontier, exact' : `frontier of ${cap}`,
  decide(problem, limits): Decision {
    const found = searchFrontier(frontierSpace(registerForm(problem)), limits, cap);
    return found.kind === 'stopped' ? { kind: 'undecided', why: 'unsuitable', explored: found.explored } : found;
  },
});

/** Registers: unique values (`values` 0) or few, expectations that are likely to hold, lies of all kinds. */
export function registerCase(rng: Rng, values: number): Drawn {
  const model = one(rng, [CAS_REGISTER, CAS_REGISTER, ETCD_REGISTER]);
  const operations = registerOperations(values, one(rng, KINDS));
  const draw: RandomHistoryOptions['draw'] = (random, i) => {
    const drawn = operations.draw(random, i);
    if (drawn.f !== 'cas' || values > 0 || random.int(0, 2) === 0) return drawn;
    return { f: 'cas', value: [Math.max(0, i - random.int(0, 3)), (drawn.value as readonly number[])[1]!] };
  };
  const history = randomHistory(rng, {
    model,
    ...operations,
    draw,
    operations: rng.int(2, 8),
    crashed: one(rng, [0, 0.2, 0.5]),
    corrupted: one(rng, [0, 0.1, 0.3, 0.5]),
    overlap: one(rng, [1, 2, 4, 8, 12]),
  });
  return { history: rng.int(0, 1) === 0 ? refusalsAsFailures(history) : history, model };
}

/** As Jepsen writes them: a cas whose condition did not hold has failed. */
function refusalsAsFailures(history: History): History {
  return rewritten(history, ({ applied, ...event }) => (applied === false ? { ...event, type: 'fail' } : event));
}

function kvCase(rng: Rng): Drawn {
  const history = randomHistory(rng, {
    model: KV,
    ...kvOperations(one(rng, [0, 0, 0, 3])),
    lie: (random, f, answer) => (f === 'get' && typeof answer === 'string' ? otherString(random, answer) : answer),
    operations: rng.int(2, 8),
    crashed: one(rng, [0, 0.2, 0.5]),
    corrupted: one(rng, [0, 0.2, 0.4, 0.7]),
    overlap: one(rng, [1, 2, 4, 8]),
  });
  return { history, model: KV };
}

function otherString(rng: Rng, text: string): string {
  const kind = rng.int(0, 4);
  if (kind === 0) return text.slice(0, -1);
  if (kind === 1) return text.slice(1);
  if (kind === 2) return [...text].reverse().join('');
  return kind === 3 ? `${text}a` : String.fromCharCode(97 + rng.int(0, 7));
}

/** Every engine against every other, and against what is known from the construction, on hundreds of operations. */
const againstEachOther: Case = (rng) => {
  const unique = rng.int(0, 1) === 0;
  const sound = simulatedRegister(rng, {
    operations: rng.int(50, 400),
    clients: rng.int(2, 12),
    crashed: one(rng, [0, 0.01, 0.05]),
    values: unique ? 0 : rng.int(2, 6),
  });
  const kind = one(rng, [undefined, ...Object.keys(MUTATIONS)]);
  const mutation = kind === undefined ? undefined : MUTATIONS[kind]!;
  const mutated = mutation && (unique || !mutation.unique) ? mutation.mutate(sound, rng) : undefined;
  const history = mutated ?? sound;
  const { keys, classes } = prepare(history, CAS_REGISTER);
  for (const engine of ENGINES) {
    const decision = engine.decide({ operations: keys[0]!, classes }, { budget: UNLIMITED, configurations: 20_000, bytesHeld: 0 });
    if (decision.kind === 'undecided') continue;
    if ((decision.kind === 'legal') !== (mutated === undefined)) return { problem: `${engine.name} says ${decision.kind} (${kind})`, history };
    const replayed = decision.kind === 'legal' ? replayWitness(keys[0]!, classes, decision.witness) : undefined;
    if (replayed?.ok === false) return { problem: `the witness of ${engine.name} is refused: ${replayed.why}`, history };
  }
  return { problem: undefined, history };
};

/** Laws: a valid history weakened is valid; the names of processes and keys make no difference. */
function metamorphic(rng: Rng): ReturnType<Case> {
  const values = one(rng, [0, 3, 6]);
  const valid = simulatedRegister(rng, { operations: rng.int(50, 600), clients: rng.int(2, 10), crashed: one(rng, [0, 0.02]), values, keys: rng.int(1, 4) });
  const weakened = rewritten(valid, (event) => (event.type === 'ok' && rng.fork(event.index).int(0, 9) === 0 ? undefined : event));
  if (judge('fuzz', weakened, CAS_REGISTER, undefined, UNLIMITED).valid !== true)
    return { problem: 'a valid history is not valid any more when weakened', history: weakened };
  const history = values === 0 ? (staleOrSame(valid, rng) ?? valid) : valid;
  const renamed = rewritten(history, (event) => ({ ...event, process: (event.process as number) * 7 + 3, key: `k${9 - (event.key as number)}` }));
  const [before, after] = [history, renamed].map((each) => judge('fuzz', each, CAS_REGISTER, undefined, UNLIMITED).valid);
  return { problem: before === after ? undefined : `${before}, and with other names ${after}`, history };
}

function staleOrSame(history: History, rng: Rng): History | undefined {
  return rng.int(0, 1) === 0 ? MUTATIONS['stale-read']!.mutate(history, rng) : undefined;
}

/** How many histories are drawn for one that has a place for a violation. */
const DRAWS = 100;

/** Violations in a long history are found, and their certificates hold. */
export function missedMutation(kind: string, rng: Rng, operations: number, times: number, tally: Tally): ReturnType<Case> {
  const { mutate, unique } = MUTATIONS[kind]!;
  for (let draw = 0; draw < DRAWS; draw++) {
    const shape = { operations, clients: rng.int(3, 10), crashed: one(rng, [0, 0.002, 0.01]), keys: one(rng, [0, 4]) };
    const valid = simulatedRegister(rng, { ...shape, values: unique || rng.int(0, 1) === 0 ? 0 : 5 });
    const done = plantedViolations(kind, CAS_REGISTER, (violation) => mutate(valid, violation), rng.fork('violation').fork(draw), times, tally);
    if (done !== undefined) return done;
  }
  throw new Error(`${DRAWS} histories have no place for a ${kind}`);
}

const LONG = 10_000;

/** Engines that registers are made for, and searches that keep little. */
const REGISTER_ENGINES: readonly Engine[] = [chainsEngine, frontierEngine, narrow(Number.POSITIVE_INFINITY), narrow(2), windowedEngine];

export const REGISTER_TARGETS: readonly FuzzTarget[] = [
  { name: 'oracle: registers, unique values', batch: 500, run: againstOracle(REGISTER_ENGINES, (rng) => registerCase(rng, 0)) },
  { name: 'oracle: registers, few values', batch: 500, run: againstOracle(REGISTER_ENGINES, (rng) => registerCase(rng, rng.int(1, 4))) },
  { name: 'oracle: strings', batch: 1_000, run: againstOracle([versionChainsEngine, windowedEngine], kvCase) },
  { name: 'engines against each other', batch: 20, run: againstEachOther },
  { name: 'metamorphic laws', batch: 10, run: metamorphic },
];

/** Every kind of violation of a register, so many of it in each valid history. */
export const mutationTargets = (times: number): readonly FuzzTarget[] =>
  Object.keys(MUTATIONS).map((kind) => ({ name: `mutation: register, ${kind}`, batch: 1, run: (rng, tally) => missedMutation(kind, rng, LONG, times, tally) }));
