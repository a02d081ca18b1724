/** `ordeal run [SYSTEM | FILE]`: one test, or all tests of a configuration. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import {
  DEFAULT_BUDGET,
  durationMs,
  loadConfig,
  namedSchemas,
  planFromFlags,
  plansFromConfig,
  previewRun,
  type RunOptions,
  type RunPlan,
  type RunPreview,
  type RunReport,
  runTest,
  systemNames,
} from '../../api/index.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { mergeExitCodes } from '../../harness/store/index.ts';
import { addRunOptions, COMMON_FLAGS, type RunFlags } from '../options/run-options.ts';
import { addSchemaOptions, pickSchemaOptions } from '../options/schema-options.ts';
import { interruptible } from '../output/interrupt.ts';
import { renderPreview } from '../output/render-preview.ts';
import { renderRuns } from '../output/render-runs.ts';
import { createRenderer } from '../output/renderer.ts';
import type { CommandContext } from './command.ts';

const EXAMPLES = `
Examples:
  npx ordeal run raftkv --faults partition,kill --seed 7
  npx ordeal run raftkv --bug unpersisted-vote --workload set --faults kill,partition
  npx ordeal run etcd --nodes 3 --workload register --faults partition,kill,pause --time-limit 30
  npx ordeal run ordeal.config.ts --test register
  npx ordeal run etcd --help                            the options of etcd, its workload and its host
`;

const DEFAULT_CONFIG = 'ordeal.config.ts';

/** Adds the command. The options of the system, workload and host that the arguments name come from their schemas. */
export async function runCommand(command: Command, context: CommandContext): Promise<void> {
  command.argument('[system]', `a system of \`ordeal list systems\`, or a configuration file (default: ${DEFAULT_CONFIG})`);
  addRunOptions(command);
  command.option('--config <file>', 'a configuration file').option('--test <name>', 'one test of the configuration');
  command.option('--dry-run', 'print what would be done where, do nothing');
  for (const { heading, schema } of await schemasNamedIn(context.argv)) addSchemaOptions(command, schema, heading);
  command.addHelpText('after', EXAMPLES);
  command.action(async (subject: string | undefined, flags: RunFlags & { config?: string; test?: string; dryRun?: boolean }) => {
    const config = configFile(subject, flags.config);
    const plans = config === undefined ? [await planOf(subject, flags)] : plansFromConfig(await loadConfig(config), onlyCommon(flags));
    if (flags.dryRun === true) await showPlans(plans, flags);
    else context.exitCode = await runPlans(plans, flags);
  });
}

/** Prints what each plan would do where. */
async function showPlans(plans: readonly RunPlan[], flags: RunFlags): Promise<void> {
  const previews: RunPreview[] = [];
  for (const plan of plans) previews.push(await previewRun(plan));
  const text = flags.json ? `${JSON.stringify(plans.length === 1 ? previews[0] : previews, null, 2)}\n` : previews.map(renderPreview).join('\n');
  process.stdout.write(text);
}

/** Runs plans one after the other and renders each. Gives the merged exit code. */
async function runPlans(plans: readonly RunPlan[], flags: RunFlags): Promise<number> {
  const codes: number[] = [];
  const reports: RunReport[] = [];
  const budget = budgetOf(flags);
  for (const plan of plans) {
    const renderer = createRenderer(flags.json ? 'silent' : 'terminal');
    renderer.begin(titleOf(plan), plan);
    const report = await interruptible((interruption) => runTest(plan, { ...interruption, ...budget, onEvent: renderer.onEvent })).finally(renderer.end);
    reports.push(report);
    if (!flags.json) renderer.verdict(report);
    codes.push(report.interruptedBy ?? report.results.exitCode);
    if (report.interruptedBy !== undefined) break;
    if (flags.open) await renderer.open(report);
  }
  const documents = reports.map(({ folder, results }) => ({ folder: folder.path, ...results }));
  if (flags.json) process.stdout.write(`${JSON.stringify(plans.length === 1 ? documents[0] : documents, null, 2)}\n`);
  else if (plans.length > 1) process.stdout.write(renderRuns(reports));
  return codes.find((code) => code > 128) ?? mergeExitCodes(codes);
}

function titleOf(plan: RunPlan): string {
  // what is no word or number stands in run.json
  const chosen = Object.entries(plan.system.options).flatMap(([key, value]) => (typeof value === 'object' ? [] : [`${key} ${String(value)}`]));
  const system = [plan.system.name, ...chosen].join(', ');
  return plan.config === undefined ? system : `${plan.config.test}: ${system}`;
}

/** The time that each check may take, as `--budget` says. Throws ORDEAL_BAD_DURATION. */
export function budgetOf(flags: RunFlags): Pick<RunOptions, 'budget'> {
  return flags.budget === undefined ? {} : { budget: { ...DEFAULT_BUDGET, timeMs: durationMs(flags.budget, '--budget') } };
}

/** The configuration file that is meant, where one is: named, or there and nothing else is. */
function configFile(subject: string | undefined, named: string | undefined): string | undefined {
  if (named !== undefined) {
    if (subject === undefined) return named;
    throw new OrdealError('ORDEAL_USAGE', { what: 'a configuration names its system itself', where: subject, remedy: 'Give a system or --config, not both.' });
  }
  if (subject !== undefined) return /\.[cm]?[jt]s$/.test(subject) ? subject : undefined;
  return existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined;
}

/** Beside a configuration only the general flags make sense. Throws ORDEAL_BAD_OPTION for others. */
function onlyCommon(flags: RunFlags): RunFlags {
  const foreign = Object.keys(flags).find((key) => key === 'workload' || !COMMON_FLAGS.has(key));
  if (foreign === undefined) return flags;
  const flag = `--${foreign.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
  throw new OrdealError('ORDEAL_BAD_OPTION', {
    what: 'with a configuration, the options of systems, workloads and hosts stand in it',
    where: flag,
    remedy: `Leave out ${flag}, or change the configuration.`,
  });
}

async function planOf(system: string | undefined, flags: RunFlags): Promise<RunPlan> {
  if (system !== undefined) return planFromFlags(system, flags, pickSchemaOptions);
  throw new OrdealError('ORDEAL_USAGE', {
    what: `there is no ${DEFAULT_CONFIG} here, and no system was named (systems: ${systemNames().join(', ')})`,
    where: 'ordeal run',
    remedy: 'Name a system: npx ordeal run raftkv',
  });
}

/** The schemas of what the arguments name; an unknown name is told later, by the action. */
async function schemasNamedIn(argv: readonly string[]): Promise<readonly { readonly heading: string; readonly schema: unknown }[]> {
  const value = (flag: string): string | undefined => {
    const inline = argv.find((word) => word.startsWith(`${flag}=`));
    return inline ? inline.slice(flag.length + 1) : argv[argv.indexOf(flag) + 1 || argv.length];
  };
  const system = argv.slice(1).find((word) => systemNames().includes(word));
  return system === undefined ? [] : namedSchemas({ system, workload: value('--workload'), host: value('--host') });
}
