/** Shapes of links by netem, on the devices of the nodes; cuts stand elsewhere, where packets pass after these queues. */
import type { Change, Control, NodeId, ShapeParams } from '../../../harness/contracts/index.ts';
import { createShapeControl, type ShapeParts, type Shaping } from '../link-shapes/shape-control.ts';
import { netemScript } from './netem-script.ts';
import type { NetemUndo } from './netem-undo.ts';
import { tc, unshape } from './tc.ts';

export interface NetemParts extends ShapeParts {
  /** The device of every node, inside its namespace. */
  readonly device: string;
  addressOf(node: NodeId): string;
  namespaceOf(node: NodeId): string;
  /** Runs lines of tc in a namespace; the real one where absent. */
  readonly run?: (namespace: string, script: string) => Promise<void>;
}

/** Apply and undo reject with ORDEAL_NODE_FAILED. */
export function createNetemControl(parts: NetemParts): Control<ShapeParams> {
  const { device, run = tc } = parts;
  const written = new Map<NodeId, string>();
  let handle = 0;
  const writeNode = async (node: NodeId, wanted: readonly Shaping[]): Promise<void> => {
    const destinations = wanted.map(({ link, shapes }) => ({ to: parts.addressOf(link[1]), shapes: shapes.map(({ shape }) => shape) }));
    const state = JSON.stringify(destinations);
    if ((written.get(node) ?? '[]') === state) return;
    // what becomes of a script that failed is not known
    written.set(node, 'unknown');
    const namespace = parts.namespaceOf(node);
    if (destinations.length === 0) await unshape(namespace, device);
    else await run(namespace, netemScript(device, 1 + (handle++ % HANDLES), destinations));
    written.set(node, state);
  };
  const write = async (wanted: readonly Shaping[]): Promise<void> => {
    const results = await Promise.allSettled(
      parts.nodes.map((node) =>
        writeNode(
          node,
          wanted.filter(({ link }) => link[0] === node),
        ),
      ),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };
  const undo = { namespaces: parts.nodes.map((node) => parts.namespaceOf(node)), device } satisfies NetemUndo;
  return createShapeControl(parts, { kind: 'tc.netem', undo: undo as unknown as Change['undo'], write });
}

/** Below the numbers of the queues. */
const HANDLES = 0xfff;
