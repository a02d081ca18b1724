/** Clients of the workload `queue`: one connection per process, pinned to its node; publisher confirms and acknowledgements by hand. */
import type { Call, Client, ClientFactory, Clock, Cluster, Invocation, Node, Outcome } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { ms } from '../../../harness/time/units.ts';
import type { DrainedMessages, QueueDelivery, QueueOperation } from '../../../workloads/operations/queue.ts';
import { classifyRabbitmqError } from './errors.ts';
import { allInSync, QUEUE } from './members.ts';
import type { RabbitmqOptions } from './options.ts';
import { AMQP_PORT } from './ports.ts';
import { Session } from './session.ts';

/** How often in a row the queue must be empty, and how long to wait in between. */
const EMPTY_TIMES = 3;
const PAUSE = ms(100);
/** A drain ends when it has so many: what it holds is acknowledged when the next one begins. */
const MOST = 500;
const POLL = ms(200);

export function queueClients(options: RabbitmqOptions): ClientFactory {
  let clock: Clock | undefined;
  return {
    async setup(cluster, signal) {
      clock = cluster.clock;
      await declareEmpty(cluster, options, signal);
    },
    async open(node: Node, signal: AbortSignal): Promise<Client> {
      const address = node.address(AMQP_PORT, 'clients');
      let session = await Session.open(address, signal);
      return {
        async invoke(op: Invocation, call: Call): Promise<Outcome> {
          // a connection that is known to be lost carried nothing of this operation
          if (!session.alive) session = await Session.open(address, call.signal);
          // what was delivered before stands in the history by now
          session.acknowledge();
          return operate(session, op as QueueOperation, clock, call.signal);
        },
        close: async () => session.close(),
      };
    },
    classify: classifyRabbitmqError,
  };
}

async function operate(session: Session, op: QueueOperation, clock: Clock | undefined, signal: AbortSignal): Promise<Outcome> {
  switch (op.f) {
    case 'enqueue':
      await session.publish(QUEUE, op.value, signal);
      return { type: 'ok', value: op.value };
    case 'dequeue':
      return { type: 'ok', value: (await session.get(QUEUE, signal)) ?? null };
    case 'drain':
      return { type: 'ok', value: await drain(session, clock, signal) };
  }
}

async function drain(session: Session, clock: Clock | undefined, signal: AbortSignal): Promise<DrainedMessages> {
  const taken: QueueDelivery[] = [];
  for (let empty = 0; empty < EMPTY_TIMES; ) {
    if (taken.length === MOST) return { partial: taken };
    const got = await session.get(QUEUE, signal);
    if (got !== undefined) {
      taken.push(got);
      empty = 0;
    } else if (++empty < EMPTY_TIMES) await clock?.sleep(PAUSE, signal);
  }
  return taken;
}

async function declareEmpty(cluster: Cluster, options: RabbitmqOptions, signal: AbortSignal): Promise<void> {
  const [node] = cluster.nodes;
  if (!node) return;
  const session = await Session.open(node.address(AMQP_PORT, 'control'), signal);
  try {
    const { messages } = await session.declare(QUEUE, options.queue === 'quorum' ? 'quorum' : 'classic');
    if (messages > 0) throw new OrdealError('ORDEAL_NOT_READY', { what: `the queue ${QUEUE} is not empty: it has ${messages} messages`, where: node.id });
  } finally {
    session.close();
  }
  while (!(await allInSync(cluster, options, signal).catch(() => false))) await cluster.clock.sleep(POLL, signal);
}
