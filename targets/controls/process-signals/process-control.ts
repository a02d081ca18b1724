/**
 * The control `processes` by signals: SIGKILL (started again at the undo), SIGSTOP or the freezer. What a node's process is to be
 * follows from the union of the active changes (`processWish`: down beats paused); apply and undo bring the process there
 * from wherever it is, so that an undo which failed can be repeated.
 */
import type { Change, Clock, Control, Evidence, NodeId, ProcessParams } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { ms } from '../../../harness/time/units.ts';
import { type Active, activate, pauseMeans, processWish, retire } from '../desired-state.ts';
import type { ProcessIdentity } from '../procfs/processes.ts';
import type { NodeFreezer, NodePower, NodeProcesses } from './node-processes.ts';
import { probeKill, probePause, probePowerLoss } from './process-probe.ts';
import { localSignals, type Signals } from './signals.ts';

export const PROCESS_KILL = 'process.kill';
export const PROCESS_PAUSE = 'process.pause';
/** Undone like the faults of the disks that are part of it. */
const POWER_LOSS = 'fuse.power-loss';

/** How long a node that came back may take to answer; how long one is asked that we know is still held. */
const RECOVERY = ms(15_000);
const GLANCE = ms(300);

/** `Change.undo` of both kinds: the processes as they were before. */
export type ProcessUndo = {
  readonly processes: readonly (ProcessIdentity & { readonly node: NodeId })[];
  /** Folders of the control groups that were frozen. */
  readonly frozen?: readonly string[];
};

/** Where the processes are, and how another process undoes what is done to them there. */
export interface ProcessReach {
  readonly signals: Signals;
  /** `Change.kind` of kills and pauses. */
  readonly kinds: { readonly kill: string; readonly pause: string };
  /** What `Change.undo` says beside the processes. */
  undo(nodes: readonly NodeId[]): Readonly<Record<string, unknown>>;
}

const here = (clock: Clock): ProcessReach => ({ signals: localSignals(clock), kinds: { kill: PROCESS_KILL, pause: PROCESS_PAUSE }, undo: () => ({}) });

export interface ProcessMeans {
  /** Present where nodes have disks that can forget. */
  readonly power?: NodePower | undefined;
  /** Present where nodes have control groups. */
  readonly freezer?: NodeFreezer | undefined;
  /** Present where the processes are of another machine. */
  readonly reach?: ProcessReach;
}

