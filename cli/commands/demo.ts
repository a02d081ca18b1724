/** `ordeal demo`: a replicated store with a real bug and its repair, under the same faults. */
import type { Command } from 'commander';
import { planFromFlags, runDemo } from '../../api/index.ts';
import { EXIT } from '../../harness/errors/codes.ts';
import { addRunOptions, type RunFlags } from '../options/run-options.ts';
import { pickSchemaOptions } from '../options/schema-options.ts';
import { interruptible } from '../output/interrupt.ts';
import { createRenderer } from '../output/renderer.ts';
import type { CommandContext } from './command.ts';
import { budgetOf } from './run.ts';

/** What the demo does unless told otherwise. The seed is fixed, so that everybody sees the same finding. */
const DEFAULTS = { faults: 'partition,kill', timeLimit: '40s', rate: '200', seed: '7' };

/** Adds the command. */
export function demoCommand(command: Command, context: CommandContext): void {
  addRunOptions(command);
  command.addHelpText('after', '\nExamples:\n  npx ordeal demo\n  npx ordeal demo --host process\n  npx ordeal demo --seed 11 --open\n');
  command.action(async (given: RunFlags) => {
    const flags = { ...DEFAULTS, ...given };
    const plan = await planFromFlags('raftkv', flags, pickSchemaOptions);
    const budget = budgetOf(flags);
    const renderer = createRenderer(flags.json ? 'silent' : 'terminal');
    const report = await interruptible((interruption) =>
      runDemo(plan, (name, variant) => {
        renderer.begin(
          name === 'broken' ? `broken: raftkv with the bug "${String(variant.system.options['bug'])}"` : 'repaired: raftkv as it should be',
          variant,
        );
        return { ...interruption, ...budget, onEvent: renderer.onEvent };
      }),
    ).finally(renderer.end);
    const met = report.expectations.every((expectation) => expectation.met);
    if (flags.json) {
      const { broken, repaired, expectations } = report;
      process.stdout.write(`${JSON.stringify({ met, expectations, broken: broken.results, repaired: repaired.results }, null, 2)}\n`);
    } else renderer.demo(report);
    if (flags.open) await renderer.open(report.broken);
    context.exitCode = report.interruptedBy ?? (met ? EXIT.valid : EXIT.violation);
  });
}
