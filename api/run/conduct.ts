/**
 * Composes one run out of its parts and conducts it: generators around the workload, a schedule around the faults, the
 * executor around the cluster's controls, the history into the run folder. Runs on the main thread for real hosts and
 * inside the simulator's worker for `sim`.
 */
import type { Generator, NodeId, Ns, OperationSpec, Value, WorkloadContext } from '../../harness/contracts/index.ts';
import { clients, rate, timeLimit } from '../../harness/generator/index.ts';
import { createHistoryWriter, createTeeSink, HistoryBuilder, type HistoryMessage, historyToMessage } from '../../harness/history/index.ts';
import { DEFAULT_DEADLINES, type LifecycleOutcome, type PhaseDeadlines, type RunEvent, runLifecycle } from '../../harness/lifecycle/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import type { RunFolder } from '../../harness/store/index.ts';
import { yieldToIo } from '../../harness/time/real-clock.ts';
import { ms, seconds } from '../../harness/time/units.ts';
import type { RunPlan } from '../plans/plan.ts';
import { recordedRun } from '../replay/recorded-run.ts';
import type { Resolved } from '../resolve.ts';
import { type FaultPlan, planFaults } from './plan-faults.ts';
import { createRunNemesis } from './run-nemesis.ts';

/** On `sim` workloads start at a multiple of this, so that two variants of a system meet the same schedule. */
const SIM_START_GRID = seconds(5);

export interface ConductRequest {
  readonly plan: RunPlan;
  readonly resolved: Resolved;
  readonly provisioned: Value;
  readonly folder: RunFolder;
  readonly runId: string;
  /** Calendar time of the start; absent on `sim`, whose files are the same for the same seed. */
  readonly startedAt?: string;
  /** Shuts the real world off for the time of the run; gives what lets it in again. */
  readonly guard?: () => () => void;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

export interface Conducted {
  readonly outcome: LifecycleOutcome;
  readonly history: HistoryMessage;
}

/** Rejects with an OrdealError when the run cannot begin; what goes wrong later is in the outcome. */
export async function conduct(request: ConductRequest): Promise<Conducted> {
  const { plan, resolved, folder, signal } = request;
  const rng = createRng(plan.seed);
  const faults = await planFaults({ plan, ...resolved, rng: rng.fork('nemesis') });
  const nodes = Array.from({ length: plan.nodes }, (_, i) => `n${i + 1}` as NodeId);
  const context = { nodes, concurrency: plan.concurrency };
  const generator = plan.replayOf === undefined ? composed(plan, resolved, faults, context) : (await recordedRun(plan.replayOf)).generator;
  const operations = resolved.workload.operations(resolved.workloadOptions);
  const builder = new HistoryBuilder({ operations });
  const writer = createHistoryWriter({ path: folder.history, header: headerOf(request, operations, nodes) });
  const sink = createTeeSink(writer, builder);
  const stop = new AbortController();
  const interrupted = AbortSignal.any([signal, stop.signal]);
  // the disk is full, say: nothing more is asked of the cluster, and everything is healed (rule 9)
  writer.onFailure((failure) => stop.abort(failure));
  const isSim = plan.host.name === 'sim';
  const release = request.guard?.();
  try {
    const outcome = await runLifecycle({
      host: resolved.host,
      hostRequest: {
        runId: request.runId,
        nodes: plan.nodes,
        instrument: faults.instrument,
        options: resolved.hostOptions,
        rng: rng.fork('host'),
        folder: folder.path,
        signal,
      },
      system: resolved.system,
      systemOptions: resolved.systemOptions,
      provisioned: request.provisioned,
      clients: resolved.clients,
      clientPolicy: plan.clients,
      operations,
      generator,
      final: (invoked) => resolved.workload.final?.(resolved.workloadOptions, { ...context, invoked }) ?? [],
      concurrency: plan.concurrency,
      startGrid: isSim ? SIM_START_GRID : (0 as Ns),
      sink,
      ...(!isSim && { tick: () => void (stop.signal.aborted || writer.tick()) }),
      createNemesis: (cluster) => createRunNemesis({ ...request, cluster, faults, rng: rng.fork('faults'), stop }),
      deadlines: deadlinesOf(plan, resolved),
      signal: interrupted,
      ...(!isSim && { yieldToIo }),
      onPhase: (name, clock) => request.onEvent({ type: 'phase', name, timeNs: clock.now() }),
      onProgress: (progress) => request.onEvent({ type: 'progress', progress }),
    });
    return { outcome, history: historyToMessage(builder.build()) };
  } finally {
    release?.();
    writer.close();
  }
}

function deadlinesOf({ readyMs }: RunPlan, { system: { settleMs } }: Resolved): PhaseDeadlines {
  return { ...DEFAULT_DEADLINES, ...(readyMs !== undefined && { ready: ms(readyMs) }), ...(settleMs !== undefined && { settle: ms(settleMs) }) };
}

/** Clients at their rate and the nemesis by its schedule, until the time limit. */
function composed(plan: RunPlan, resolved: Resolved, faults: FaultPlan, context: WorkloadContext): Generator {
  const limit = ms(plan.timeLimitMs);
  const workload = resolved.workload.generator(resolved.workloadOptions, context);
  return clients(timeLimit(limit, rate(plan.ratePerSecond, workload)), faults.schedule);
}

function headerOf({ plan, startedAt, runId }: ConductRequest, operations: readonly OperationSpec[], nodes: readonly NodeId[]) {
  return {
    name: plan.name,
    seed: plan.seed,
    workload: plan.workload.name,
    system: plan.system.name,
    host: plan.host.name,
    operations,
    nodes,
    ...(startedAt !== undefined && { startedAt, runId }),
  };
}
