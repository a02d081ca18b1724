// A small order service: it takes orders and has the payment provider charge the customer's card.
import { createServer } from 'node:http';

const { HOST = '127.0.0.1', PORT = '8080' } = process.env;
const PAYMENTS = process.env.ORDEAL_LEDGER_URL ?? 'http://127.0.0.1:8090';
/** How long it waits for the provider, and how often it tries. */
const PATIENCE_MS = 300;
const ATTEMPTS = 5;
/** One key for all attempts of an order, or (the mistake) a new key for each. */
const ONE_KEY = process.env.ONE_KEY === 'yes';

async function charge(order) {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const key = ONE_KEY ? `order-${order.id}` : `order-${order.id}-${attempt}`;
    try {
      const answer = await fetch(`${PAYMENTS}/charges`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ intent: order.id, user: order.user, amount: order.amount }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (answer.ok) return (await answer.json()).receipt;
      throw new Error(`the payment provider answered ${answer.status}`);
    } catch (error) {
      console.log(`order ${order.id}, attempt ${attempt}: ${error.message}`);
    }
  }
  return undefined;
}

async function bodyOf(request) {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece;
  return JSON.parse(text);
}

const server = createServer(async (request, response) => {
  const answer = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (request.url === '/health') return answer(200, { ok: true });
  if (request.method !== 'POST' || request.url !== '/orders') return answer(404, { error: 'there is no such page' });
  const order = await bodyOf(request).catch(() => undefined);
  if (order === undefined) return answer(400, { error: 'not JSON' });
  const receipt = await charge(order);
  // whether the card was charged is not known: neither a success nor a refusal
  if (receipt === undefined) return answer(504, { error: 'the payment provider does not answer' });
  return answer(201, { order: order.id, receipt });
});

server.listen(Number(PORT), HOST, () => console.log(`orders at http://${HOST}:${PORT}, payments at ${PAYMENTS}`));
