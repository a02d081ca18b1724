/** Clients against servers that behave badly: what an operation's end says about whether it happened. */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Call, Node, Ns } from '../../../harness/contracts/index.ts';
import { httpServiceOptions } from './options.ts';
import { Refused } from './outcome-table.ts';
import { type ServiceOperation, serviceClients } from './service-client.ts';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  open.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function invoke(port: number, operation: ServiceOperation, signal = new AbortController().signal) {
  const options = httpServiceOptions.parse({ start: 'node server.js' });
  const node = { address: () => ({ host: '127.0.0.1', port }) } as unknown as Node;
  const client = await serviceClients({ order: operation }, options).open(node, signal);
  const call: Call = { deadline: 0 as Ns, signal, observe: () => {} };
  const outcome = await client.invoke({ f: 'order', key: 5, value: { user: 1, amount: 2 } }, call);
  await client.close();
  return outcome;
}

/** Answers every path with the status that it names; keeps the bodies. */
async function statusServer() {
  const bodies: string[] = [];
  const port = await listening(
    createHttpServer(async (request, response) => {
      let text = '';
      for await (const piece of request.setEncoding('utf8')) text += piece;
      bodies.push(`${request.method} ${request.headers['x-tag'] ?? '-'} ${text}`);
      response.writeHead(Number(request.url?.slice(1))).end('{"receipt":9}');
    }),
  );
  return { port, bodies };
}

const post: ServiceOperation = async (http, { id, amount }) => http.post('/201', { id, amount });

describe('clients of a service', () => {
  it('are done where the operation returns; what it returns stands in the history', async () => {
    const { port, bodies } = await statusServer();
    expect(await invoke(port, async (http, { id }) => (await http.post('/201', { id }, { 'x-tag': 'a' })).json<{ receipt: number }>().receipt)).toEqual({
      type: 'ok',
      value: 9,
    });
    expect(await invoke(port, async (http) => void (await http.get('/200')))).toEqual({ type: 'ok', value: { user: 1, amount: 2 } });
    expect(bodies).toEqual(['POST a {"id":5}', 'GET - ']);
  });

  it('fail where nobody listens or the service refuses', async () => {
    const { port } = await statusServer();
    expect(await invoke(port, async (http) => http.post('/409'))).toMatchObject({ type: 'fail', error: { code: 'http-409' } });
    const refusing: ServiceOperation = async (http) => {
      await http.post('/200');
      throw new Refused('declined');
    };
    expect(await invoke(port, refusing)).toMatchObject({ type: 'fail', error: { code: 'refused' } });
    const gone = await listening(createServer());
    open.pop()?.close();
    expect(await invoke(gone, post)).toMatchObject({ type: 'fail', error: { code: 'ECONNREFUSED' } });
  });

  it('do not know where the answer is an error, breaks off or never comes', async () => {
    const { port } = await statusServer();
    expect(await invoke(port, async (http) => http.post('/500'))).toMatchObject({ type: 'info', error: { code: 'http-500' } });
    const resetting = await listening(createServer((socket) => void socket.on('error', () => {}).once('data', () => socket.resetAndDestroy())));
    expect(await invoke(resetting, post)).toMatchObject({ type: 'info', error: { code: 'ECONNRESET' } });
    const abort = new AbortController();
    const silent = await listening(createServer((socket) => void socket.on('error', () => {}).once('data', () => abort.abort())));
    expect(await invoke(silent, post, abort.signal)).toMatchObject({ type: 'info', error: { code: 'ABORT_ERR' } });
  });

  it('do not call half of an operation a failure', async () => {
    const { port } = await statusServer();
    const second: ServiceOperation = async (http) => {
      await http.post('/201');
      await http.post('/409');
    };
    expect(await invoke(port, second)).toMatchObject({ type: 'info', error: { code: 'http-409' } });
    const afterUnknown: ServiceOperation = async (http) => {
      await http.post('/500').catch(() => undefined);
      await http.post('/409');
    };
    expect((await invoke(port, afterUnknown)).type).toBe('info');
    const afterReading: ServiceOperation = async (http) => {
      await http.get('/200');
      await http.post('/404').catch(() => undefined);
      await http.post('/409');
    };
    expect((await invoke(port, afterReading)).type).toBe('fail');
  });

  it('refuse what cannot stand in the head of a request', async () => {
    const { port, bodies } = await statusServer();
    for (const request of [async (http) => http.get('/200', { 'x-tag': 'a\r\nx: y' }), async (http) => http.get('/2 00')] satisfies ServiceOperation[])
      expect(await invoke(port, request)).toMatchObject({ type: 'info', error: { code: 'TypeError' } });
    expect(bodies).toEqual([]);
  });
});
