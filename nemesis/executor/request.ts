/** What the executor is made of, and what it may wait for. */
import type { Cluster, Evidence, Fault, JournalEntry, NodeId, Ns, Rng } from '../../harness/contracts/index.ts';
import type { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { ms } from '../../harness/time/units.ts';
import type { JournalWriter } from '../journal/writer.ts';

/** Somebody who outlives this process and undoes what it leaves behind: the watchdog. Absent on `sim`. */
export interface Guard {
  /** Resolves when the guard holds the entry in its own memory; rejects when there is no guard any more (rule 12). */
  tell(entry: JournalEntry): Promise<void>;
}

/** How long each step may take, by the run's clock. */
export interface ExecutorDeadlines {
  readonly apply: Ns;
  readonly probe: Ns;
  readonly undo: Ns;
  readonly primaries: Ns;
}

export const DEFAULT_EXECUTOR_DEADLINES: ExecutorDeadlines = { apply: ms(10_000), probe: ms(5_000), undo: ms(5_000), primaries: ms(2_000) };

export interface ExecutorRequest {
  readonly cluster: Cluster;
  /** Loaded beforehand: nothing is imported while the run goes on. */
  readonly faults: ReadonlyMap<string, Fault>;
  readonly journal: JournalWriter;
  /** Every fault instance plans with a stream keyed by its id. */
  readonly rng: Rng;
  readonly guard?: Guard;
  /** Who says it is primary now; asked only by faults that want to know. */
  readonly primaries?: (signal: AbortSignal) => Promise<readonly NodeId[]>;
  /** So many nodes, the last ones, stand for the outside world. */
  readonly outside?: number;
  readonly deadlines?: Partial<ExecutorDeadlines>;
  /** Every entry as it is written: for live views. */
  readonly onEntry?: (entry: JournalEntry) => void;
  /** The journal or the guard is lost: nothing more is injected, and the workload is to stop (rule 9). Called once. */
  readonly onFailure?: (error: OrdealError) => void;
}

/** What a heal found: a superset of what `Nemesis.healAll` promises. */
export interface HealedChange {
  readonly change: string;
  readonly instance: string;
  /** Whether it is undone. */
  readonly evidence: Evidence;
  /** Whether the fault was in force to the end. */
  readonly verified: Evidence;
}