/** Plan throws ORDEAL_MISSING_CAPABILITY for what there are no means for; apply and undo reject with ORDEAL_NODE_FAILED. */
export function createProcessControl(processes: NodeProcesses, clock: Clock, means: ProcessMeans = {}): Control<ProcessParams> {
  const { power, freezer, reach = here(clock) } = means;
  const signals = freezer === undefined ? reach.signals : alsoFrozen(reach.signals, freezer);
  let active: Active<ProcessParams> = new Map();
  /** Nodes that are down because of us; one that crashed by itself stays as it is, for it is evidence. */
  const downByUs = new Set<NodeId>();

  /** Stands while one means is wanted: the freezer before signals. */
  const hold = async (node: NodeId, process: ProcessIdentity): Promise<void> => {
    const by = pauseMeans(active, node);
    if (by.has('freezer')) {
      // what is frozen minds no signal: those are sent when the freezer lets go
      await freezer?.freeze(node, process);
    } else {
      const done = by.has('signal') ? signals.stop(node, process) : signals.proceed(node, process);
      freezer?.thaw(node);
      await done;
    }
    processes.notePaused(node, by.size > 0 ? 'paused' : 'running');
  };
  const reconcile = async (node: NodeId): Promise<void> => {
    const wish = processWish(active, node);
    const process = processes.identity(node);
    if (wish === 'down') {
      downByUs.add(node);
      // also one that crashed by itself before: from now on it is down because of us
      const killed = processes.kill(node);
      freezer?.thaw(node);
      await killed;
      return;
    }
    if (process === undefined) {
      if (!downByUs.has(node)) return;
      await processes.restart(node, wish === 'pause' ? 'paused' : 'running');
      downByUs.delete(node);
      const started = processes.identity(node);
      if (wish === 'pause' && started !== undefined) await hold(node, started);
      return;
    }
    await hold(node, process);
  };
  const reconcileAll = async (nodes: readonly NodeId[]): Promise<void> => {
    const results = await Promise.allSettled(nodes.map((node) => processes.exclusively(node, () => reconcile(node))));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };

  return {
    plan: (id, params) => planChange(processes, { power, freezer, reach }, id, params),
    apply: async (change) => {
      const params = paramsOf(change);
      const isNew = !active.has(change.id);
      active = activate(active, change.id, params);
      await reconcileAll(change.nodes);
      // the processes are dead: nothing is written any more
      if (params.type !== 'power-loss' || power === undefined || !isNew) return;
      await Promise.all(params.nodes.map((node) => processes.exclusively(node, () => power.cut(node, change.id, params.torn === true))));
    },
    undo: (change) => {
      active = retire(active, change.id);
      return reconcileAll(change.nodes);
    },
    probe: async (change, expect): Promise<Evidence> => {
      const params = paramsOf(change);
      const sightings = await Promise.all(
        params.nodes.map((node) => {
          const before = (change.undo as unknown as ProcessUndo).processes.find((process) => process.node === node);
          const wish = processWish(expect === 'applied' ? active : retire(active, change.id), node);
          const question = { processes, signals, clock, node, expect, wish, before, patience: active.has(change.id) ? GLANCE : RECOVERY };
          if (params.type === 'pause') return probePause(question);
          return params.type === 'kill' || expect === 'undone' ? probeKill(question) : probePowerLoss(question, power, change.id);
        }),
      );
      return {
        holds: sightings.every(({ holds }) => holds),
        independent: true,
        measured: sightings.map(({ measured }, i) => `${params.nodes[i]}: ${measured}`).join('; '),
      };
    },
  };
}

/** A process that is frozen stands as well. */
function alsoFrozen(signals: Signals, freezer: NodeFreezer): Signals {
  return {
    ...signals,
    account: async (node, process) => {
      const account = await signals.account(node, process);
      return { ...account, stands: account.stands || freezer.isFrozen(node) };
    },
  };
}

function planChange(processes: NodeProcesses, { power, freezer, reach }: ProcessMeans & { reach: ProcessReach }, id: string, params: ProcessParams): Change {
  const losesPower = params.type === 'power-loss';
  if (losesPower && power === undefined) {
    throw new OrdealError('ORDEAL_MISSING_CAPABILITY', {
      what: 'a loss of power needs disks that can forget what was not synced',
      value: params.type,
      remedy: 'See `ordeal doctor` for disk.lose-unsynced, or use --host sim.',
    });
  }
  if (params.by === 'freezer' && freezer === undefined) {
    throw new OrdealError('ORDEAL_MISSING_CAPABILITY', {
      what: 'freezing needs control groups',
      value: params.by,
      remedy: 'See `ordeal doctor` for process.freeze.',
    });
  }
  const undo: ProcessUndo = {
    ...(params.by === 'freezer' && { frozen: freezer?.folders(params.nodes) ?? [] }),
    processes: params.nodes.flatMap((node) => {
      const process = processes.identity(node);
      return process === undefined ? [] : [{ node, ...process }];
    }),
  };
  const kind = losesPower ? POWER_LOSS : params.type === 'kill' ? reach.kinds.kill : reach.kinds.pause;
  const how = { ...reach.undo(params.nodes), ...(losesPower && { folders: power?.folders(params.nodes) ?? [] }) };
  return { id, kind, nodes: params.nodes, params: params as unknown as Change['params'], undo: { ...undo, ...how } as unknown as Change['undo'] };
}

function paramsOf(change: Change): ProcessParams {
  return change.params as unknown as ProcessParams;
}
