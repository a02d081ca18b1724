/** `sim.disks`: a full or a slow disk, proven by a write that is refused, and by one that takes its time. */
import type { Change, Control, DiskParams, Evidence, NodeId, Ns, Value } from '../../../../harness/contracts/index.ts';
import { OrdealError } from '../../../../harness/errors/ordeal-error.ts';
import { NS_PER_MS } from '../../../../harness/time/units.ts';
import { type Active, activate, retire } from '../../../controls/desired-state.ts';
import type { DiskCondition } from '../disk.ts';
import type { SimulatedNode } from '../node.ts';
import { type ControlSurroundings, evidenceOf, type Finding, nodeNamed } from './probe-window.ts';

export class DiskControl implements Control<DiskParams> {
  readonly #around: ControlSurroundings;
  #active: Active<DiskParams> = new Map();
  /** Change → the nodes that ran when it was applied. */
  readonly #ran = new Map<string, readonly NodeId[]>();

  constructor(around: ControlSurroundings) {
    this.#around = around;
  }

  /** Throws ORDEAL_MISSING_CAPABILITY for corruption, a RangeError for a node that does not exist. */
  plan(id: string, params: DiskParams): Change {
    for (const node of params.nodes) this.#around.network.indexOf(node);
    if (params.type !== 'full' && params.type !== 'slow') {
      const what = `simulated disks know no ${params.type}`;
      throw new OrdealError('ORDEAL_MISSING_CAPABILITY', {
        what,
        where: 'disk fault on sim',
        value: params.type,
        remedy: 'Use --host process or --host netns.',
      });
    }
    return { id, kind: 'sim.disks', nodes: params.nodes, params: params as unknown as Value, undo: null };
  }

  async apply(change: Change): Promise<void> {
    this.#ran.set(
      change.id,
      change.nodes.filter((node) => this.#state(node) === 'running'),
    );
    this.#become(activate(this.#active, change.id, paramsOf(change)), change.nodes);
  }

  /** A program that died of its disk is started again, as whoever mends a machine does. */
  async undo(change: Change): Promise<void> {
    this.#become(retire(this.#active, change.id), change.nodes);
    const died = (this.#ran.get(change.id) ?? []).filter((node) => this.#state(node) === 'crashed');
    this.#ran.delete(change.id);
    if (died.length === 0) return;
    for (const node of died)
      nodeNamed(this.#around, node)
        .restart()
        .catch(() => undefined);
    await this.#around.clock.sleep(this.#around.bootNs as Ns);
  }

  async probe(change: Change, expect: 'applied' | 'undone'): Promise<Evidence> {
    const active = expect === 'applied' ? activate(this.#active, change.id, paramsOf(change)) : retire(this.#active, change.id);
    return evidenceOf(change.nodes.map((node) => this.#find(node, paramsOf(change).type, conditionOf(active, node))));
  }

  #state(id: NodeId): ReturnType<SimulatedNode['state']> {
    return nodeNamed(this.#around, id).state();
  }

  #find(id: NodeId, type: DiskParams['type'], wanted: DiskCondition): Finding {
    const { disk } = nodeNamed(this.#around, id);
    if (type === 'slow') {
      const late = disk.lateness();
      return { holds: late === wanted.delayNs, independent: true, what: id, saw: `an operation took ${late / NS_PER_MS} ms longer than the disk needs` };
    }
    const refused = refusesWrites(() => disk.admit('probe'));
    return { holds: refused === wanted.full, independent: true, what: id, saw: refused ? 'a write was refused for want of space' : 'a write was accepted' };
  }

  #become(next: Active<DiskParams>, nodes: readonly NodeId[]): void {
    this.#active = next;
    for (const id of nodes) nodeNamed(this.#around, id).disk.condition = conditionOf(next, id);
  }
}

/** The union: full while one change fills it, late by the sum. */
function conditionOf(active: Active<DiskParams>, node: NodeId): DiskCondition {
  let full = false;
  let delayNs = 0;
  for (const params of active.values()) {
    if (!params.nodes.includes(node)) continue;
    if (params.type === 'full') full = true;
    else if (params.type === 'slow') delayNs += params.delay;
  }
  return { full, delayNs };
}

function refusesWrites(write: () => void): boolean {
  try {
    write();
    return false;
  } catch {
    return true;
  }
}

function paramsOf(change: Change): DiskParams {
  return change.params as unknown as DiskParams;
}
