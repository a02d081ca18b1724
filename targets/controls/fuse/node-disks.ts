/** The nodes' disks, as the harness handles them: the process that keeps them, and the witness that uses them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeId } from '../../../harness/contracts/index.ts';
import { entryUrl } from '../../../harness/entry/entry-url.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { type HelperProcess, startHelper } from '../helper-process/helper-process.ts';
import type { DiskCondition } from './disk-condition.ts';
import type { DisksAnswer, DisksRequest } from './fuse-protocol.ts';
import { HIDDEN_FOLDER } from './inode-table.ts';
import type { Lost } from './unsynced-log.ts';
import type { WitnessAnswer, WitnessRequest } from './witness-protocol.ts';

/** A file of the witness's that is always there. */
export const CANARY = 'canary';

type WithoutPath<R = WitnessRequest> = R extends WitnessRequest ? Omit<R, 'path'> : never;

export interface DisksPlan {
  readonly nodes: readonly NodeId[];
  /** Where the node's data lies: the disk is mounted over it. */
  folderOf(node: NodeId): string;
  readonly seed: number;
}

export class NodeDisks {
  readonly #plan: DisksPlan;
  readonly #keeper: HelperProcess<DisksRequest, DisksAnswer>;
  readonly #witness: HelperProcess<WitnessRequest, WitnessAnswer>;

  private constructor(plan: DisksPlan, keeper: HelperProcess<DisksRequest, DisksAnswer>, witness: HelperProcess<WitnessRequest, WitnessAnswer>) {
    this.#plan = plan;
    this.#keeper = keeper;
    this.#witness = witness;
  }

  /** Mounts a disk over each node's folder. Rejects with ORDEAL_MISSING_CAPABILITY or ORDEAL_CHILD_FAILED; nothing is left behind then. */
  static async open(plan: DisksPlan): Promise<NodeDisks> {
    const folders = plan.nodes.map((node) => plan.folderOf(node));
    for (const folder of folders) mkdirSync(folder, { recursive: true });
    const keeper = await startHelper<DisksRequest, DisksAnswer>('disks', entryUrl(import.meta.url, './disks-main'));
    try {
      await keeper.request({ op: 'open', seed: plan.seed, folders });
      const disks = new NodeDisks(plan, keeper, await startHelper('disk witness', entryUrl(import.meta.url, './disk-witness-main')));
      // before any fault, so that there is something to read under all of them
      for (const node of plan.nodes) await disks.ask(node, CANARY, { op: 'write', text: CANARY, synced: true });
      return disks;
    } catch (error) {
      await keeper.close();
      throw error;
    }
  }

  get folders(): readonly string[] {
    return this.#plan.nodes.map((node) => this.folderOf(node));
  }

  folderOf(node: NodeId): string {
    return this.#plan.folderOf(node);
  }

  async become(node: NodeId, condition: DiskCondition): Promise<void> {
    await this.#keeper.request({ op: 'condition', folder: this.folderOf(node), condition });
  }

  /** The node's processes must be gone. Gives what was lost. Rejects with ORDEAL_NODE_FAILED where somebody else holds the disk. */
  async losePower(node: NodeId, torn: boolean): Promise<Lost> {
    const lost = await this.#keeper.request({ op: 'lose-power', folder: this.folderOf(node), torn });
    if (lost === null) throw new OrdealError('ORDEAL_INTERNAL', { what: 'the disk does not say what it lost' });
    return lost;
  }

  /** Loses what the witness has not synced, and nothing else. */
  async loseHidden(node: NodeId): Promise<void> {
    await this.#keeper.request({ op: 'lose-hidden', folder: this.folderOf(node) });
  }

  /** The witness uses the node's disk: a file of that name in a folder that the node does not see. */
  ask(node: NodeId, file: string, request: WithoutPath): Promise<WitnessAnswer> {
    return this.#witness.request({ ...request, path: join(this.folderOf(node), HIDDEN_FOLDER, file) });
  }

  /** Unmounts; what the nodes wrote stays in their folders. */
  async close(): Promise<void> {
    await this.#witness.close();
    await this.#keeper.close();
  }
}
