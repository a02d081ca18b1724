/** What all Redis clients share: a route to whom they speak; the error table; an empty store to begin with (rule 6). */
import type { Call, Client, ClientFactory, Cluster, Invocation, Node, Outcome } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { classifyRedisError, HalfDone } from './errors.ts';
import { askNode, membersOf } from './members.ts';
import { REDIS_PORT } from './ports.ts';
import { type Command, RedisError, type Reply } from './resp.ts';
import type { Role, Route, Routing } from './routes.ts';

export interface ClientRequest {
  readonly routing: Routing;
  /** Whom exchanges of kind `read` go to. */
  readonly reads: Role;
  /** So many replicas must have received a write before it is acknowledged. */
  readonly wait: number;
}

/** What one operation asks of a server, in one message. */
export interface Exchange {
  /** `transaction`: between MULTI and EXEC, all of them or none. */
  readonly kind: 'read' | 'write' | 'transaction';
  readonly commands: readonly Command[];
  /** From the replies, none of which is a refusal. */
  outcome(replies: readonly Reply[]): Outcome;
}

/** A server that is no primary any more, or that has lost sight of the others. */
const LOST: ReadonlySet<string> = new Set(['READONLY', 'CLUSTERDOWN']);

/** Who is sent from one to the next for longer does not arrive: views that contradict each other. */
const MOST_REDIRECTIONS = 5;

/** How long WAIT waits, in ms. */
const WAIT_MS = 500;

/** A factory of clients that exchange what `exchangeOf` makes of an operation. */
export function redisClients(exchangeOf: (op: Invocation) => Exchange, { routing, reads, wait }: ClientRequest): ClientFactory {
  const whom = ({ kind }: Exchange): Role => (kind === 'read' ? reads : 'primary');
  let nodes: readonly Node[] = [];
  return {
    setup: async (cluster, signal) => {
      nodes = cluster.nodes;
      await verifyEmpty(cluster, signal);
    },
    open: async (node: Node, signal: AbortSignal): Promise<Client> => {
      const route = routing(node, nodes.length > 1 ? nodes : [node]);
      try {
        await route.to('primary', signal);
      } catch (error) {
        route.close();
        throw error;
      }
      return {
        invoke: async (op: Invocation, call: Call) => {
          const exchange = exchangeOf(op);
          return carryOut(exchange, route, whom(exchange), wait, call);
        },
        speaksTo: (op) => {
          const exchange = exchangeOf(op);
          return route.nodeOf(whom(exchange), exchange.commands[0]);
        },
        close: async () => route.close(),
      };
    },
    classify: classifyRedisError,
  };
}

/** As often as it is sent to another server, which it is when nothing of it was done, it is told there; each time is observed. */
async function carryOut(exchange: Exchange, route: Route, role: Role, wait: number, call: Call): Promise<Outcome> {
  let begins: readonly Command[] = [];
  for (let redirections = 0; ; redirections++) {
    try {
      return await tell(exchange, route, role, wait, begins, call.signal);
    } catch (error) {
      const redirection = error instanceof RedisError && redirections < MOST_REDIRECTIONS ? route.redirected?.(error) : undefined;
      if (redirection === undefined) throw error;
      call.observe('redirected', { kind: redirection.kind, to: redirection.to });
      begins = redirection.kind === 'asking' ? [['ASKING']] : [];
    }
  }
}

/** `begins`: what the message begins with. */
async function tell(exchange: Exchange, route: Route, role: Role, wait: number, begins: readonly Command[], signal: AbortSignal): Promise<Outcome> {
  const { kind, commands } = exchange;
  const waits = kind !== 'read' && wait > 0;
  const connection = await route.to(role, signal, commands[0]);
  const asked = kind === 'transaction' ? [['MULTI'], ...commands, ['EXEC']] : commands;
  const message = [...begins, ...asked, ...(waits ? [['WAIT', wait, WAIT_MS]] : [])];
  const replies = (await connection.ask(message, signal)).slice(begins.length);
  try {
    const done = kind === 'transaction' ? executed(replies[commands.length + 1]) : accepted(replies.slice(0, commands.length));
    const outcome = exchange.outcome(done);
    return waits ? whereReceived(outcome, replies.at(-1)!, wait) : outcome;
  } catch (error) {
    // whatever state a refused transaction has left there ends with the connection
    if (kind === 'transaction') connection.close();
    if (error instanceof RedisError && LOST.has(error.code)) route.refused();
    throw error;
  }
}

function accepted(replies: readonly Reply[]): readonly Reply[] {
  const refusal = replies.find((reply) => reply instanceof RedisError);
  if (refusal !== undefined) throw refusal;
  return replies;
}

function executed(reply: Reply | undefined): readonly Reply[] {
  if (reply instanceof RedisError) throw reply;
  if (!Array.isArray(reply)) throw new HalfDone('EXEC was not answered by a list');
  const replies = reply as readonly Reply[];
  const failed = replies.find((each) => each instanceof RedisError);
  if (failed !== undefined) throw new HalfDone(failed.message);
  return replies;
}

/** The primary has executed it in any case. */
function whereReceived(outcome: Outcome, reply: Reply, wait: number): Outcome {
  if (reply instanceof RedisError) return { type: 'info', error: { code: reply.code.toLowerCase(), message: reply.message } };
  if (Number(reply) >= wait) return outcome;
  return { type: 'info', error: { code: 'too-few-replicas', message: `${reply} of ${wait} replicas have received it` } };
}

async function verifyEmpty({ nodes }: Cluster, signal: AbortSignal): Promise<void> {
  for (const { node, role } of await membersOf(nodes, signal)) {
    const count = role === 'primary' ? await askNode(node, REDIS_PORT, ['DBSIZE'], signal) : 0;
    if (count !== 0) throw new OrdealError('ORDEAL_NOT_READY', { what: `the store is not empty: it has ${count} keys`, where: node.id });
  }
}
