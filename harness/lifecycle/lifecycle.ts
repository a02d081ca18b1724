/**
 * One run, phase by phase: open → start → ready → clients → workload ∥ nemesis → drain → heal → settle → final reads →
 * logs → tear down (rules 8 and 9). Whatever happens on the way, everything that was injected is healed and everything
 * that was opened is closed: both hang on one AsyncDisposableStack.
 *
 * Checking and reporting come after, from the history alone.
 */
import type {
  ClientFactory,
  Clock,
  Cluster,
  Generator,
  HistorySink,
  HostKind,
  HostRequest,
  Invocation,
  Nemesis,
  Ns,
  Observe,
  OperationSpec,
  Program,
  Reason,
  System,
  Timer,
  Value,
} from '../contracts/index.ts';
import { isOrdealError, messageOf, OrdealError } from '../errors/ordeal-error.ts';
import { fromStart } from '../generator/from-start.ts';
import { finalReads, type ProgressSnapshot as RunnerProgress, type RunnerStats, runWorkload } from '../runner/index.ts';
import { ms } from '../time/units.ts';
import { poll, within } from './deadline.ts';

/** How long each phase may take. All in ns of the run's clock. */
export interface PhaseDeadlines {
  readonly start: Ns;
  readonly ready: Ns;
  readonly clients: Ns;
  readonly heal: Ns;
  readonly settle: Ns;
  readonly finalReads: Ns;
  /** One attempt. */
  readonly finalRead: Ns;
  readonly tearDown: Ns;
}

export const DEFAULT_DEADLINES: PhaseDeadlines = {
  start: ms(30_000),
  ready: ms(30_000),
  clients: ms(15_000),
  heal: ms(20_000),
  settle: ms(30_000),
  finalReads: ms(15_000),
  finalRead: ms(3_000),
  tearDown: ms(15_000),
};

/** How often gathered events are written out on real hosts. */
const TICK = ms(100);

export interface LifecycleParts {
  readonly host: HostKind;
  readonly hostRequest: HostRequest;
  readonly system: System;
  readonly systemOptions: unknown;
  readonly provisioned: Value;
  readonly clients: ClientFactory;
  readonly clientPolicy: 'pinned' | 'roaming';
  readonly operations: readonly OperationSpec[];
  /** Clients and nemesis together; its times count from 0 = the start of the workload phase. */
  readonly generator: Generator;
  /** The final reads, once so many operations have been invoked. */
  readonly final: (invoked: number) => readonly Invocation[];
  readonly concurrency: number;
  /** Where the workload may start: a multiple of this, so that on `sim` two variants of a system meet the same schedule. */
  readonly startGrid: Ns;
  readonly sink: HistorySink;
  readonly createNemesis: (cluster: Cluster) => Promise<Nemesis>;
  readonly deadlines: PhaseDeadlines;
  /** Aborted by the first signal of the operating system: stop, heal, collect. */
  readonly signal: AbortSignal;
  /** Writes out what the sink has gathered; called every `TICK` on real hosts, so that a kill -9 loses little. */
  readonly tick?: () => void;
  /** Lets real I/O in between dispatches; absent on `sim`. */
  readonly yieldToIo?: () => Promise<void>;
  readonly onPhase?: (name: PhaseName, clock: Clock) => void;
  readonly onProgress?: (progress: RunnerProgress) => void;
}

export const PHASES = ['start', 'ready', 'clients', 'workload', 'heal', 'settle', 'final-reads', 'tear-down'] as const;
export type PhaseName = (typeof PHASES)[number];

export interface LifecycleOutcome {
  readonly phases: readonly { readonly name: PhaseName; readonly startNs: number; readonly endNs: number }[];
  readonly stats: RunnerStats | undefined;
  /** Why a verdict of `valid` would say too much: not recovered, interrupted. */
  readonly unknowns: readonly Reason[];
  /** What the environment did: not ready, heal not verified. Exit code 3. */
  readonly failures: readonly Reason[];
}

/** Runs all phases. Rejects only when the host could not be opened; everything later is a reason in the outcome. */
export async function runLifecycle(parts: LifecycleParts): Promise<LifecycleOutcome> {
  const run = new Run(parts);
  await run.go();
  return run.outcome();
}

class Run {
  readonly #parts: LifecycleParts;
  readonly #phases: { name: PhaseName; startNs: number; endNs: number }[] = [];
  readonly #unknowns: Reason[] = [];
  readonly #failures: Reason[] = [];
  #stats: RunnerStats | undefined;

  constructor(parts: LifecycleParts) {
    this.#parts = parts;
  }

