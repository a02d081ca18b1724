/** The pages of `docs/` that are made from the product's own tables and schemas: file name → text. */

import { hostsOf, whyUnsuitable } from '../../api/suitability/suitability.ts';
import { CHECKERS } from '../../checkers/registry/checkers.ts';
import { MODELS } from '../../checkers/registry/models.ts';
import { ERROR_CODES, EXIT } from '../../harness/errors/codes.ts';
import { FAULTS } from '../../nemesis/registry/faults.ts';
import { FAMILIES } from '../../nemesis/schedule/index.ts';
import { HOSTS } from '../../targets/registry/hosts.ts';
import { SYSTEMS } from '../../targets/registry/systems.ts';
import { BUGS } from '../../targets/systems/raftkv/index.ts';
import { WORKLOADS } from '../../workloads/registry/workloads.ts';
import { faultPages } from './fault-pages.ts';
import { code, optionTable, table } from './tables.ts';

const NOTE = '<!-- Made by `npm run docs`; a test compares. -->\n\n';

/** All of them. */
export async function pages(): Promise<Readonly<Record<string, string>>> {
  const made = {
    'errors.md': errors(),
    'systems.md': await systems(),
    'faults.md': await faults(),
    'checkers.md': await checkers(),
    'options.md': await options(),
    ...(await faultPages()),
  };
  return Object.fromEntries(Object.entries(made).map(([name, text]) => [name, `${NOTE}${text.trimEnd()}\n`]));
}

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  valid: 'valid; of `demo`: every expectation was met',
  violation: 'a violation; of `demo`: an expectation was not met',
  unknown: 'unknown, or nothing was tested; also: a fault asked for never bit',
  environment: 'the environment or the target failed, or a heal was not verified',
  usage: 'usage or configuration; a file that cannot be read',
  internal: 'a mistake in ordeal',
  interrupted: 'interrupted (SIGINT)',
  terminated: 'terminated (SIGTERM)',
};

function errors(): string {
  const exits = Object.entries(EXIT).map(([name, exit]) => [String(exit), EXIT_MEANINGS[name as keyof typeof EXIT]]);
  const codes = Object.entries(ERROR_CODES).map(([name, { exitCode, meaning, remedy }]) => [code(name), String(exitCode), meaning, remedy]);
  return `# Errors

Every error is three lines on stderr: its code and where it arose, what happened, what to do next. With \`--json\` there is also \`{"error": {code, message, where, remedy, exitCode}}\` on stdout.

## Exit codes

${table(['exit', 'meaning'], exits)}
Several files: 1 if any is convicted, else 64 if any is unreadable, else 2, else 0. Several runs: 1 beats 3 beats 2.

## Codes

${table(['code', 'exit', 'meaning', 'remedy'], codes)}`;
}

async function systems(): Promise<string> {
  const all = await Promise.all(Object.entries(SYSTEMS).map(async ([name, entry]) => ({ name, entry, system: await entry.load() })));
  const hostNames = Object.keys(HOSTS);
  const matrix = all.map(({ name, entry, system }) => [
    code(name),
    ...hostNames.map((host) =>
      hostsOf(system).includes(host) ? (entry.defaultHost === host ? 'yes, by default' : 'yes') : `no: ${whyUnsuitable(system, host)?.why}`,
    ),
    Object.keys(system.clients).map(code).join(', '),
  ]);
  const claims = all.map(({ name, system: { faultModel, detectionMs, addressing, needs } }) => [
    code(name),
    faultModel.crashes,
    faultModel.powerLoss,
    faultModel.clocks,
    faultModel.disks ?? 'none',
    `${detectionMs} ms`,
    addressing,
    needs.map(code).join(', '),
  ]);
  return `# Systems and hosts

A **host kind** gives nodes; a **system** says how to run something on them. \`ordeal doctor\` tells what this machine can do.

${table(
  ['host', ''],
  Object.entries(HOSTS).map(([name, { summary }]) => [code(name), summary]),
)}
## Where they run, and what they can be asked

${table(['system', ...hostNames.map((host) => `on ${code(host)}`), 'workloads'], matrix)}
${all.map(({ name, entry }) => `- **${name}**: ${entry.summary}.`).join('\n')}

## What they claim to survive

Default faults stay within it. What is asked for by name beyond it is refused, unless \`--beyond-fault-model\` is given (in a configuration, \`beyondFaultModel: true\`): a conviction is then headed "outside what the system claims". Damage to disks counts over the whole run, and a crash of all is within the claims of who survives a loss of power of all. Windows of faults are longer than the detection time.

${table(['system', 'crashes of', 'power loss of', 'clocks', 'damaged disks of', 'detection', 'addressing', 'needs'], claims)}
## The bugs of raftkv

Each is the omission of one mechanism: \`npx ordeal run raftkv --bug NAME\`.

${table(
  ['bug', 'what is omitted', 'seen in'],
  Object.entries(BUGS).map(([name, { summary, seenIn }]) => [code(name), summary, seenIn]),
)}
Their options, and those of hosts and workloads: [options](options.md).
`;
}

