/** Which node is what: the first one coordinates, the others take part. */
import type { Cluster, Node } from '../../../harness/contracts/index.ts';

export function coordinatorOf({ nodes }: Pick<Cluster, 'nodes'>): Node {
  return nodes[0]!;
}

export function participantsOf({ nodes }: Pick<Cluster, 'nodes'>): readonly Node[] {
  return nodes.slice(1);
}
