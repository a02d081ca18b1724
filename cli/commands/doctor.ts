/** `ordeal doctor`: what this machine can do, what was found, how to enable the rest. */
import chalk from 'chalk';
import type { Command } from 'commander';
import { examineMachine } from '../../api/index.ts';
import { EXIT } from '../../harness/errors/codes.ts';
import type { CommandContext } from './command.ts';

/** Adds the command. */
export function doctorCommand(command: Command, context: CommandContext): void {
  command
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExample:\n  npx ordeal doctor\n')
    .action(async (flags: { json?: boolean }) => {
      const hosts = await examineMachine();
      if (flags.json) process.stdout.write(`${JSON.stringify(hosts, null, 2)}\n`);
      else {
        for (const host of hosts) {
          process.stdout.write(`${chalk.bold(host.name)}  ${chalk.dim(host.summary)}\n`);
          for (const { capability, ok, found, remedy } of inShort(host.capabilities)) {
            process.stdout.write(
              `  ${ok ? chalk.green('✓') : chalk.yellow('–')} ${capability.padEnd(20)} ${found}\n${remedy && !ok ? `      ${remedy}\n` : ''}`,
            );
          }
        }
      }
      context.exitCode = hosts.some((host) => host.capabilities.some(({ ok }) => ok)) ? EXIT.valid : EXIT.environment;
    });
}

type Capabilities = Awaited<ReturnType<typeof examineMachine>>[number]['capabilities'];

/** A host that can do nothing, for one and the same reason, says so once. */
function inShort(capabilities: Capabilities): Capabilities {
  const [first] = capabilities;
  if (first === undefined || capabilities.some(({ ok, found }) => ok || found !== first.found)) return capabilities;
  return [{ ...first, capability: 'nothing' }];
}
