/**
 * `node bench/incidents.ts [seeds] [id…]`: in how many of so many random seeds the broken variant of each incident is
 * convicted of its anomaly, and the fixed one passes above its floor. Exit 1 below 95 % and 100 %.
 */
import { asExpected, runTrials } from '../api/incidents/trials.ts';
import { createRng } from '../harness/random/rng.ts';
import { freshSeed } from '../harness/random/seed.ts';
import { INCIDENTS } from '../incidents/registry/incidents.ts';

const [count = '10', ...ids] = process.argv.slice(2);
const base = freshSeed();
const rng = createRng(base).fork('incidents');
const seeds = Array.from({ length: Number(count) }, (_, i) => rng.fork(i).int(0, 0x7fffffff));
console.log(`base seed ${base}, ${seeds.length} seeds each`);
for (const [id, entry] of Object.entries(INCIDENTS)) {
  if (ids.length > 0 && !ids.includes(id)) continue;
  const incident = await entry.load();
  const before = process.cpuUsage();
  const broken = await runTrials({ id, variant: 'broken', seeds });
  const fixed = await runTrials({ id, variant: 'fixed', seeds });
  const { user, system } = process.cpuUsage(before);
  const convicted = broken.filter((trial) => asExpected(incident, 'broken', trial)).length;
  const passed = fixed.filter((trial) => asExpected(incident, 'fixed', trial)).length;
  const least = Math.min(...fixed.map(({ okShare }) => okShare));
  const cpu = ((user + system) / 1e6 / seeds.length).toFixed(2);
  console.log(
    `${id.padEnd(26)} broken convicted (side-effects/${incident.anomaly}) ${convicted}  fixed passed ${passed}, at least ${(100 * least).toFixed(0)} % succeeded (floor ${100 * incident.floor} %)  ${cpu} s CPU a pair`,
  );
  for (const trial of broken) if (!asExpected(incident, 'broken', trial)) console.log(`    broken, seed ${trial.seed}: ${trial.valid} ${trial.sentence}`);
  for (const trial of fixed)
    if (!asExpected(incident, 'fixed', trial)) console.log(`    fixed, seed ${trial.seed}: ${trial.valid} ${trial.sentence} ${trial.unproven} faults unproven`);
  if (convicted < 0.95 * seeds.length || passed < seeds.length) process.exitCode = 1;
}
