/** What a report is made of. Structural, so that reports need nothing of the composition root. */
import type { History } from '../../harness/contracts/index.ts';
import type { RunResults } from '../../harness/store/index.ts';

/** What `run.json` says, as far as a report shows it. All of it may be missing: a history judged alone has no run. */
export interface RunFacts {
  readonly ordeal?: string;
  readonly startedAt?: string;
  readonly plan?: {
    readonly concurrency?: number;
    readonly clients?: string;
    readonly ratePerSecond?: number;
    readonly timeLimitMs?: number;
    readonly faults?: { readonly families?: readonly string[]; readonly chosen?: readonly { readonly name: string }[]; readonly scenario?: readonly unknown[] };
    readonly system?: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
    readonly workload?: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
    readonly host?: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  };
  readonly resolved?: { readonly system?: unknown; readonly workload?: unknown; readonly host?: unknown };
  readonly provisioned?: unknown;
  readonly machine?: {
    readonly platform: string;
    readonly kernel: string;
    readonly arch: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly node: string;
  };
  readonly capabilities?: Readonly<Record<string, { readonly ok: boolean; readonly found: string }>>;
}

/** One log file of a node, oldest line first. */
export interface NodeLog {
  readonly node: string;
  readonly file: string;
  readonly lines: readonly string[];
  /** Whether there are lines before these that were not read. */
  readonly cut: boolean;
}

export interface ReportMaterial {
  readonly results: RunResults;
  readonly history: History;
  readonly facts: RunFacts;
  readonly logs: readonly NodeLog[];
  /** The run folder as the person would type it, for the commands. */
  readonly folder: string;
}
