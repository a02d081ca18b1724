/**
 * The executor of a run's faults. On real hosts it has what makes it safe: a durable journal, a watchdog that undoes what
 * this process leaves behind when it dies, and a row where `ordeal heal` finds the journal.
 */
import type { Cluster, Controls, Nemesis, NodeId, Rng, Value } from '../../harness/contracts/index.ts';
import { entryUrl } from '../../harness/entry/entry-url.ts';
import type { RunEvent } from '../../harness/lifecycle/index.ts';
import type { RunFolder } from '../../harness/store/index.ts';
import { createExecutor, type ExecutorRequest } from '../../nemesis/executor/index.ts';
import { registerRun } from '../../nemesis/heal/index.ts';
import { createJournal, SIMULATED_OWNER, thisOwner } from '../../nemesis/journal/index.ts';
import { startWatchdog } from '../../nemesis/watchdog/index.ts';
import { createMembershipControl } from '../../targets/controls/membership/membership-control.ts';
import type { Resolved } from '../resolve.ts';
import type { FaultPlan } from './plan-faults.ts';

export interface RunNemesisRequest {
  readonly resolved: Resolved;
  readonly provisioned: Value;
  readonly folder: RunFolder;
  readonly runId: string;
  readonly cluster: Cluster;
  readonly faults: FaultPlan;
  readonly rng: Rng;
  /** Aborted when nothing more may be injected and the workload is to end (rule 9). */
  readonly stop: AbortController;
  readonly onEvent: (event: RunEvent) => void;
}

/** Throws ORDEAL_RUN_FOLDER when the journal cannot be made, ORDEAL_CHILD_FAILED when the watchdog does not start. */
export function createRunNemesis(request: RunNemesisRequest): Promise<Nemesis> {
  const whole = { ...request, cluster: withSystemControls(request) };
  return request.cluster.host === 'sim' ? simulatedNemesis(whole) : guardedNemesis(whole);
}

/** The cluster with what its system can be told, beside what its host can do. */
function withSystemControls({ cluster, resolved: { system, systemOptions }, provisioned }: RunNemesisRequest): Cluster {
  const promotions = system.promotions?.(cluster, (node) => node.start(system.program(node, cluster, provisioned, systemOptions)));
  const { membership } = system;
  const members = membership && createMembershipControl(cluster, membership, membership.verbs(cluster, provisioned, systemOptions));
  const ofSystem: Partial<Controls> = { ...(promotions && { promotions }), ...(members && { members }) };
  const control = <K extends keyof Controls>(kind: K): Controls[K] | undefined => ofSystem[kind] ?? cluster.control(kind);
  return { host: cluster.host, nodes: cluster.nodes, clock: cluster.clock, control };
}

/** A simulation touches nothing outside: nothing to guard, and its journal has the same bytes every time. */
async function simulatedNemesis(request: RunNemesisRequest): Promise<Nemesis> {
  const { folder, runId } = request;
  const journal = createJournal({ path: folder.journal, runId, owner: SIMULATED_OWNER, undoModule: '' });
  return createExecutor({ ...executorRequest(request), journal });
}

async function guardedNemesis(request: RunNemesisRequest): Promise<Nemesis> {
  const { folder, runId, cluster } = request;
  const undoModule = entryUrl(import.meta.url, '../../targets/controls/undo-registry').href;
  const journal = createJournal({ path: folder.journal, runId, owner: thisOwner(), undoModule });
  const registration = registerRun({ runId, journal: folder.journal });
  const watchdog = await startWatchdog({ clock: cluster.clock, journal: folder.journal, undoModule, registration, log: `${folder.path}/watchdog.log` });
  const executor = createExecutor({ ...executorRequest(request), journal, guard: watchdog });
  return {
    invoke: (op) => executor.invoke(op),
    healAll: () => executor.healAll(),
    close: async () => {
      await executor.close();
      if ((await watchdog.close()) !== 'failed') registration.remove();
    },
  };
}

function executorRequest({ resolved, cluster, faults, rng, stop, onEvent }: RunNemesisRequest): Omit<ExecutorRequest, 'journal'> {
  const { system, systemOptions } = resolved;
  const primaries = async (signal: AbortSignal): Promise<readonly NodeId[]> => {
    const roles = (await system.roles?.(cluster, signal, systemOptions)) ?? new Map<NodeId, string>();
    return [...roles].filter(([, role]) => role === 'primary').map(([node]) => node);
  };
  return {
    cluster,
    faults: faults.faults,
    rng,
    ...(system.outside !== undefined && { outside: system.outside }),
    ...(system.roles && { primaries }),
    onEntry: (entry) => onEvent({ type: 'fault', entry }),
    onFailure: (error) => stop.abort(error),
  };
}
