/** `ordeal list [kind]`: what there is, a line each; of systems also where they run and what they can be asked. */

import chalk from 'chalk';
import { Argument, type Command } from 'commander';
import { CATALOGUE, type CatalogueKind, systemsAtLength } from '../../api/index.ts';

interface Row {
  readonly name: string;
  readonly summary: string;
  /** Of systems: the host kinds that they run on, and the workloads that they have clients for. */
  readonly hosts?: readonly string[];
  readonly workloads?: readonly string[];
}

/** Adds the command. */
export function listCommand(command: Command): void {
  command
    .addArgument(new Argument('[kind]', 'what to list; everything when absent').choices(Object.keys(CATALOGUE)))
    .option('--json', 'print as JSON')
    .addHelpText('after', '\nExamples:\n  npx ordeal list\n  npx ordeal list systems     where each system runs, and its workloads\n  npx ordeal list faults\n')
    .action(async (kind: CatalogueKind | undefined, flags: { json?: boolean }) => {
      const kinds = kind === undefined ? (Object.keys(CATALOGUE) as CatalogueKind[]) : [kind];
      const lists = Object.fromEntries(await Promise.all(kinds.map(async (each) => [each, await rowsOf(each)] as const)));
      if (flags.json) process.stdout.write(`${JSON.stringify(kind === undefined ? lists : lists[kind], null, 2)}\n`);
      else for (const [title, rows] of Object.entries(lists)) process.stdout.write(render(title, rows));
    });
}

async function rowsOf(kind: CatalogueKind): Promise<readonly Row[]> {
  const rows = Object.entries(CATALOGUE[kind]).map(([name, { summary }]): Row => ({ name, summary }));
  if (kind !== 'systems') return rows;
  const more = await systemsAtLength();
  return rows.map((row, i) => ({ ...row, hosts: more[i]?.hosts ?? [], workloads: more[i]?.workloads ?? [] }));
}

function render(title: string, rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.flatMap(({ name, summary, hosts, workloads }) => {
    const indent = ' '.repeat(width + 4);
    const more = hosts && workloads ? [`${indent}${chalk.dim(`on ${hosts.join(', ')} · workloads ${workloads.join(', ')}`)}`] : [];
    return [`  ${name.padEnd(width)}  ${summary}`, ...more];
  });
  return `${chalk.bold(title)}\n${lines.join('\n')}\n`;
}
