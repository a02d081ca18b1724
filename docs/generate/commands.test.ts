/** Every command that a page or a help text shows is one that the command line takes. */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { planFromFlags } from '../../api/index.ts';
import { resolvePlan } from '../../api/resolve.ts';
import { planFaults } from '../../api/run/plan-faults.ts';
import { COMMANDS } from '../../cli/commands/registry.ts';
import { programFor } from '../../cli/main.ts';
import { pickSchemaOptions } from '../../cli/options/schema-options.ts';
import { callMain } from '../../cli/testing/call-main.ts';
import { runOrdeal } from '../../cli/testing/run-ordeal.ts';
import type { HostKind } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = globSync(['README.md', 'CHANGELOG.md', 'docs/*.md', 'bench/*.md', 'examples/*/README.md'], { cwd: root });

/** The words after `npx ordeal` of each command in a text; up to the end of code, or to two spaces, which begin a remark. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/npx ordeal([^`\n]*)/g)]
    .map(([, rest]) => (rest ?? '').trim().split(/ {2,}| #|…| &&/)[0] ?? '')
    .filter((words) => !/\b(NAME|RUN|SYSTEM|FILE)\b/.test(words));
}

const fromPages = pages.flatMap((page) => commandsIn(readFileSync(`${root}/${page}`, 'utf8')).map((words) => [page, words] as const));
const fromHelp: (readonly [page: string, words: string])[] = [];
// one after the other: what is written is caught at the process
for (const name of Object.keys(COMMANDS)) {
  const { stdout } = await callMain(name, '--help');
  fromHelp.push(...commandsIn(stdout).map((words) => [`${name} --help`, words] as const));
}

/** The words of a command, as a shell takes them apart: what stands in quotes is one. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare ?? '');
}

/** Parses, without doing it; gives the arguments of a run. */
async function parsed(argv: readonly string[]) {
  const program = await programFor(argv, { exitCode: 0, argv });
  let given: readonly [subject: string | undefined, flags: Record<string, string | undefined>] | undefined;
  for (const command of program.commands)
    command.action((...args: unknown[]) => {
      given = args as never;
    });
  await program.parseAsync([...argv], { from: 'user' });
  return given;
}

describe('commands', () => {
  it('are found', () => {
    expect(fromPages.length).toBeGreaterThan(8);
    expect(fromHelp.length).toBeGreaterThan(15);
  });

  it.each([...new Map([...fromPages, ...fromHelp].map(([page, words]) => [words, page])).entries()])('npx ordeal %s (%s)', async (words) => {
    const argv = wordsOf(words);
    if (argv.includes('--help')) return expect((await callMain(...argv)).exitCode).toBe(0);
    const given = await parsed(argv);
    if (argv[0] !== 'run' || given === undefined) return;
    const [subject, flags] = given;
    if (subject === undefined || subject.endsWith('.ts')) return;
    const plan = await planFromFlags(subject, { seed: '1', ...flags }, pickSchemaOptions);
    const resolved = await resolvePlan(plan);
    const able = { ...resolved.host, probe: async () => ({ get: () => ({ ok: true, found: '' }) }) } as unknown as HostKind;
    await planFaults({ plan, ...resolved, host: able, rng: createRng(1) });
  });

  it.each(['list', 'list systems', 'list faults', 'heal --dry-run'])('npx ordeal %s does it', async (words) => {
    const { exitCode, stdout, stderr } = await callMain(...wordsOf(words));
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.length).toBeGreaterThan(20);
  });
});

const incidents = commandsIn(readFileSync(`${root}/docs/incidents.md`, 'utf8'));

it.each(incidents)('npx ordeal %s, as the page on incidents shows it, goes as it should', (words) => {
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-page-'));
  const { status, stdout, stderr } = runOrdeal(wordsOf(words), { cwd: folder });
  rmSync(folder, { recursive: true });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/convict|duplicate-effect|timeout-is-failure/);
});

describe('the configuration in the README', () => {
  it('loads, and all that it names is there', () => {
    const [, code] = /```ts\n(.*?)```/s.exec(readFileSync(`${root}/README.md`, 'utf8')) ?? [];
    const folder = mkdtempSync(join(tmpdir(), 'ordeal-readme-'));
    writeFileSync(join(folder, 'ordeal.config.ts'), code ?? '');
    // planning comes last: so everything before it went well, and nothing is started
    const { status, stderr } = runOrdeal(['run', '--time-limit', '1'], { cwd: folder });
    rmSync(folder, { recursive: true });
    expect(stderr).toMatch(/^ORDEAL_TIME_LIMIT_TOO_SHORT .*\n.* the faults partition, kill: /);
    expect(status).toBe(64);
  });
});
