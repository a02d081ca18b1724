/** `ordeal init [FOLDER]`: a test of an HTTP service, to begin with. */
import { createInterface } from 'node:readline/promises';
import chalk from 'chalk';
import { type Command, Option } from 'commander';
import { type Scaffolded, type ScaffoldRequest, scaffoldService } from '../../api/index.ts';
import type { CommandContext } from './command.ts';

interface InitFlags {
  readonly start?: string;
  readonly health?: string;
  readonly operation?: string;
  readonly path?: string;
  readonly sink?: 'keyed' | 'plain';
  readonly ledgerVariable?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Nothing is asked when an option is given, or when nobody sits at the terminal. Files that exist are left as they are.
Without --start a small order service to practise on is written as well: the first run finds its mistake.

Examples:
  npx ordeal init
  npx ordeal init shop --start 'node server.js' --health /healthz --operation order --path /api/orders
  npx ordeal init mailer --start 'uvicorn main:app --host {host} --port {port}' --sink plain --yes
`;

/** Adds the command. */
export function initCommand(command: Command, _context: CommandContext): void {
  command
    .argument('[folder]', 'where the files go', '.')
    .option('--start <command>', 'what starts the service')
    .option('--health <path>', 'a path that answers with 200 once the service can work (default: /health)')
    .option('--operation <name>', 'what clients ask for (default: order)')
    .option('--path <path>', 'where clients post it to (default: /orders)')
    .addOption(
      new Option('--sink <kind>', 'the outside world: keyed applies an idempotency key once, plain whatever arrives (default: keyed)').choices([
        'keyed',
        'plain',
      ]),
    )
    .option('--ledger-variable <name>', 'the environment variable that tells the service where the outside world is (default: ORDEAL_LEDGER_URL)')
    .option('--yes', 'ask nothing')
    .option('--json', 'print as JSON; asks nothing')
    .addHelpText('after', EXAMPLES)
    .action(async (folder: string, flags: InitFlags) => {
      const asks = Object.keys(flags).length === 0 && process.stdin.isTTY && process.stdout.isTTY;
      const scaffolded = scaffoldService({ folder, ...(asks ? await asked() : given(flags)) });
      process.stdout.write(flags.json ? `${JSON.stringify({ ...scaffolded, next: nextSteps(scaffolded) }, null, 2)}\n` : told(scaffolded));
    });
}

function given({ start, health, operation, path, sink, ledgerVariable }: InitFlags): Omit<ScaffoldRequest, 'folder'> {
  const facts = { start, health, operation, path, sink, variable: ledgerVariable };
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}

/** An empty answer leaves the default. */
async function asked(): Promise<Omit<ScaffoldRequest, 'folder'>> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const ask = async (question: string): Promise<string | undefined> => (await terminal.question(`${question}: `)).trim() || undefined;
  try {
    const start = await ask('What starts the service? (empty: a small service to practise on)');
    if (start === undefined) return {};
    const health = await ask('A path that answers with 200 once it can work? (/health)');
    const path = await ask('Where do clients post what they want done? (/orders)');
    const ledgerVariable = await ask('Which environment variable says where the outside world is? (ORDEAL_LEDGER_URL)');
    const plain = /^n/i.test((await ask('Does the outside world know idempotency keys? (yes)')) ?? '');
    const flags: InitFlags = {
      start,
      ...(health !== undefined && { health }),
      ...(path !== undefined && { path }),
      ...(ledgerVariable !== undefined && { ledgerVariable }),
      ...(plain && { sink: 'plain' }),
    };
    return given(flags);
  } finally {
    terminal.close();
  }
}

function nextSteps({ folder, written }: Scaffolded): string[] {
  const enter = folder === process.cwd() ? [] : [`cd ${folder}`];
  return [...enter, ...(written.includes('server.mjs') ? ['npx ordeal run --test lost-answers'] : ['npx ordeal run']), 'npx ordeal report latest --open'];
}

function told(scaffolded: Scaffolded): string {
  const { written, kept } = scaffolded;
  const lines = [
    ...written.map((name) => `  ${chalk.green('written')}  ${name}`),
    ...kept.map((name) => `  ${chalk.dim('kept')}     ${name}, which was there`),
    '',
    written.includes('server.mjs')
      ? 'server.mjs is a small service to practise on. Run its test:'
      : 'See ordeal.config.ts and operations.ts: what clients ask for, and what the service tells the outside world. Then:',
    ...nextSteps(scaffolded).map((step) => `  ${chalk.bold(step)}`),
  ];
  return `${lines.join('\n')}\n`;
}
