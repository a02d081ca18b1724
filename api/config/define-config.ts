/** `ordeal.config.ts`: typed, loaded by Node's own TypeScript support. Durations are strings at this edge only. */
import type { Use } from '../../harness/configuration/use.ts';
import type { Fault, System, Workload } from '../../harness/contracts/index.ts';
import type { Scenario, Turns } from '../../nemesis/index.ts';

export interface TestConfig {
  /** A workload's name, or one of your own. */
  readonly workload: string | Use<Workload>;
  /** Families by name, faults with options, faults of your own; `every('5s', …)` says how often, too, and `scenario(…)` exactly when. */
  readonly faults?: readonly (string | Use<Fault>)[] | Turns | Scenario;
  /** Between the starts of two faults: '5s'. Takes precedence over `every`. */
  readonly interval?: string;
  /** `one` (default): never two faults at once. `one-per-resource`: network, processes and clocks each on their own. */
  readonly overlap?: 'one' | 'one-per-resource';
  /** Faults may go beyond what the system claims to survive; a conviction is then headed "outside what the system claims". */
  readonly beyondFaultModel?: boolean;
  readonly timeLimit?: string;
  /** How long the system may take to become ready: '30s'. */
  readonly readyTimeout?: string;
  /** Operations per second, all clients together. */
  readonly rate?: number;
  readonly concurrency?: number;
  readonly clients?: 'pinned' | 'roaming';
  readonly seeds?: readonly (number | string)[];
}

export interface OrdealConfig {
  readonly system: string | Use<System>;
  readonly host?: string;
  readonly hostOptions?: Readonly<Record<string, unknown>>;
  readonly nodes?: number;
  readonly out?: string;
  readonly tests: Readonly<Record<string, TestConfig>>;
}

/** Gives its argument back; for the types. */
export function defineConfig(config: OrdealConfig): OrdealConfig {
  return config;
}
