/** `ordeal incident list | show ID | run ID`: the catalogue of incidents. */
import chalk from 'chalk';
import { Argument, type Command, Option } from 'commander';
import { asExpected, describeIncident, incidentRows, loadIncident, runIncident, runTrials, seedOf } from '../../api/index.ts';
import { EXIT } from '../../harness/errors/codes.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { interruptible } from '../output/interrupt.ts';
import { createRenderer } from '../output/renderer.ts';
import { wrapped } from '../output/wrapped.ts';
import type { CommandContext } from './command.ts';

type Incident = Awaited<ReturnType<typeof loadIncident>>;
type Variant = 'broken' | 'fixed';

interface IncidentFlags {
  readonly variant?: Variant;
  readonly seeds?: string;
  readonly seed: string;
  readonly host: string;
  readonly out: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  npx ordeal incident list
  npx ordeal incident show timeout-is-failure
  npx ordeal incident run timeout-is-failure
  npx ordeal incident run outbox-lost --variant broken --seed 11
  npx ordeal incident run poison-message --seeds 20
  npx ordeal incident run timeout-is-failure --host process
`;

/** Adds the command. */
export function incidentCommand(command: Command, context: CommandContext): void {
  command
    .addArgument(new Argument('<what>', 'what to do').choices(['list', 'show', 'run']))
    .argument('[incident]', 'its name, as `ordeal incident list` says')
    .addOption(new Option('--variant <which>', 'one variant alone (default: both, under the same faults)').choices(['broken', 'fixed']))
    .option('--seeds <n>', 'so many seeds from --seed on, on the simulator; says how often each variant went as expected')
    .option('--seed <seed>', 'the one source of chance', '1')
    .option('--host <kind>', 'where the nodes are: sim, process or netns', 'sim')
    .option('--out <dir>', 'where run folders are made', 'ordeal-results')
    .option('--json', 'print as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (what: 'list' | 'show' | 'run', id: string | undefined, flags: IncidentFlags) => {
      if (what === 'list') return list(flags);
      if (id === undefined)
        throw new OrdealError('ORDEAL_USAGE', { what: `which incident? (ordeal incident ${what} NAME)`, remedy: 'See `ordeal incident list`.' });
      const incident = await loadIncident(id);
      if (what === 'show') return show(incident, flags);
      context.exitCode = flags.seeds === undefined ? await run(incident, flags) : await trials(incident, flags, flags.seeds);
    });
}

function list(flags: IncidentFlags): void {
  const rows = incidentRows();
  const width = Math.max(...rows.map(({ id }) => id.length));
  const groups = [...new Set(rows.map(({ group }) => group))];
  const lines = groups.flatMap((group) => [
    chalk.bold(group),
    ...rows.filter((row) => row.group === group).map(({ id, summary }) => `  ${id.padEnd(width)}  ${summary}`),
  ]);
  process.stdout.write(flags.json ? `${JSON.stringify(rows, null, 2)}\n` : `${lines.join('\n')}\n`);
}

function show(incident: Incident, flags: IncidentFlags): void {
  const description = describeIncident(incident);
  process.stdout.write(flags.json ? `${JSON.stringify(description, null, 2)}\n` : story(incident));
}

function story(incident: Incident): string {
  const { id, summary, wrong, mend, judged } = describeIncident(incident);
  return `${chalk.bold(id)}: ${summary}\n\n${wrapped(`What went wrong. ${wrong}`)}\n\n${wrapped(`The mend. ${mend}`)}\n\n${wrapped(judged)}\n`;
}

const variantsOf = ({ variant }: IncidentFlags): readonly Variant[] => (variant === undefined ? ['broken', 'fixed'] : [variant]);

async function run(incident: Incident, flags: IncidentFlags): Promise<number> {
  const renderer = createRenderer(flags.json ? 'silent' : 'terminal');
  if (!flags.json) process.stdout.write(`${story(incident)}\n`);
  const request = { incident, variants: variantsOf(flags), seed: seedOf(flags.seed), host: flags.host, out: flags.out };
  const report = await interruptible((interruption) =>
    runIncident(request, (variant, plan) => {
      renderer.begin(`${variant}: ${incident.id}`, plan);
      return { ...interruption, onEvent: renderer.onEvent };
    }),
  ).finally(renderer.end);
  const { reports, expectations } = report;
  const met = expectations.every((expectation) => expectation.met);
  if (flags.json) process.stdout.write(`${JSON.stringify({ met, expectations, runs: reports.map(({ results }) => results) }, null, 2)}\n`);
  else {
    for (const each of reports) renderer.verdict(each);
    const marks = expectations.map((expectation) => `  ${expectation.met ? chalk.green('✓') : chalk.red('✗')} ${expectation.text}`);
    process.stdout.write(`\n${marks.join('\n')}\n`);
  }
  return report.interruptedBy ?? (met ? EXIT.valid : EXIT.violation);
}

async function trials(incident: Incident, flags: IncidentFlags, count: string): Promise<number> {
  const number = Number(count);
  const first = Number(flags.seed);
  if (!Number.isInteger(number) || number < 1)
    throw new OrdealError('ORDEAL_USAGE', { what: '--seeds takes a whole number above 0', where: '--seeds', value: count });
  if (!Number.isInteger(first)) throw new OrdealError('ORDEAL_USAGE', { what: '--seeds counts up from a whole number', where: '--seed', value: flags.seed });
  if (flags.host !== 'sim') throw new OrdealError('ORDEAL_USAGE', { what: '--seeds is for the simulator', where: '--host', value: flags.host });
  const seeds = Array.from({ length: number }, (_, n) => first + n);
  const results = [];
  for (const variant of variantsOf(flags)) {
    const each = await runTrials({ id: incident.id, variant, seeds });
    const others = each.filter((trial) => !asExpected(incident, variant, trial));
    results.push({ variant, seeds: number, asExpected: number - others.length, others });
    if (flags.json) continue;
    const expected = variant === 'broken' ? `convicted of ${incident.anomaly}` : 'passed above its floor';
    process.stdout.write(`${variant}: ${expected} in ${number - others.length} of ${number} seeds\n`);
    for (const { seed, sentence } of others) process.stdout.write(`  seed ${seed}: ${sentence}\n`);
  }
  if (flags.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  return results.every(({ others }) => others.length === 0) ? EXIT.valid : EXIT.violation;
}
