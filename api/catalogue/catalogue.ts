/** What there is: systems, hosts, workloads, faults, checkers, models, each with one line; and the schemas of their options. */
import { CHECKERS } from '../../checkers/registry/checkers.ts';
import { MODELS } from '../../checkers/registry/models.ts';
import { INCIDENTS } from '../../incidents/registry/incidents.ts';
import { FAULTS } from '../../nemesis/registry/faults.ts';
import { FAMILIES } from '../../nemesis/schedule/index.ts';
import { HOSTS } from '../../targets/registry/hosts.ts';
import { SYSTEMS } from '../../targets/registry/systems.ts';
import { WORKLOADS } from '../../workloads/registry/workloads.ts';
import { hostsOf } from '../suitability/suitability.ts';

/** The tables by the name that `ordeal list` takes. */
export const CATALOGUE = {
  systems: SYSTEMS,
  hosts: HOSTS,
  workloads: WORKLOADS,
  families: FAMILIES,
  faults: FAULTS,
  checkers: CHECKERS,
  models: MODELS,
  incidents: INCIDENTS,
} as const satisfies Readonly<Record<string, Readonly<Record<string, { readonly summary: string }>>>>;

export type CatalogueKind = keyof typeof CATALOGUE;

export const systemNames = (): string[] => Object.keys(SYSTEMS);

/** The option schemas of what is named, each with a heading for help: system, workload, host; unknown and absent names are left out. */
export async function namedSchemas(names: {
  readonly system: string;
  readonly workload?: string | undefined;
  readonly host?: string | undefined;
}): Promise<readonly { readonly heading: string; readonly schema: unknown }[]> {
  const system = own(SYSTEMS, names.system);
  const workload = names.workload ?? system?.defaultWorkload ?? '';
  const host = names.host ?? system?.defaultHost ?? '';
  const entries = [
    { heading: `Options of ${names.system}:`, entry: system },
    { heading: `Options of the workload ${workload}:`, entry: own(WORKLOADS, workload) },
    { heading: `Options of the host ${host}:`, entry: own(HOSTS, host) },
  ];
  const found = entries.filter(({ entry }) => entry !== undefined);
  return Promise.all(found.map(async ({ heading, entry }) => ({ heading, schema: (await entry?.load())?.options })));
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** What `ordeal list systems` says besides: where each system runs, and what it can be asked. */
export async function systemsAtLength(): Promise<
  readonly { readonly name: string; readonly hosts: readonly string[]; readonly workloads: readonly string[] }[]
> {
  return Promise.all(
    Object.entries(SYSTEMS).map(async ([name, entry]) => {
      const system = await entry.load();
      return { name, hosts: hostsOf(system), workloads: Object.keys(system.clients) };
    }),
  );
}
