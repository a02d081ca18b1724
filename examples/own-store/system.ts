/** The warehouse as a system: how its nodes start, when it is ready, what can be asked of it. */
import { type Cluster, type Node, type System, use, type Value, z } from 'ordeal';
import { NODE_PROGRAM } from 'ordeal/targets';
import { stockClients } from './client.ts';
import type { Status } from './warehouse.ts';

const options = z.strictObject({
  reads: z.enum(['primary', 'nearest']).default('primary').describe('Who answers reads: the primary, or (the bug) whichever node was asked.'),
});

export type WarehouseOptions = z.infer<typeof options>;

const system: System<WarehouseOptions> = {
  name: 'warehouse',
  summary: 'counts stock: one primary, backups that follow it',
  needs: [NODE_PROGRAM],
  addressing: 'per-peer',
  options,
  // nobody takes the primary's place: while it is down there is no service
  faultModel: { crashes: 'none', powerLoss: 'all', clocks: 'any' },
  detectionMs: 500,
  provision: async () => null,
  program: (_node, _cluster, _provisioned, { reads }) => ({
    kind: 'node',
    module: { url: import.meta.resolve('./warehouse.ts'), name: 'warehouseProgram', options: { reads } },
  }),
  ready: async (cluster, signal) => {
    while (!(await allAgree(cluster, signal))) await cluster.clock.sleep(PAUSE, signal);
  },
  clients: { stock: () => stockClients },
  settled: allAgree,
};

const PAUSE = 20_000_000 as Parameters<Cluster['clock']['sleep']>[0];

/** The warehouse for a configuration: `warehouse({ reads: 'nearest' })`. */
export const warehouse = (given: Partial<WarehouseOptions> = {}) => use(system, given);

/** Every node is up and has the whole log. Rejects when a node does not answer. */
async function allAgree(cluster: Cluster, signal: AbortSignal): Promise<boolean> {
  const lengths = await Promise.all(cluster.nodes.map((node) => lengthOf(node, signal)));
  return new Set(lengths).size === 1;
}

async function lengthOf(node: Node, signal: AbortSignal): Promise<number> {
  const channel = node.channel('control');
  try {
    const status: Value = await channel.request({ type: 'status' }, signal);
    return (status as unknown as Status).length;
  } finally {
    await channel.close();
  }
}
