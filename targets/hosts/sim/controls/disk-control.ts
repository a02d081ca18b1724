/** `sim.disks`: a full or a slow disk. Fullness is proven by a write that is refused; slowness has no independent reading. */
import type { Change, Control, DiskParams, Evidence, NodeId, Value } from '../../../../harness/contracts/index.ts';
import { OrdealError } from '../../../../harness/errors/ordeal-error.ts';
import { type Active, activate, retire } from '../../../controls/desired-state.ts';
import { type ControlSurroundings, evidenceOf, type Finding, nodeNamed } from './probe-window.ts';

export class DiskControl implements Control<DiskParams> {
  readonly #around: ControlSurroundings;
  #active: Active<DiskParams> = new Map();

  constructor(around: ControlSurroundings) {
    this.#around = around;
  }

  /** Throws ORDEAL_MISSING_CAPABILITY for corruption, a RangeError for a node that does not exist. */
  plan(id: string, params: DiskParams): Change {
    for (const node of params.nodes) this.#around.network.indexOf(node);
    if (params.type === 'corrupt') {
      throw new OrdealError('ORDEAL_MISSING_CAPABILITY', { what: 'simulated disks cannot be corrupted yet', where: 'disk fault on sim', value: params.type });
    }
    return { id, kind: 'sim.disks', nodes: params.nodes, params: params as unknown as Value, undo: null };
  }

  async apply(change: Change): Promise<void> {
    this.#become(activate(this.#active, change.id, paramsOf(change)), change.nodes);
  }

  async undo(change: Change): Promise<void> {
    this.#become(retire(this.#active, change.id), change.nodes);
  }

  async probe(change: Change, expect: 'applied' | 'undone'): Promise<Evidence> {
    const { type } = paramsOf(change);
    const active = expect === 'applied' ? activate(this.#active, change.id, paramsOf(change)) : retire(this.#active, change.id);
    return evidenceOf(change.nodes.map((node) => this.#find(node, type, wants(active, node, type))));
  }

  #find(id: NodeId, type: DiskParams['type'], wanted: boolean): Finding {
    const { disk } = nodeNamed(this.#around, id);
    if (type === 'slow') return { holds: disk.slowness > 1 === wanted, independent: false, what: id, saw: `its disk is ${disk.slowness} times slower` };
    const refused = refusesWrites(() => disk.admit('probe'));
    return { holds: refused === wanted, independent: true, what: id, saw: refused ? 'a write was refused for want of space' : 'a write was accepted' };
  }

  #become(next: Active<DiskParams>, nodes: readonly NodeId[]): void {
    this.#active = next;
    for (const id of nodes) nodeNamed(this.#around, id).disk.condition = { full: wants(next, id, 'full'), slow: wants(next, id, 'slow') };
  }
}

function wants(active: Active<DiskParams>, node: NodeId, type: DiskParams['type']): boolean {
  for (const params of active.values()) if (params.type === type && params.nodes.includes(node)) return true;
  return false;
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
