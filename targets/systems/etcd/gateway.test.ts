import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Gateway, openGateway } from './gateway.ts';

let server: Server | undefined;
let gateway: Gateway | undefined;
afterEach(() => {
  gateway?.close();
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** A gateway at a server that answers so. */
const at = async (answer: RequestListener): Promise<Gateway> => {
  server = createServer(answer).listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  gateway = openGateway({ host: '127.0.0.1', port: (server.address() as { port: number }).port });
  return gateway;
};
const replying =
  (status: number, text: string): RequestListener =>
  (_, response) =>
    response.writeHead(status).end(text);

describe('the gateway', () => {
  it('sends one request over one connection that it keeps', async () => {
    const ports = new Set<number | undefined>();
    const seen: string[] = [];
    const { post, get } = await at((request, response) => {
      ports.add(request.socket.remotePort);
      request.setEncoding('utf8').on('data', (body) => seen.push(`${request.method} ${request.url} ${body}`));
      request.on('end', () => response.end('{"header":{}}'));
    });
    expect(await post('/v3/kv/put', { key: 'YQ==' })).toEqual({ header: {} });
    expect(await post('/v3/kv/range', {})).toEqual({ header: {} });
    expect(await get('/health')).toEqual({ header: {} });
    expect(seen).toEqual(['POST /v3/kv/put {"key":"YQ=="}', 'POST /v3/kv/range {}']);
    expect(ports.size).toBe(1);
  });

  it.each([
    [503, '{"error":"etcdserver: leader changed","code":14,"message":"etcdserver: leader changed"}', 14, 'etcdserver: leader changed'],
    [400, '{"message":"only this"}', undefined, 'only this'],
    [500, '{}', undefined, 'status 500'],
    [502, '<html>', undefined, 'not JSON: <html>'],
    [200, '{"header":', undefined, 'not JSON: {"header":'],
  ])('rejects %d %s with what it says', async (status, text, grpcCode, message) => {
    const { post } = await at(replying(status, text));
    await expect(post('/v3/kv/put', {})).rejects.toMatchObject({ name: 'GatewayError', status, grpcCode, message });
  });

  it('knows that nothing was sent where nobody listens, or where it was given up before', async () => {
    const { post } = await at(replying(200, '{}'));
    await expect(post('/v3/kv/put', {}, AbortSignal.abort())).rejects.toMatchObject({ sent: 'nothing', code: 'ABORT_ERR' });
    const tcp = createTcpServer().listen({ host: '127.0.0.1', port: 0 });
    await once(tcp, 'listening');
    const { port } = tcp.address() as { port: number };
    tcp.close();
    await once(tcp, 'close');
    await expect(openGateway({ host: '127.0.0.1', port }).post('/v3/kv/put', {})).rejects.toMatchObject({ sent: 'nothing', code: 'ECONNREFUSED' });
  });

  it('knows not what became of what it sent when it gives up, when the connection is lost, and on a connection used before', async () => {
    let answer: RequestListener = () => {};
    const { post } = await at((request, response) => answer(request, response));
    const giveUp = new AbortController();
    answer = () => giveUp.abort();
    await expect(post('/v3/kv/put', {}, giveUp.signal)).rejects.toMatchObject({ sent: 'maybe', code: 'ABORT_ERR' });
    answer = (request) => request.socket.destroy();
    await expect(post('/v3/kv/put', {})).rejects.toMatchObject({ sent: 'maybe', code: 'ECONNRESET' });
    answer = replying(200, '{}');
    await post('/v3/kv/put', {});
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"header"', () => response.socket?.destroy());
    };
    await expect(post('/v3/kv/put', {})).rejects.toMatchObject({ sent: 'maybe', code: 'ECONNRESET' });
  });
});
