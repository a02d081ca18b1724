/** Clients of the workload `queue`: one connection per process, pinned to its node; publisher confirms and acknowledgements by hand. */
import type { Call, Client, ClientFactory, Cluster, Invocation, Node, Outcome } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import type { DrainedMessages, QueueOperation } from '../../../workloads/operations/queue.ts';
import { classifyRabbitmqError } from './errors.ts';
import { allInSync, QUEUE } from './members.ts';
import type { RabbitmqOptions } from './options.ts';
import { AMQP_PORT } from './ports.ts';
import { Session } from './session.ts';

/** How often in a row the queue must be empty, and how long to wait in between. */
const EMPTY_TIMES = 3;
const PAUSE = ms(100);
/** A drain ends when it has so many, or after so long: what it holds is acknowledged when the next one begins. */
const MOST = 2_000;
const DRAIN_TIME = ms(1_500);
const clock = createRealClock();
const POLL = ms(200);

export function queueClients(options: RabbitmqOptions): ClientFactory {
  return {
    setup: (cluster, signal) => declareEmpty(cluster, options, signal),
    async open(node: Node, signal: AbortSignal): Promise<Client> {
      const address = node.address(AMQP_PORT, 'clients');
      let session = await Session.open(address, signal);
      return {
        async invoke(op: Invocation, call: Call): Promise<Outcome> {
          // a connection that is known to be lost carried nothing of this operation
          if (!session.alive) session = await Session.open(address, call.signal);
          // what was delivered before stands in the history by now
          session.acknowledge();
          return operate(session, op as QueueOperation, call.signal);
        },
        close: async () => session.close(),
      };
    },
    classify: classifyRabbitmqError,
  };
}

async function operate(session: Session, op: QueueOperation, signal: AbortSignal): Promise<Outcome> {
  switch (op.f) {
    case 'enqueue':
      await session.publish(QUEUE, op.value, signal);
      return { type: 'ok', value: op.value };
    case 'dequeue':
      return { type: 'ok', value: (await session.get(QUEUE, signal)) ?? null };
    case 'drain':
      return { type: 'ok', value: await drain(session, signal) };
  }
}

async function drain(session: Session, signal: AbortSignal): Promise<DrainedMessages> {
  const until = clock.now() + DRAIN_TIME;
  let empty = 0;
  let before = -1;
  const taken = await session.consume(
    QUEUE,
    MOST,
    async (came, left) => {
      empty = left === 0 && came === before ? empty + 1 : 0;
      before = came;
      if (empty === EMPTY_TIMES || came >= MOST || clock.now() >= until) return true;
      await clock.sleep(PAUSE, signal);
      return false;
    },
    signal,
  );
  return empty === EMPTY_TIMES ? taken : { partial: taken };
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
  while (!(await allInSync(cluster, options, signal).catch(() => false))) await clock.sleep(POLL, signal);
}
