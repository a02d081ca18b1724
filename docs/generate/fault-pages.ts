/** A page for each fault: from its declaration, the mechanisms of the hosts, and a story. */
import type { Fault, Membership } from '../../harness/contracts/index.ts';
import { MEMBER_CHANGE } from '../../nemesis/faults/capabilities.ts';
import { FAULTS } from '../../nemesis/registry/faults.ts';
import { HOSTS } from '../../targets/registry/hosts.ts';
import { SYSTEMS } from '../../targets/registry/systems.ts';
import { MECHANISMS, type Mechanism } from './fault-mechanisms.ts';
import { FAULT_STORIES } from './fault-stories.ts';
import { code, optionTable, table } from './tables.ts';

/** File name → text. Throws for a fault that nobody has written about. */
export async function faultPages(): Promise<Readonly<Record<string, string>>> {
  const made = Object.entries(FAULTS).map(async ([name, entry]) => [`faults/${name}.md`, await page(await entry.load())] as const);
  return Object.fromEntries(await Promise.all(made));
}

async function page(fault: Fault): Promise<string> {
  const story = FAULT_STORIES[fault.name];
  if (story === undefined) throw new Error(`docs/generate/fault-stories.ts says nothing of ${fault.name}`);
  const { name, family, summary, needs } = fault;
  const proofs = mechanismsOf(fault);
  return `# ${name}

${sentence(summary)} Family ${code(family)}; needs ${needs.map(code).join(', ')}.

${story.asks}

## Where it works, and how

${await places(fault)}
## How it is seen to bite

${unique(proofs.map(({ seen }) => seen))}

${otherWays(fault)}## How it is undone

${unique(proofs.map(({ undone }) => undone))}

## What it stands for

${story.standsFor}

Sources: ${story.sources.map(({ title, url }) => `[${title}](${url})`).join(' · ')}

## Options

${optionTable(fault.options, 'as keys')}
${code(`--faults ${name}`)} takes it with its defaults, ${code(`--faults ${family}`)} the family. [All faults](../faults.md) · [measured on each host kind](../fault-table.md)`;
}

function mechanismsOf({ name, needs }: Fault): readonly Mechanism[] {
  // the first says how it is done; that unsynced writes can be lost is how power is lost
  const found = needs.flatMap((capability) => MECHANISMS[capability] ?? []);
  if (found.length === 0) throw new Error(`docs/generate/fault-mechanisms.ts has none of what ${name} needs`);
  return found;
}

async function places(fault: Fault): Promise<string> {
  const mechanisms = mechanismsOf(fault);
  if (mechanisms.some(({ on }) => Object.keys(on).length === 0)) return ofSystems(fault);
  const rows = Object.keys(HOSTS).map((host) => {
    const how = mechanisms.map(({ on }) => on[host]);
    return [code(host), how.every((each) => each !== undefined) ? sentence(how[0]!) : `no: it has no ${code(lackingOn(host, fault))}`];
  });
  return table(['host', ''], rows);
}

/** What some options need besides, by the option `by`. */
function otherWays({ needsFor }: Fault): string {
  if (needsFor === undefined) return '';
  const sections = ['reject', 'reset'].flatMap((by) => needsFor({ by }).map((capability) => ({ by, capability, ...MECHANISMS[capability] })));
  const rows = sections.map(({ by, capability, on = {} }) => [
    code(`by: '${by}'`),
    ...Object.keys(HOSTS).map((host) => (on[host] === undefined ? `no: it has no ${code(capability)}` : sentence(on[host]))),
  ]);
  const seen = sections.map(({ by, seen: how = '' }) => `${code(`by: '${by}'`)}: ${how}`).join(' ');
  return `## Other ways to cut\n\n${table(['', ...Object.keys(HOSTS).map(code)], rows)}\nHow they are seen: ${seen}\n\n`;
}

/** What is asked of members is the business of the systems that can. */
async function ofSystems({ needs }: Fault): Promise<string> {
  const systems = await Promise.all(Object.values(SYSTEMS).map((entry) => entry.load()));
  if (needs.includes(MEMBER_CHANGE)) {
    const rows = systems.flatMap(({ name, membership }) => (membership === undefined ? [] : [[code(name), changing(membership)]]));
    return `The system changes its members by its own means.\n\n${table(['system', ''], rows)}`;
  }
  const able = systems.filter(({ promotions }) => promotions !== undefined).map(({ name }) => code(name));
  const others = needs.filter((capability) => Object.keys(MECHANISMS[capability]?.on ?? {}).length > 0);
  return `The system makes another member primary by its own means: ${able.join(', ')}. The rest (${others.map(code).join(', ')}) is done by the host.\n`;
}

function changing({ roles, notOn }: Omit<Membership<never>, 'verbs'>): string {
  const hosts = notOn.length === 0 ? 'wherever it runs' : `not on ${notOn.map(code).join(', ')}`;
  return `${hosts}; ${roles.includes('learner') ? 'it has learners' : 'it has no learners'}`;
}

function lackingOn(host: string, { needs }: Fault): string {
  return needs.find((capability) => MECHANISMS[capability]?.on[host] === undefined) ?? '';
}

function unique(sentences: readonly string[]): string {
  return [...new Set(sentences)].join(' ');
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return capital.endsWith('.') ? capital : `${capital}.`;
}
