/** The workloads that raftkv can be asked: what each of their operations is as a command. */
import type { Client, ClientFactory, Cluster, Invocation, Node, Value } from '../../../../harness/contracts/index.ts';
import { OrdealError } from '../../../../harness/errors/ordeal-error.ts';
import type { RaftkvOptions } from '../options.ts';
import type { Command } from '../raft/messages.ts';
import { type Ask, LockClient } from './lock-client.ts';
import { classifyError, SessionClient } from './session-client.ts';

type CommandOf = (op: Invocation, key: string) => Command | undefined;

const register: CommandOf = (op, key) => {
  if (op.f === 'read') return { op: 'read', key };
  if (op.f === 'write') return { op: 'write', key, value: op.value as number };
  if (op.f !== 'cas') return undefined;
  const [from, to] = op.value as [number | null, number];
  return { op: 'cas', key, from, to };
};

const set: CommandOf = (op, key) => {
  if (op.f === 'read') return { op: 'set-read', key };
  return op.f === 'add' ? { op: 'set-add', key, element: op.value as number } : undefined;
};

const counter: CommandOf = (op, key) => {
  if (op.f === 'read') return { op: 'counter-read', key };
  return op.f === 'increment' ? { op: 'counter-increment', key, tag: op.value as number | string } : undefined;
};

const uniqueIds: CommandOf = (op) => (op.f === 'generate' ? { op: 'generate' } : undefined);

/** By workload name. */
export const workloadClients: Readonly<Record<string, (options: RaftkvOptions) => ClientFactory>> = {
  register: factory('register', register),
  set: factory('set', set),
  counter: factory('counter', counter),
  'unique-ids': factory('unique-ids', uniqueIds),
  lock: lockFactory,
};

function factory(workload: string, commandOf: CommandOf): (options: RaftkvOptions) => ClientFactory {
  const toCommand = (op: Invocation): Command => {
    const command = commandOf(op, `${workload}/${op.key ?? ''}`);
    if (command === undefined) throw new OrdealError('ORDEAL_INTERNAL', { what: `raftkv has no operation "${op.f}" in workload ${workload}`, value: op.f });
    return command;
  };
  return (options) => factoryOf((cluster, node, nth) => new SessionClient(cluster, node, `${workload}-${nth}`, options, toCommand));
}

/** A lock client makes commands of its own. */
function lockFactory(options: RaftkvOptions): ClientFactory {
  return factoryOf((cluster, node, nth) => {
    const session = new SessionClient(cluster, node, `lock-${nth}`, options, ({ value }) => value as unknown as Command);
    const ask: Ask = (command, call) => session.invoke({ f: command.op, value: command as unknown as Value }, call);
    return new LockClient(ask, cluster.clock, () => session.close());
  });
}

/** `nth` tells the clients of a run apart. */
function factoryOf(open: (cluster: Cluster, node: Node, nth: number) => Client): ClientFactory {
  let cluster: Cluster | undefined;
  let opened = 0;
  return {
    async setup(given) {
      cluster = given;
    },
    async open(node) {
      if (cluster === undefined) throw new OrdealError('ORDEAL_INTERNAL', { what: 'a raftkv client was opened before its factory was set up' });
      return open(cluster, node, ++opened);
    },
    classify: classifyError,
  };
}
