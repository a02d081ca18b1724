/**
 * `npm run fuzz -- [--seconds 60 | --cases N | --decided N] [--seed S] [--only BEGINNING-OF-A-NAME]…`: fuzzes the checkers for as
 * long as it is told, every target in turn, or with so many cases of each, or until each of a target's engines has decided so
 * many (one that has decided enough is not asked any more). Ends with 1 and the history at the first disagreement.
 */
import { parseArgs } from 'node:util';
import type { Tally } from '../checkers/linearizability/testing/against-oracle.ts';
import { type FuzzTarget, fuzzTarget } from '../checkers/linearizability/testing/fuzz-target.ts';
import { FUZZ_TARGETS } from '../checkers/linearizability/testing/fuzz-targets.ts';
import { noShapes, type Shapes } from '../checkers/linearizability/testing/shapes.ts';
import { freshSeed } from '../harness/random/seed.ts';
import { createRealClock } from '../harness/time/real-clock.ts';
import { NS_PER_MS } from '../harness/time/units.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    cases: { type: 'string' },
    decided: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string', multiple: true, default: [''] },
  },
});
const seed = values.seed ?? String(freshSeed());
const targets = FUZZ_TARGETS.filter(({ name }) => values.only.some((beginning) => name.startsWith(beginning)));
if (targets.length === 0) throw new Error(`nothing is called "${values.only.join('", "')}" (there are ${FUZZ_TARGETS.map(({ name }) => name).join(', ')})`);
const clock = createRealClock();
const end = clock.now() + Number(values.seconds) * 1_000 * NS_PER_MS;
/** What each target gets in a turn. */
const TURN_NS = 250 * NS_PER_MS;
/** An engine that suits fewer of a target's cases is not waited for: the others would be asked ten times as much meanwhile. */
const RARE = 0.15;

interface Progress {
  readonly target: FuzzTarget;
  readonly tally: Tally;
  readonly shapes: Shapes;
}

/** The cases of a target are done, or its engines have decided enough, or the time is over. */
function isOver({ tally, shapes }: Progress): boolean {
  if (values.cases !== undefined) return shapes.histories >= Number(values.cases);
  if (values.decided === undefined) return clock.now() >= end;
  return shapes.histories > 0 && enginesAsked(tally, Number(values.decided)).length === 0;
}

/** The engines that have not decided enough; those that have are retired. */
function enginesAsked(tally: Tally, enough: number): string[] {
  const asked: string[] = [];
  for (const [engine, decided] of tally) {
    const known = decided.legal + decided.illegal;
    decided.isRetired = known >= enough;
    if (!decided.isRetired && known > RARE * (known + decided.unsuitable)) asked.push(engine);
  }
  return asked;
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`;

console.log(`seed ${seed}`);
const progress = targets.map((target): Progress => ({ target, tally: new Map(), shapes: noShapes() }));
while (progress.some((turn) => !isOver(turn))) {
  for (const turn of progress) {
    const until = clock.now() + TURN_NS;
    const { target, tally, shapes } = turn;
    while (clock.now() < until && !isOver(turn)) fuzzTarget(target, seed, shapes.histories, target.batch, tally, shapes);
  }
}
for (const { target, tally, shapes } of progress) {
  const { histories } = shapes;
  if (histories === 0) continue;
  const share = (name: 'unknown' | 'refused' | 'repeated'): string => percent(shapes[name], histories);
  console.log(
    `${target.name}: ${histories} histories, no disagreement (${share('unknown')} with unknown outcomes, ${share('refused')} refusals, ${share('repeated')} that ask for one thing twice)`,
  );
  for (const [engine, { legal, illegal }] of tally)
    if (legal + illegal > 0)
      console.log(`    ${engine.padEnd(20)} ${String(legal + illegal).padStart(9)} decided, ${percent(illegal, legal + illegal).padStart(6)} of them illegal`);
}
