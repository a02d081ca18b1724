/**
 * The control `clocks` by patching the vDSO of the nodes' own processes and of what descends from them. Timers of the
 * kernel keep true time (rule 17). A process that starts inside the window is patched before it can serve (rule 12);
 * children that a node starts are found within some tens of milliseconds.
 */
import { readlinkSync } from 'node:fs';
import type { Change, Clock, ClockParams, Control, NodeId } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import { type Active, activate, retire } from '../desired-state.ts';
import type { NodeProcesses } from '../process-signals/node-processes.ts';
import { identify, isAlive, type ProcessIdentity, processTree } from '../procfs/processes.ts';
import { probeClocks } from './clock-probe.ts';
import { clockSetting, isTrueTime } from './clock-setting.ts';
import { type ClockSetting, markerOf } from './stub.ts';
import { trueTime } from './true-time.ts';
import { type OriginalEntry, readOwnLayout, restoreClocks, setClocks } from './vdso-patch.ts';

export const VDSO_CLOCK = 'vdso.clock';

/** How often new children are looked for while a clock is moved. */
const FOLLOW_PAUSE = ms(50);

/** How long a probe tries; how long when it is asked for what we know is not so. */
const PATIENCE = ms(4_000);
const GLANCE = ms(300);
/** The same for what shows only as time goes by: a drift, a strobe, a freeze. */
const LONGER_GLANCE = ms(1_200);

/** `Change.undo`: everything that takes the patch out without this run. */
export type ClockUndo = {
  readonly marker: string;
  readonly blockAt: number;
  readonly originals: readonly OriginalEntry[];
  readonly processes: readonly ProcessIdentity[];
};

/** Throws ORDEAL_MISSING_CAPABILITY where this kernel's vDSO cannot be patched. Apply and undo reject with it, or with ORDEAL_NODE_FAILED. */
export function createClockControl(processes: NodeProcesses, clock: Clock, runId: string): Control<ClockParams> {
  const patcher = new ClockPatcher(processes, clock, runId);
  processes.beforeServing((node, process) => patcher.patch(node, process.pid));
  const reconcile = async (nodes: readonly NodeId[]): Promise<void> => {
    const results = await Promise.allSettled(nodes.map((node) => processes.exclusively(node, () => patcher.reconcile(node))));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };
  return {
    plan: (id, params) => {
      const undo: ClockUndo = { ...patcher.recipe, processes: params.nodes.flatMap((node) => processes.identity(node) ?? []) };
      return { id, kind: VDSO_CLOCK, nodes: params.nodes, params: params as unknown as Change['params'], undo: undo as unknown as Change['undo'] };
    },
    apply: (change) => {
      patcher.activate(change.id, change.params as unknown as ClockParams);
      return reconcile(change.nodes);
    },
    undo: (change) => {
      patcher.retire(change.id);
      return reconcile(change.nodes);
    },
    probe: (change, expect) => {
      const params = change.params as unknown as ClockParams;
      // Both are computed from what the change says, not from whether it was applied: who did nothing is found out.
      const { withChange, without } = patcher.settings(change.id, params);
      const patience = patcher.isActive(change.id) === (expect === 'applied') ? PATIENCE : params.type === 'jump' ? GLANCE : LONGER_GLANCE;
      const isPatched = (node: NodeId): boolean => patcher.isPatched(node);
      const expected = expect === 'applied' ? { wanted: withChange, other: without } : { wanted: without, other: withChange };
      return probeClocks({ processes, clock, params, expect, isPatched, patience, ...expected });
    },
  };
}

class ClockPatcher {
  readonly #processes: NodeProcesses;
  readonly #clock: Clock;
  readonly #layout = readOwnLayout();
  readonly #marker: Buffer;
  readonly #since = new Map<string, bigint>();
  #active: Active<ClockParams> = new Map();
  #following = false;
  /** The program that each process ran when it was patched: another one by now has a vDSO of its own. */
  readonly #patched = new Map<number, { readonly identity: ProcessIdentity; readonly program: string }>();

