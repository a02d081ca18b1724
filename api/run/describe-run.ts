/** `run.json`: everything of the real world that a run had: the resolved plan, versions, the machine, its capabilities. */
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { redacted } from '../../harness/configuration/secrets.ts';
import type { Value } from '../../harness/contracts/index.ts';
import type { RunPlan } from '../plans/plan.ts';
import type { Resolved } from '../resolve.ts';
import { VERSION } from '../version.ts';

export interface RunDescription {
  readonly schemaVersion: 1;
  readonly ordeal: string;
  readonly startedAt: string;
  readonly plan: RunPlan;
  /** Options with their defaults filled in. */
  readonly resolved: { readonly system: unknown; readonly workload: unknown; readonly host: unknown };
  readonly provisioned: Value;
  readonly machine: {
    readonly platform: string;
    readonly kernel: string;
    readonly arch: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly node: string;
  };
  readonly capabilities: Readonly<Record<string, { readonly ok: boolean; readonly found: string }>>;
}

export async function describeRun(run: {
  readonly plan: RunPlan;
  readonly resolved: Resolved;
  readonly provisioned: Value;
  readonly startedAt: string;
}): Promise<RunDescription> {
  const { plan, resolved, provisioned, startedAt } = run;
  const capabilities = [...(await resolved.host.probe())].map(([name, { ok, found }]) => [name, { ok, found }] as const);
  return {
    schemaVersion: 1,
    ordeal: VERSION,
    startedAt,
    plan,
    resolved: {
      system: redactedOptions(resolved.systemOptions),
      workload: redactedOptions(resolved.workloadOptions),
      host: redactedOptions(resolved.hostOptions),
    },
    provisioned,
    machine: { platform: platform(), kernel: release(), arch: arch(), cores: cpus().length, memoryBytes: totalmem(), node: process.versions.node },
    capabilities: Object.fromEntries(capabilities),
  };
}

/** As they will stand in files and in the report, where a secret could be spelled in other ways. */
function redactedOptions(options: unknown): unknown {
  return options === undefined ? undefined : JSON.parse(redacted(JSON.stringify(options)));
}
