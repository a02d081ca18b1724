/**
 * `npm run soak [part…] [-- --seeds N --histories N --checked N --violations N --kills N --long N]`: the big counts that CI runs a small part of.
 * A hundred seeds of every raftkv trial, three million histories decided by every engine of each model as the oracle does, a thousand violations of
 * each kind, a hundred kills of the harness. A part is named by the beginning of its name (`raftkv` is all trials of
 * raftkv); each takes its section of `docs/soak.md` when it is done, and the other sections stay.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TRIALS } from '../api/campaign/raftkv-campaign.ts';
import { FUZZ_TARGETS, PLANTED } from '../checkers/linearizability/testing/fuzz-targets.ts';
import { LAWS } from '../checkers/testing/laws.ts';
import { wallClockIso } from '../harness/time/real-clock.ts';

interface Part {
  readonly title: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const PAGE = 'docs/soak.md';
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '100' },
    histories: { type: 'string', default: '3000000' },
    checked: { type: 'string', default: '300000' },
    violations: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '100' },
    long: { type: 'string', default: '10' },
  },
});
const PARTS: Readonly<Record<string, Part>> = {
  ...Object.fromEntries(
    TRIALS.map(({ variant, ordeal }): [string, Part] => [
      `raftkv/${variant}/${ordeal}`,
      { title: `raftkv: ${variant}, ${ordeal}`, command: ['node', 'bench/campaign.ts', values.seeds, `${variant}/${ordeal}`] },
    ]),
  ),
  ...Object.fromEntries(
    FUZZ_TARGETS.filter(({ name }) => name.startsWith('oracle')).map(({ name }): [string, Part] => [
      `linearizability/${name}`,
      { title: `linearizability, engines and ${name}`, command: ['node', 'bench/fuzz.ts', '--only', name, '--decided', values.histories] },
    ]),
  ),
  checker: {
    title: 'linearizability: the whole checker against the oracle, and every certificate',
    command: ['node', 'bench/fuzz.ts', '--only', 'checker', '--cases', values.checked],
  },
  violations: {
    title: 'linearizability: violations put into histories of 10 000 operations',
    command: ['node', 'bench/fuzz.ts', '--only', 'mutation', '--cases', String(Math.ceil(Number(values.violations) / PLANTED))],
  },
  isolation: {
    title: 'isolation: the checker against the oracle',
    command: ['node', 'checkers/isolation/isolation.soak.ts', values.histories],
  },
  injections: {
    title: 'isolation: anomalies put into histories of 100 000 transactions',
    command: ['node', 'checkers/isolation/injections.soak.ts', values.seeds],
  },
  'total-queue': {
    title: 'total-queue: the checker against its definition, and its cost',
    command: ['node', 'checkers/queue/total-queue.soak.ts', '100000'],
  },
  'side-effects': {
    title: 'side effects: the checker against its definition, and its cost',
    command: ['node', 'checkers/side-effects/side-effects.soak.ts', '100000'],
  },
  ...Object.fromEntries(
    Object.keys(LAWS).map((law): [string, Part] => [
      `laws/${law}`,
      { title: `${law}: the checker against its definition, planted anomalies, and its cost`, command: ['node', 'checkers/testing/laws.soak.ts', law] },
    ]),
  ),
  ...Object.fromEntries(
    ['log', 'lock', 'watch', 'ttl'].map((name): [string, Part] => [
      `checkers/${name}`,
      {
        title: `${name}: the checker against its definition, anomalies put into histories of 100 000 operations, and its cost`,
        command: ['node', `checkers/${name}/${name}.soak.ts`, '100000', values.long],
      },
    ]),
  ),
  incidents: {
    title: 'incidents: broken and fixed in random seeds',
    command: ['node', 'bench/incidents.ts', values.seeds],
  },
  kills: {
    title: 'kill -9 of the harness during etcd runs',
    command: ['vitest', 'run', '--config', 'vitest.real.config.ts', 'api/run/kill-nine'],
    env: { ORDEAL_KILLS: values.kills },
  },
};

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
/** By title. Read anew each time, since another soak may be under way. */
function sectionsOfPage(): Map<string, string> {
  const sections = existsSync(PAGE) ? readFileSync(PAGE, 'utf8').split(/^## /m).slice(1) : [];
  return new Map(sections.map((section) => [section.slice(0, section.indexOf('\n')), `${section.trimEnd()}\n`]));
}

/** Runs a part and gives its section. */
function soak({ title, command, env }: Part): string {
  console.log(`${title} …`);
  const startedAt = wallClockIso();
  const [program = '', ...args] = command;
  const ran = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env, NO_COLOR: '1' },
    maxBuffer: 64 << 20,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = ran.stdout.trim();
  console.log(said);
  const how = `\`${command.join(' ')}\`${env ? ` with ${JSON.stringify(env)}` : ''}`;
  return `${title}\n\nordeal ${version} at ${commit}, ${startedAt} to ${wallClockIso()}: ${how}, exit ${ran.status}\n\n\`\`\`\n${said}\n\`\`\`\n`;
}

const unknown = positionals.find((asked) => !Object.keys(PARTS).some((name) => name.startsWith(asked)));
if (unknown !== undefined) throw new Error(`there is no part "${unknown}" (there are ${Object.keys(PARTS).join(', ')})`);
for (const [name, part] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.some((asked) => name.startsWith(asked))) continue;
  const section = soak(part);
  const sections = sectionsOfPage().set(part.title, section);
  const ordered = Object.values(PARTS).flatMap(({ title }) => sections.get(title) ?? []);
  writeFileSync(PAGE, `# Soak\n\nWritten by \`npm run soak\`.\n\n${ordered.map((section) => `## ${section}`).join('\n')}`);
}
