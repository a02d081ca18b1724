/** What all ZooKeeper clients share: a session per process, with its node; the error table; an empty tree to begin with (rule 6). */
import type { Address, Call, Client, ClientFactory, Clock, Cluster, Invocation, Node, Outcome } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { classifyZookeeperError } from './errors.ts';
import { type Answer, childrenIn, create, getChildren, REFUSAL, type Request, sync } from './jute.ts';
import type { ZookeeperOptions } from './options.ts';
import { CLIENT_PORT } from './ports.ts';
import { Session } from './session.ts';

/** Carries out one operation. */
export type Operate = (session: Session, op: Invocation, signal: AbortSignal) => Promise<Outcome>;

/** Everything is below this node. */
const ROOT = '/ordeal';

/** The node of that name; `pathOf('set')` has children, the others have none. */
export function pathOf(name: string): string {
  return `${ROOT}/${name}`;
}

/** A factory of clients that do `operate` and keep nothing from one operation to the next. `parents`: nodes that it finds there. */
export function zookeeperClients(operate: Operate, parents: readonly string[] = []): ClientFactory {
  return zookeeperSessions(
    ({ session }) => ({
      invoke: (op: Invocation, call: Call) => operate(session, op, call.signal),
      close: async () => session.close(),
    }),
    parents,
  );
}

/** What a client that keeps something is made of. Closing the session is the client's. */
export interface SessionParts {
  readonly session: Session;
  /** Where further sessions can be begun. */
  readonly address: Address;
  readonly clock: Clock;
}

/** A factory of clients that keep places in lines from one operation to the next. */
export function zookeeperSessions(client: (parts: SessionParts) => Client, parents: readonly string[] = []): ClientFactory {
  let clock: Clock | undefined;
  return {
    setup: (cluster, signal) => {
      clock = cluster.clock;
      return plant(cluster, parents, signal);
    },
    open: async (node: Node, signal: AbortSignal): Promise<Client> => {
      const address = node.address(CLIENT_PORT, 'clients');
      const session = new Session(address);
      // where nobody serves, that is what operations meet: each begins a session where there is none
      await session.begin(signal).catch(() => undefined);
      // without a set-up, in tests of single clients, time is the machine's
      clock ??= createRealClock();
      return client({ session, address, clock });
    },
    classify: classifyZookeeperError,
  };
}

/** The answer to a read; with `sync` before it, where that is asked for, in the same message. */
export async function readThrough(session: Session, reads: ZookeeperOptions['reads'], request: Request, signal: AbortSignal): Promise<Answer> {
  const answers = await session.askAll(reads === 'sync' ? [sync(ROOT), request] : [request], signal);
  const refused = answers.slice(0, -1).find(({ error }) => error !== 0);
  return refused ?? answers.at(-1)!;
}

async function plant({ nodes }: Cluster, parents: readonly string[], signal: AbortSignal): Promise<void> {
  const [node] = nodes;
  if (node === undefined) return;
  const session = new Session(node.address(CLIENT_PORT, 'control'));
  try {
    const [made, found] = await session.askAll([create(ROOT, ''), getChildren(ROOT)], signal);
    const count = found!.error === 0 ? childrenIn(found!.body).length : 0;
    if (made!.error === REFUSAL.nodeExists && count > 0)
      throw new OrdealError('ORDEAL_NOT_READY', { what: `the tree is not empty: it has ${count} nodes below "${ROOT}"`, where: node.id });
    for (const parent of parents) await session.ask(create(parent, ''), signal);
  } finally {
    session.close();
  }
}
