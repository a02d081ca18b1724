/** What is asked of the runner. */
import type { ClientFactory, Clock, Generator, HistorySink, Nemesis, Node, Ns, OperationSpec, Rng } from '../contracts/index.ts';
import type { ClientPolicy } from './connections.ts';
import type { ProgressSnapshot } from './stats.ts';

export interface RunWorkloadOptions {
  /** Routed: `clients(workload, schedule)`. The run ends when it is done. */
  readonly generator: Generator;
  readonly nodes: readonly Node[];
  /** Client threads. */
  readonly concurrency: number;
  readonly clientPolicy: ClientPolicy;
  readonly clientFor: ClientFactory;
  /** Carries out the operations of the nemesis thread. */
  readonly nemesis?: Nemesis;
  readonly clock: Clock;
  /** The stream of this run's generators and choices. */
  readonly rng: Rng;
  /** `tick`, where the sink has it, is called with every progress: it gives what is gathered to the operating system. */
  readonly sink: HistorySink & { tick?(): void };
  /** Every operation that the generator may emit, with its deadline. */
  readonly operations: readonly OperationSpec[];
  /** Aborted: nothing new starts, what is in flight completes or reaches its deadline. */
  readonly signal: AbortSignal;
  /** Bounds the drain; what is in flight then is recorded as `info` at once. Default: the operations' own deadlines. */
  readonly drainDeadline?: Ns;
  /** Called every `progressEvery` (default 1 s). */
  readonly onProgress?: (snapshot: ProgressSnapshot) => void;
  readonly progressEvery?: Ns;
  /** Lines of `log` operations. */
  readonly onLog?: (line: string) => void;
  /** On real clocks: resolves when pending I/O has had its turn (a macrotask). Absent on virtual clocks. */
  readonly yieldToIo?: () => Promise<void>;
  /** How long opening a client may take (default 5 s), and how long its closing is waited for (default 500 ms). */
  readonly openDeadline?: Ns;
  readonly closeDeadline?: Ns;
  /** How long one operation of the nemesis may take (default 60 s). */
  readonly nemesisDeadline?: Ns;
}