  outcome(): LifecycleOutcome {
    return { phases: this.#phases, stats: this.#stats, unknowns: this.#unknowns, failures: this.#failures };
  }

  async go(): Promise<void> {
    // by hand, since the parser of the dependency check does not read `await using`
    const stack = new AsyncDisposableStack();
    try {
      await this.#conduct(stack);
    } finally {
      await stack.disposeAsync();
    }
  }

  async #conduct(stack: AsyncDisposableStack): Promise<void> {
    const parts = this.#parts;
    const cluster = await parts.host.open(parts.hostRequest);
    stack.defer(() => this.#closing(cluster.clock, () => cluster[Symbol.asyncDispose]()));
    stack.defer(this.#ticking(cluster.clock));
    try {
      await this.#phase(cluster, 'start', () => this.#start(cluster));
      await this.#phase(cluster, 'ready', () => this.#ready(cluster));
      await this.#phase(cluster, 'clients', () => this.#setUpClients(cluster));
      const stopWatching = this.#watch(cluster);
      stack.defer(stopWatching);
      const nemesis = await parts.createNemesis(cluster);
      stack.defer(() => nemesis.close());
      // registered last, so undone first: before the nodes stop and the host closes
      stack.defer(() => this.#heal(cluster, nemesis));
      await this.#phase(cluster, 'workload', () => this.#workload(cluster, nemesis));
      await this.#phase(cluster, 'heal', () => this.#heal(cluster, nemesis));
      await this.#finish(cluster);
      await stopWatching();
      this.#mark(cluster, 'tear-down');
    } catch (error) {
      this.#failures.push(reasonOf(error));
    }
    await parts.sink.flush();
  }

  /** Calls `tick` again and again until the function that this gives is called. */
  #ticking(clock: Clock): () => void {
    const { tick } = this.#parts;
    if (!tick) return () => undefined;
    let timer: Timer | undefined;
    const again = (): void => {
      try {
        tick();
      } catch {
        // whoever writes has told of it, and the run ends: a timer is no place to throw
        return;
      }
      timer = clock.at((clock.now() + TICK) as Ns, again);
    };
    again();
    return () => timer?.cancel();
  }

  async #start(cluster: Cluster): Promise<void> {
    const { system, systemOptions, provisioned, deadlines, signal } = this.#parts;
    const programs = cluster.nodes.map((node): Program => system.program(node, cluster, provisioned, systemOptions));
    await within(cluster.clock, deadlines.start, 'starting the nodes', () => Promise.all(cluster.nodes.map((node, i) => node.start(programs[i]!))), signal);
  }

  async #ready(cluster: Cluster): Promise<void> {
    const { system, systemOptions, deadlines, signal } = this.#parts;
    const ready = within(cluster.clock, deadlines.ready, 'becoming ready', (inner) => system.ready(cluster, inner, systemOptions), signal);
    await ready.catch((cause: unknown) => {
      if (signal.aborted || isOrdealError(cause)) throw cause;
      const states = cluster.nodes.map((node) => `${node.id} ${node.state()}`).join(', ');
      throw new OrdealError('ORDEAL_NOT_READY', { what: `${messageOf(cause)} (${states})`, where: system.name, cause });
    });
  }

