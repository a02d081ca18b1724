/** What an incident is: a small system with one realistic mistake, the same system mended, what provokes it, who must notice. */
import type { ModuleRef, Rng } from '../../harness/contracts/index.ts';
import type { SinkKind } from '../../harness/ledger/observed.ts';
import type { ScenarioLine } from '../../nemesis/schedule/index.ts';

export type Variant = 'broken' | 'fixed';

export interface Incident {
  /** Its name on the command line. */
  readonly id: string;
  /** The folder of the catalogue. */
  readonly group: string;
  readonly summary: string;
  /** What went wrong, in a few sentences that a person can follow. */
  readonly wrong: string;
  /** What the mend does, and why it is enough. */
  readonly mend: string;
  /** The nodes before the ledger, n1 first, which clients speak to. A module exports a NodeProgram; its options are `CastOptions`. */
  readonly cast: readonly Readonly<Record<Variant, ModuleRef>>[];
  /** The last node is the ledger: the outside world. */
  readonly sink: SinkKind;
  readonly workload: { readonly name: string; readonly options: Readonly<Record<string, string | number>> };
  /** What the nemesis does; the same for both variants of a seed. Faults name nodes: the ledger is none of them. */
  readonly faults: (rng: Rng) => readonly ScenarioLine[];
  /** The anomaly that the broken variant is convicted of. */
  readonly anomaly: string;
  /** At least this share of requests succeeds in the fixed variant. */
  readonly floor: number;
  readonly ratePerSecond: number;
  readonly timeLimitMs: number;
  /** Options of the simulator: memory, cores. */
  readonly sim?: Readonly<Record<string, string | number>>;
}

/** What each node program of an incident is told. */
export interface CastOptions {
  /** All nodes in order; the last is the ledger. */
  readonly nodes: readonly string[];
}
