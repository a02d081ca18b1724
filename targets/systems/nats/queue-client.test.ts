import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Call, Client, Invocation, Ns } from '../../../harness/contracts/index.ts';
import { nodeAt } from '../conformance/single-server.ts';
import { deliveriesIn } from './jetstream.ts';
import { queueClients } from './queue-client.ts';

const never = new AbortController().signal;
const call: Call = { deadline: 0 as Ns, signal: never, observe: () => {} };
const ACK = '$JS.ACK.ordeal.queue.1.1.1.1700000000000000000.0';

/** A server that delivers one message, says of all other pulls that nobody listens, and writes down what it is told of the message. */
class OneMessage implements AsyncDisposable {
  readonly told: string[] = [];
  readonly #server = createServer((socket) => this.#serve(socket));
  #delivered = false;

  async open(): Promise<Client> {
    this.#server.listen({ host: '127.0.0.1', port: 0 });
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    return queueClients({ replicas: 1 }).open(nodeAt({ host: '127.0.0.1', port }), never);
  }

  #serve(socket: Socket): void {
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      text += piece.toString();
      const message = /^(?:CONNECT [^\r]*|SUB [^\r]*|UNSUB [^\r]*|(PING)|PUB (\S+) (?:(\S+) )?\d+\r\n([^\r]*))\r\n/;
      for (let found = message.exec(text); found !== null; found = message.exec(text)) {
        text = text.slice(found[0].length);
        const [, ping, subject = '', inbox = '', payload = ''] = found;
        if (ping) socket.write('PONG\r\n');
        else if (subject === ACK) this.told.push(payload);
        else if (inbox) socket.write(this.#answer(subject, inbox.split('.').at(-1)!));
      }
    });
  }

  #answer(subject: string, subscription: string): string {
    const said = (text: string): string => `MSG x ${subscription} ${text.length}\r\n${text}\r\n`;
    if (subject.startsWith('$JS.API.CONSUMER.INFO')) return said('{"num_pending":1,"num_ack_pending":0}');
    if (subject === 'ordeal.queue') return said('{"stream":"ordeal","seq":2}');
    if (this.#delivered) return `HMSG x ${subscription} 16 16\r\nNATS/1.0 503\r\n\r\n\r\n`;
    this.#delivered = true;
    return `MSG ordeal.queue ${subscription} ${ACK} 1\r\n7\r\n`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }
}

describe('what was delivered', () => {
  let server: OneMessage | undefined;
  let client: Client | undefined;
  afterEach(async () => {
    await client?.close();
    await server?.[Symbol.asyncDispose]();
  });
  const does = async (...ops: readonly Invocation[]): Promise<unknown[]> => {
    server = new OneMessage();
    client = await server.open();
    const outcomes: unknown[] = [];
    for (const op of ops) outcomes.push(await client.invoke(op, call).catch((error: Error) => error.name));
    return outcomes;
  };
  const [dequeue, drain, enqueue]: Invocation[] = [
    { f: 'dequeue', value: null },
    { f: 'drain', value: null },
    { f: 'enqueue', value: 8 },
  ];

  it('is acknowledged by the next operation', async () => {
    expect(await does(dequeue!)).toEqual([{ type: 'ok', value: { message: 7, redelivered: false } }]);
    expect(server!.told).toEqual([]);
    expect(await client!.invoke(enqueue!, call)).toEqual({ type: 'ok', value: 8 });
    expect(server!.told).toEqual(['+ACK']);
  });

  it('is given back where the operation failed: it stands in no history', async () => {
    expect(await does(drain!, enqueue!)).toEqual(['NoResponders', { type: 'ok', value: 8 }]);
    expect(server!.told).toEqual(['-NAK']);
  });
});

describe('where an acknowledgement goes', () => {
  it('says how often the message was delivered', () => {
    expect(deliveriesIn(ACK)).toBe(1);
    expect(deliveriesIn('$JS.ACK.ordeal.queue.12.3.4.1700000000000000000.0')).toBe(12);
    expect(deliveriesIn('$JS.ACK.domain.account.ordeal.queue.3.3.4.1700000000000000000.0.token')).toBe(3);
  });
});