  async #setUpClients(cluster: Cluster): Promise<void> {
    const { clients, deadlines, signal } = this.#parts;
    if (!clients.setup) return;
    await within(cluster.clock, deadlines.clients, 'setting the clients up', (inner) => clients.setup!(cluster, inner), signal);
  }

  /** Lets the system's observer look on; gives what ends it, which may be called twice. */
  #watch(cluster: Cluster): () => Promise<void> {
    const { system, deadlines, sink } = this.#parts;
    if (!system.watch) return async () => undefined;
    const ending = new AbortController();
    const observe: Observe = (who, f, value, key) => {
      sink.append({ type: 'info', process: `observer:${who}`, f, value, time: cluster.clock.now(), ...(key !== undefined && { key }) });
    };
    const watched = system.watch(cluster, observe, ending.signal).catch((error: unknown) => {
      this.#unknowns.push({ code: 'not-observed', message: `What ${system.name} is watched by broke off: ${messageOf(error)}` });
    });
    return async () => {
      ending.abort();
      await within(cluster.clock, deadlines.tearDown, 'writing down what was observed', () => watched).catch((error: unknown) => {
        this.#unknowns.push(reasonOf(error));
      });
    };
  }

  async #workload(cluster: Cluster, nemesis: Nemesis): Promise<void> {
    const parts = this.#parts;
    if (parts.startGrid > 0) {
      const next = Math.ceil(cluster.clock.now() / parts.startGrid) * parts.startGrid;
      await cluster.clock.sleep((next - cluster.clock.now()) as Ns);
    }
    this.#mark(cluster, 'workload');
    this.#stats = await runWorkload({
      generator: fromStart(cluster.clock.now(), parts.generator),
      nodes: parts.system.entrances?.(cluster) ?? cluster.nodes,
      concurrency: parts.concurrency,
      clientPolicy: parts.clientPolicy,
      clientFor: parts.clients,
      nemesis,
      clock: cluster.clock,
      rng: parts.hostRequest.rng.fork('runner'),
      sink: parts.sink,
      operations: parts.operations,
      signal: parts.signal,
      ...(parts.yieldToIo && { yieldToIo: parts.yieldToIo }),
      ...(parts.onProgress && { onProgress: parts.onProgress }),
    });
    if (parts.signal.aborted) this.#unknowns.push({ code: 'interrupted', message: 'The run was interrupted before its time limit.' });
  }

  /** Heals and verifies; a second call finds nothing to do. */
  async #heal(cluster: Cluster, nemesis: Nemesis): Promise<void> {
    const healed = await within(cluster.clock, this.#parts.deadlines.heal, 'healing', () => nemesis.healAll()).catch((error: unknown) => {
      this.#failures.push({ code: 'ORDEAL_HEAL_FAILED', message: messageOf(error), remedy: 'Run `ordeal heal`.' });
      return [];
    });
    for (const { change, evidence } of healed) {
      if (evidence.holds) continue;
      this.#failures.push({ code: 'ORDEAL_HEAL_FAILED', message: `${change} was undone, yet ${evidence.measured}`, remedy: 'Run `ordeal heal`.' });
    }
  }

  /** Settle, then final reads from every node. An interrupted run skips both: its history is judged as it is. */
  async #finish(cluster: Cluster): Promise<void> {
    const { system, systemOptions, deadlines, final, clients, sink, signal } = this.#parts;
    if (signal.aborted) return;
    await this.#phase(cluster, 'settle', async () => {
      const settled = await within(cluster.clock, deadlines.settle, 'settling', (inner) =>
        poll(cluster.clock, ms(100), inner, () => system.settled(cluster, inner, systemOptions)),
      ).catch(() => false);
      if (!settled) {
        const message = `${system.name} had not recovered ${(deadlines.settle / 1e9).toFixed(0)} s after the last fault was healed.`;
        this.#unknowns.push({ code: 'not-recovered', message, remedy: 'Read the node logs in the run folder.' });
      }
    });
    const invocations = final(this.#stats?.invoked ?? 0);
    if (invocations.length === 0) return;
    const { missing } = await this.#phase(cluster, 'final-reads', () =>
      finalReads({
        nodes: cluster.nodes,
        invocations,
        clientFor: clients,
        clock: cluster.clock,
        sink,
        deadline: deadlines.finalReads,
        attemptDeadline: deadlines.finalRead,
        firstProcess: this.#stats?.nextProcess ?? 0,
        signal,
      }),
    );
    for (const node of new Set(missing.map((each) => each.node))) {
      const message = `${node} answered no final read within ${(deadlines.finalReads / 1e9).toFixed(0)} s of settling.`;
      this.#unknowns.push({ code: 'final-reads-incomplete', message, remedy: 'Read its log in the run folder.' });
    }
  }

  async #phase<T>(cluster: Cluster, name: PhaseName, work: () => Promise<T>): Promise<T> {
    const startNs = cluster.clock.now();
    if (name !== 'workload') this.#mark(cluster, name);
    try {
      return await work();
    } finally {
      this.#phases.push({ name, startNs, endNs: cluster.clock.now() });
    }
  }

  /** Phases stand in the history, so that checkers know which reads were final. */
  #mark(cluster: Cluster, name: PhaseName): void {
    this.#parts.onPhase?.(name, cluster.clock);
    this.#parts.sink.append({ type: 'info', process: 'observer:lifecycle', f: 'phase', value: name, time: cluster.clock.now() });
  }

  async #closing(clock: Clock, close: () => PromiseLike<void>): Promise<void> {
    const closed = within(clock, this.#parts.deadlines.tearDown, 'tearing down', async () => await close());
    await closed.catch((error: unknown) => this.#failures.push(reasonOf(error)));
  }
}

function reasonOf(error: unknown): Reason {
  if (isOrdealError(error)) return { code: error.code, message: error.message, remedy: error.remedy };
  return { code: 'ORDEAL_INTERNAL', message: messageOf(error) };
}