  constructor(processes: NodeProcesses, clock: Clock, runId: string) {
    this.#processes = processes;
    this.#clock = clock;
    this.#marker = markerOf(runId);
  }

  get recipe(): Omit<ClockUndo, 'processes'> {
    const originals = this.#layout.entries.map(({ at, hex }) => ({ at, hex }));
    return { marker: this.#marker.toString('hex'), blockAt: this.#layout.blockAt, originals };
  }

  activate(id: string, params: ClockParams): void {
    if (!this.#active.has(id)) this.#since.set(id, trueTime().monotonicNs);
    this.#active = activate(this.#active, id, params);
  }

  isActive(id: string): boolean {
    return this.#active.has(id);
  }

  retire(id: string): void {
    this.#active = retire(this.#active, id);
  }

  /** A node's clocks as they should be with a change and without it, whether it is active or not. A drift that is not counts from now. */
  settings(id: string, params: ClockParams): Record<'withChange' | 'without', (node: NodeId) => ClockSetting> {
    const since = new Map(this.#since);
    if (!since.has(id)) since.set(id, trueTime().monotonicNs);
    return {
      withChange: (node) => clockSetting(activate(this.#active, id, params), since, node, trueTime()),
      without: (node) => clockSetting(retire(this.#active, id), since, node, trueTime()),
    };
  }

  settingOf(node: NodeId): ClockSetting {
    return clockSetting(this.#active, this.#since, node, trueTime());
  }

  /** Brings the clocks of the node's processes to what is wanted now. */
  async reconcile(node: NodeId): Promise<void> {
    const process = this.#processes.identity(node);
    if (process === undefined) return;
    for (const pid of processTree(process.pid)) await this.patch(node, pid);
    if (!isTrueTime(this.settingOf(node))) void this.#follow();
  }

  /** One process: patched, or restored where true time is wanted. */
  async patch(node: NodeId, pid: number): Promise<void> {
    const setting = this.settingOf(node);
    if (isTrueTime(setting)) {
      if (!this.#isPatched(pid)) return;
      await restoreClocks(pid, this.#layout.blockAt, this.recipe.originals, this.recipe.marker, this.#clock);
      this.#patched.delete(pid);
      return;
    }
    const identity = identify(pid);
    if (identity === undefined || !(await setClocks(pid, this.#layout, this.#marker, setting, this.#clock))) return;
    this.#patched.set(pid, { identity, program: programOf(pid) });
  }

  /** Every process of the node carries the patch. */
  isPatched(node: NodeId): boolean {
    const process = this.#processes.identity(node);
    return process !== undefined && processTree(process.pid).every((pid) => this.#isPatched(pid));
  }

  #isPatched(pid: number): boolean {
    const known = this.#patched.get(pid);
    return known !== undefined && isAlive(known.identity) && known.program === programOf(pid);
  }

  /** Patches what nodes start while their clocks are moved; ends by itself when none is. */
  async #follow(): Promise<void> {
    if (this.#following) return;
    this.#following = true;
    try {
      let moved = this.#movedNodes();
      while (moved.length > 0) {
        await this.#clock.sleep(FOLLOW_PAUSE);
        moved = this.#movedNodes();
        for (const node of moved) if (this.#hasNews(node)) await this.#processes.exclusively(node, () => this.reconcile(node)).catch(() => {});
      }
    } finally {
      this.#following = false;
    }
  }

  #movedNodes(): readonly NodeId[] {
    return this.#processes.nodes.filter((node) => this.#processes.identity(node) !== undefined && !isTrueTime(this.settingOf(node)));
  }

  #hasNews(node: NodeId): boolean {
    const process = this.#processes.identity(node);
    return process !== undefined && !processTree(process.pid).every((pid) => this.#isPatched(pid));
  }
}

function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return '';
  }
}
