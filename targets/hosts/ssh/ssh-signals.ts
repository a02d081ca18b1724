/** The controls over processes on other machines: what is done to them, and what their kernels say of it. */
import type { NodeId } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import type { NodeProcesses } from '../../controls/process-signals/node-processes.ts';
import type { ProcessReach } from '../../controls/process-signals/process-control.ts';
import type { Keeper } from './keeper.ts';
import type { SshNode } from './ssh-node.ts';
import type { SshPlace } from './ssh-undo.ts';

/** Stops and continues through the nodes' scripts. Each rejects with ORDEAL_NODE_FAILED; stopping also where `requireControl` throws: control of some node was lost for long (rule 24). */
export function sshReach(
  keeperOf: (node: NodeId) => Keeper,
  requireControl: () => void,
  placesOf: (nodes: readonly NodeId[]) => readonly SshPlace[],
): ProcessReach {
  return {
    kinds: { kill: 'ssh.kill', pause: 'ssh.pause' },
    undo: (nodes) => ({ places: placesOf(nodes) }),
    signals: {
      async stop(node, { pid, startTime }) {
        requireControl();
        await keeperOf(node).verb(['halt', String(pid), startTime]);
      },
      async proceed(node, { pid, startTime }) {
        await keeperOf(node).verb(['proceed', String(pid), startTime]);
      },
      async account(node, { pid, startTime }) {
        const [life, stands, spent] = (await keeperOf(node).verb(['account', String(pid), startTime])).trim().split(' ');
        return { alive: life === 'alive', stands: stands === 'stopped', spentNs: life === 'alive' ? Number(spent) : undefined };
      },
    },
  };
}

/** The nodes as the control over processes sees them. */
export function sshProcesses(nodes: readonly SshNode[], requireControl: () => void): NodeProcesses {
  const last = new Map<NodeId, Promise<unknown>>();
  const get = (id: NodeId): SshNode => {
    const node = nodes.find((each) => each.id === id);
    if (node === undefined) throw new OrdealError('ORDEAL_INTERNAL', { what: `there is no node ${id}`, value: id });
    return node;
  };
  return {
    nodes: nodes.map(({ id }) => id),
    identity: (id) => get(id).identity,
    state: (id) => get(id).state(),
    kill: async (id) => {
      requireControl();
      await get(id).stop('kill');
    },
    restart: (id, how) => get(id).restart(how),
    notePaused: (id, paused) => get(id).notePaused(paused),
    // clocks of other machines are not patched: nothing is to be done before a program serves
    beforeServing: () => {},
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
