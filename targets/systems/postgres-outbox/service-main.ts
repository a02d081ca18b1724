/** The process of the service: orders over HTTP. Started by the host as a node of the cluster. */
import { createServer, type IncomingMessage } from 'node:http';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import { type Order, PostgresOrders } from './orders.ts';
import { HEALTH_PATH, IDLE_PATH, ORDERS_PATH, SERVICE_SETUP, type ServiceSetup } from './protocol.ts';
import { publisherTo } from './publisher.ts';
import { type Ordered, OrderService } from './service.ts';

const setup = JSON.parse(process.env[SERVICE_SETUP] ?? '{}') as ServiceSetup;
const clock = createRealClock();
const orders = new PostgresOrders(setup.database);
const service = new OrderService(setup.delivery, orders, publisherTo(setup.ledger, setup.inbox), clock);
let ready = false;

const STATUS: Readonly<Record<Ordered, number>> = { stored: 200, refused: 422, nothing: 503, unknown: 500 };

createServer(async (incoming, response) => {
  const status = await statusOf(incoming);
  // a request that was cut off on its way never arrived
  if (status === undefined) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
}).listen(setup.port, setup.host);

while (!ready) {
  ready = await orders.createTables(new AbortController().signal).then(
    () => true,
    () => false,
  );
  if (!ready) await clock.sleep(ms(100));
}
await service.publishOn();

async function statusOf(incoming: IncomingMessage): Promise<number | undefined> {
  if (incoming.url === HEALTH_PATH) return ready ? 200 : 503;
  if (incoming.url === IDLE_PATH) return (await service.idle().catch(() => false)) ? 200 : 503;
  if (incoming.method !== 'POST' || incoming.url !== ORDERS_PATH) return 404;
  let text = '';
  try {
    for await (const piece of incoming.setEncoding('utf8')) text += piece;
  } catch {
    return undefined;
  }
  return STATUS[await service.order(JSON.parse(text) as Order)];
}