async function faults(): Promise<string> {
  const families = Object.entries(FAMILIES).map(([name, { summary }]) => [
    code(name),
    summary,
    Object.entries(FAULTS)
      .flatMap(([fault, { family }]) => (family === name ? [code(fault)] : []))
      .join(', '),
  ]);
  const sections = await Promise.all(
    Object.entries(FAULTS).map(async ([name, entry]) => {
      const { summary, needs, options: schema } = await entry.load();
      return `### ${name}\n\n${sentence(summary)} Needs ${needs.map(code).join(', ')}. [More](faults/${name}.md).\n\n${optionTable(schema, 'as keys')}`;
    }),
  );
  return `# Faults

\`--faults partition,kill\` names families or single faults. A family does what it does by default, within what the system claims to survive; a single fault has its default options. In a configuration faults take options: \`every('5s', partition('majority'), kill('one'))\`. A scenario says exactly what happens when, instead of a schedule that is drawn: \`scenario(['2s', 'inject', partition('isolate-one'), 'cut'], ['3s', 'inject', kill('one'), 'death'], ['5s', 'heal', 'cut'], ['6s', 'heal', 'death'])\`; heal what you inject: a fault that is in force when the run ends is healed, and proves nothing.

Each fault is written to \`faults.jsonl\` before anything is touched, observed to bite by somebody other than its injector, undone on every way out, and observed to be undone. One that did not bite proves nothing: the verdict is \`unknown\`. Each has a page of its own: how it is done, seen and undone, and what it stands for; [a table](fault-table.md) has what was measured on each host kind.

## Families

${table(['family', '', 'its faults'], families)}
## Single faults

${sections.join('\n')}`;
}

async function checkers(): Promise<string> {
  const sections = await Promise.all(
    Object.entries(CHECKERS).map(async ([name, entry]) => {
      const { options: schema } = await entry.load();
      return `### ${name}\n\n${sentence(entry.summary)}\n\n${optionTable(schema, 'as keys')}`;
    }),
  );
  const models = Object.entries(MODELS).map(([name, { summary, fs, defaultInit }]) => [
    code(name),
    summary,
    fs.map(code).join(', '),
    code(JSON.stringify(defaultInit)),
  ]);
  return `# Checkers and models

A checker goes from a history to a verdict: valid, invalid with anomalies, or unknown with reasons. Every anomaly carries a certificate that a second, independent program has re-checked. A checker that runs out of its \`--budget\`, or throws, says unknown.

\`npx ordeal check FILE --model NAME\` judges any history by \`linearizable\`; \`--checker NAME\` by another.

## Models

${table(['model', '', 'operations', 'starts from'], models)}
## Checkers

${sections.join('\n')}`;
}

async function options(): Promise<string> {
  const kinds = [
    { title: 'Systems', table: SYSTEMS },
    { title: 'Workloads', table: WORKLOADS },
    { title: 'Hosts', table: HOSTS },
  ];
  const sections = await Promise.all(
    kinds.map(async ({ title, table: entries }) => {
      const parts = await Promise.all(
        Object.entries(entries).map(
          async ([name, entry]) => `### ${name}\n\n${sentence(entry.summary)}\n\n${optionTable((await entry.load()).options, 'as flags')}`,
        ),
      );
      return `## ${title}\n\n${parts.join('\n')}`;
    }),
  );
  return `# Options

Each system, workload and host declares its options once; flags, configuration keys and this page come from that. \`npx ordeal run SYSTEM --help\` shows those of one run. Yes-or-no options are turned off by \`--no-…\`. In a configuration the keys go to the constructor, \`raftkv({ bug: 'follower-read' })\`, and those of the host to \`hostOptions\`.

${sections.join('\n')}`;
}

function sentence(summary: string): string {
  const text = summary.charAt(0).toUpperCase() + summary.slice(1);
  return text.endsWith('.') ? text : `${text}.`;
}
