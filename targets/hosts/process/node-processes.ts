/** This host's nodes as the controls over processes see them. */
import type { NodeId } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { NodeProcesses, StartHook } from '../../controls/process-signals/node-processes.ts';
import type { ProcessNode } from './process-node.ts';

/** `addHook` adds to the hooks that every node runs when it starts. */
export function nodeProcessesOf(nodes: readonly ProcessNode[], addHook: (hook: StartHook) => void): NodeProcesses {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  /** The last exclusive action on each node. */
  const last = new Map<NodeId, Promise<unknown>>();
  const get = (id: NodeId): ProcessNode => {
    const node = byId.get(id);
    if (node === undefined) throw new OrdealError('ORDEAL_INTERNAL', { what: `there is no node ${id}`, value: id });
    return node;
  };
  return {
    nodes: nodes.map(({ id }) => id),
    identity: (id) => get(id).identity,
    state: (id) => get(id).state(),
    kill: (id) => get(id).stop('kill'),
    restart: (id, how) => get(id).restart(how),
    notePaused: (id, paused) => get(id).notePaused(paused),
    beforeServing: addHook,
    contact: (id, patience) => get(id).contact(patience),
    exclusively: (id, action) => {
      const done = (last.get(id) ?? Promise.resolve()).then(action);
      last.set(
        id,
        done.catch(() => {}),
      );
      return done;
    },
  };
}
