/** The command line: parse → call the api → render → exit code. Only this file and `bin` turn errors into exit codes. */
import { Command, CommanderError } from 'commander';
import { VERSION } from '../api/version.ts';
import { EXIT } from '../harness/errors/codes.ts';
import { isOrdealError, OrdealError } from '../harness/errors/ordeal-error.ts';
import type { CommandContext } from './commands/command.ts';
import { COMMANDS } from './commands/registry.ts';
import { errorAsJson, renderError } from './output/render-error.ts';

const EXAMPLES = `
Examples:
  npx ordeal demo                                             a bug convicted, its repair acquitted
  npx ordeal run raftkv --faults partition,kill --seed 7      a test on the simulator
  npx ordeal check history.edn --model cas-register           a verdict on anybody's history

Exit codes: 0 valid · 1 violation · 2 unknown, or nothing was tested · 3 the environment or the target failed ·
64 usage · 70 a mistake in ordeal · 130/143 interrupted
`;

/** Runs one command line; gives the exit code. Never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  const context: CommandContext = { exitCode: EXIT.valid, argv };
  try {
    const program = await programFor(argv, context);
    await program.parseAsync(argv.length === 0 ? ['--help'] : [...argv], { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.valid;
    return fail(error instanceof CommanderError ? usageError(error, argv) : error, argv);
  }
}

/** All commands by name and summary; of the one that is asked for, everything. */
export async function programFor(argv: readonly string[], context: CommandContext): Promise<Command> {
  const program = quiet(new Command('ordeal'))
    .description('Puts a distributed system through it: workloads, faults that provably bite, and checkers that say what broke.')
    .version(VERSION)
    .addHelpText('after', EXAMPLES);
  const asked = argv[0] === 'help' ? argv[1] : argv[0];
  for (const [name, entry] of Object.entries(COMMANDS)) {
    const command = quiet(program.command(name).description(entry.summary));
    if (name === asked) await (await entry.load())(command, context);
  }
  return program;
}

/** Errors are thrown, and told by `fail` alone. */
function quiet(command: Command): Command {
  return command.exitOverride().configureOutput({ outputError: () => undefined });
}

function usageError(error: CommanderError, argv: readonly string[]): OrdealError {
  const command = Object.hasOwn(COMMANDS, argv[0] ?? '') ? ` ${argv[0]}` : '';
  const what = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return new OrdealError('ORDEAL_USAGE', { what, where: `ordeal${command}`, remedy: `See \`ordeal${command} --help\`.` });
}

/**
 * The exit code of an error, also of one that nobody caught: Node's own, 1, would say that a history was convicted. Says it for
 * people on stderr; with `--json` also for programs, who find one document on stdout whatever happens.
 */
export function fail(error: unknown, argv: readonly string[]): number {
  process.stderr.write(renderError(error));
  if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: errorAsJson(error) }, null, 2)}\n`);
  return isOrdealError(error) ? error.exitCode : EXIT.internal;
}
