/** Loads `ordeal.config.ts` and says plainly what is wrong with it. */

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Use } from '../../harness/configuration/use.ts';
import type { Fault, System, Workload } from '../../harness/contracts/index.ts';
import { importModule } from '../../harness/entry/entry-points.ts';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';
import { unknownName } from '../../harness/errors/suggest.ts';
import type { Act } from '../../nemesis/index.ts';
import type { OrdealConfig, TestConfig } from './define-config.ts';

const usable = z.object({ use: z.looseObject({ name: z.string() }), options: z.record(z.string(), z.unknown()) });
const faults = z.array(z.union([z.string(), usable]));
const act = z.union([
  z.tuple([z.string(), z.literal('inject'), z.union([z.string(), usable]), z.string()]),
  z.tuple([z.string(), z.literal('heal'), z.string()]),
]);
const test = z.strictObject({
  workload: z.union([z.string(), usable]),
  faults: z.union([faults, z.strictObject({ interval: z.string(), faults }), z.strictObject({ acts: z.array(act) })]).optional(),
  interval: z.string().optional(),
  overlap: z.enum(['one', 'one-per-resource']).optional(),
  beyondFaultModel: z.boolean().optional(),
  timeLimit: z.string().optional(),
  readyTimeout: z.string().optional(),
  rate: z.number().positive().optional(),
  concurrency: z.int().positive().optional(),
  clients: z.enum(['pinned', 'roaming']).optional(),
  seeds: z.array(z.union([z.number(), z.string()])).optional(),
});
const schema = z.strictObject({
  system: z.union([z.string(), usable]),
  host: z.string().optional(),
  hostOptions: z.record(z.string(), z.unknown()).optional(),
  nodes: z.int().positive().optional(),
  out: z.string().optional(),
  tests: z.record(z.string(), test),
});

/** What a configuration supplies of its own to one test; undefined where it only names things. */
export interface UserTest {
  readonly system: System | undefined;
  readonly workload: Workload | undefined;
  readonly faults: ReadonlyMap<string, Fault>;
}

/** Imports and checks a configuration file. Throws ORDEAL_NO_SUCH_FILE or ORDEAL_BAD_CONFIG. */
export async function loadConfig(path: string): Promise<{ readonly url: string; readonly config: OrdealConfig }> {
  const file = resolve(path);
  if (!existsSync(file)) throw new OrdealError('ORDEAL_NO_SUCH_FILE', { what: 'there is no such configuration file', where: path });
  const url = pathToFileURL(file).href;
  return { url, config: await importConfig(url, path) };
}

/** The user's own parts of one test of a configuration. Runs again inside the simulator's worker. */
export async function loadUserTest(ref: { readonly url: string; readonly test: string }): Promise<UserTest> {
  const config = await importConfig(ref.url, ref.url);
  const chosen = testOf(config, ref.test, ref.url);
  const named = [...faultsOf(chosen), ...actsOf(chosen).flatMap((act) => (act[1] === 'inject' ? [act[2]] : []))];
  const faults = named.filter((fault): fault is Use<Fault> => typeof fault !== 'string');
  return {
    system: typeof config.system === 'string' ? undefined : config.system.use,
    workload: typeof chosen.workload === 'string' ? undefined : chosen.workload.use,
    faults: new Map(faults.map(({ use }) => [use.name, use])),
  };
}

/** The faults of a test that a schedule is to be drawn for. */
export function faultsOf({ faults }: TestConfig): readonly (string | Use<Fault>)[] {
  if (faults === undefined || 'acts' in faults) return [];
  return 'interval' in faults ? faults.faults : faults;
}

/** What a test's scenario does when, if it has one. */
export function actsOf({ faults }: TestConfig): readonly Act[] {
  return faults !== undefined && 'acts' in faults ? faults.acts : [];
}

/** One test of a configuration by name. Throws ORDEAL_BAD_CONFIG. */
export function testOf(config: OrdealConfig, name: string, where: string): TestConfig {
  const chosen = Object.hasOwn(config.tests, name) ? config.tests[name] : undefined;
  if (!chosen) throw unknownName('ORDEAL_BAD_CONFIG', 'test', name, Object.keys(config.tests), where);
  return chosen;
}

async function importConfig(url: string, where: string): Promise<OrdealConfig> {
  let loaded: { default?: unknown };
  try {
    loaded = await importModule(url);
  } catch (cause) {
    throw new OrdealError('ORDEAL_BAD_CONFIG', { what: `it cannot be loaded: ${messageOf(cause)}`, where, cause });
  }
  if (loaded.default === undefined)
    throw new OrdealError('ORDEAL_BAD_CONFIG', { what: 'it has no default export', where, remedy: 'Write: export default defineConfig({ … });' });
  const parsed = schema.safeParse(loaded.default);
  if (parsed.success) return loaded.default as OrdealConfig;
  const issue = parsed.error.issues[0];
  throw new OrdealError('ORDEAL_BAD_CONFIG', {
    what: issue?.message ?? 'it is no configuration',
    where: issue === undefined || issue.path.length === 0 ? where : `${where} › ${issue.path.join('.')}`,
  });
}
