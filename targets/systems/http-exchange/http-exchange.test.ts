import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import { type HttpExchange, openHttpExchange } from './http-exchange.ts';

let server: Server | undefined;
let exchange: HttpExchange | undefined;
let sockets: Socket[] = [];
afterEach(() => {
  exchange?.close();
  for (const socket of sockets) socket.destroy();
  server?.close();
  sockets = [];
});

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}';
/** An exchange with a server that does this with each request; gives how many there were. */
const at = async (act: (socket: Socket, request: number) => void): Promise<{ readonly exchange: HttpExchange; requests(): number }> => {
  let requests = 0;
  server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    socket.on('data', () => act(socket, ++requests));
  }).listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  exchange = openHttpExchange({ host: '127.0.0.1', port: (server.address() as { port: number }).port });
  return { exchange, requests: () => requests };
};
const pause = (): Promise<void> => createRealClock().sleep(ms(50));

describe('an exchange', () => {
  it('sends one request whole, with what belongs to it', async () => {
    const seen: string[] = [];
    server = createServer((socket) => {
      sockets.push(socket);
      socket.setEncoding('utf8').on('data', (text: string) => {
        seen.push(text);
        socket.write(OK);
      });
    }).listen({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    exchange = openHttpExchange({ host: '127.0.0.1', port });
    expect(await exchange.post('/p?a=1', '{"ä":1}')).toEqual({ status: 200, text: '{}' });
    expect(await exchange.get('/g')).toEqual({ status: 200, text: '{}' });
    expect(seen).toEqual([
      `POST /p?a=1 HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n{"ä":1}`,
      `GET /g HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`,
    ]);
    expect(sockets).toHaveLength(1);
  });

  it('opens another connection when the one it kept was closed, and repeats nothing', async () => {
    const { exchange, requests } = await at((socket, request) => (request === 1 ? socket.end(OK) : socket.write(OK)));
    await exchange.get('/');
    await pause();
    expect(await exchange.get('/')).toMatchObject({ status: 200 });
    expect([requests(), sockets.length]).toEqual([2, 2]);
  });

  it('does not use a connection again that the server will close', async () => {
    const { exchange } = await at((socket) => socket.write(OK.replace('\r\n', '\r\nconnection: close\r\n')));
    await exchange.get('/');
    await exchange.get('/');
    expect(sockets).toHaveLength(2);
  });

  it('takes what comes unasked for nobody’s answer', async () => {
    const { exchange } = await at((socket, request) => socket.write(request === 1 ? OK : OK.replace('{}', '[]')));
    await exchange.get('/');
    sockets[0]!.write(OK);
    await pause();
    expect(await exchange.get('/')).toMatchObject({ text: '[]' });
    expect(sockets).toHaveLength(2);
  });

  it.each([
    ['two answers at once', OK + OK, 'EPROTO'],
    ['no HTTP', 'hello\r\n\r\n', 'EPROTO'],
  ])('knows not what became of a request that got %s', async (_name, text, code) => {
    const { exchange } = await at((socket) => socket.write(text));
    await expect(exchange.get('/')).rejects.toMatchObject({ name: 'TransportError', sent: 'maybe', code });
  });

  it('reads an answer to its end where that is the end of the connection, and knows when one was cut short', async () => {
    const { exchange } = await at((socket, request) => socket.end(request === 1 ? 'HTTP/1.1 200 OK\r\n\r\n{"whole":1}' : OK.slice(0, -1)));
    expect(await exchange.get('/')).toEqual({ status: 200, text: '{"whole":1}' });
    await expect(exchange.get('/')).rejects.toMatchObject({ sent: 'maybe', code: 'ECONNRESET' });
  });

  it('has one request under way, and says that nothing was sent of a second', async () => {
    const { exchange } = await at(() => {});
    const first = exchange.get('/').catch((error: unknown) => error);
    await expect(exchange.get('/')).rejects.toMatchObject({ sent: 'nothing', code: 'EBUSY' });
    exchange.close();
    expect(await first).toMatchObject({ code: 'ECONNRESET' });
  });

  it('leaves no listener on the signal of what is over', async () => {
    const { exchange } = await at((socket) => socket.write(OK));
    const giveUp = new AbortController();
    await exchange.get('/', giveUp.signal);
    giveUp.abort();
    expect(await exchange.get('/')).toMatchObject({ status: 200 });
    expect(sockets).toHaveLength(1);
  });
});
