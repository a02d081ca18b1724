import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type Api, openApi } from './api.ts';

let server: Server | undefined;
let api: Api | undefined;
const asked: string[] = [];
afterEach(() => {
  api?.close();
  server?.closeAllConnections();
  server?.close();
  asked.length = 0;
});

/** An API at a server that answers everything so, and keeps what it was asked. */
const answering = async (status: number, text: string): Promise<Api> => {
  server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push(`${request.method} ${request.url} ${body}`);
      response.writeHead(status).end(text);
    });
  }).listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  api = openApi({ host: '127.0.0.1', port: (server.address() as { port: number }).port });
  return api;
};

describe('the HTTP API', () => {
  it('executes one statement, and never lets it be forwarded twice', async () => {
    const { execute } = await answering(200, '{"results":[{"last_insert_id":4,"rows_affected":1}]}');
    expect(await execute(['INSERT INTO t(a) VALUES(?)', 'x'])).toEqual({ rowsAffected: 1, lastInsertId: 4 });
    expect(asked).toEqual(['POST /db/execute?retries=0 [["INSERT INTO t(a) VALUES(?)","x"]]']);
  });

  it('takes what is absent for nothing: no row was affected, no row was found', async () => {
    const { execute, query } = await answering(200, '{"results":[{}]}');
    expect(await execute(['UPDATE t SET a = 1'])).toEqual({ rowsAffected: 0, lastInsertId: undefined });
    expect(await query(['SELECT a FROM t'], 'strong')).toEqual([]);
  });

  it('asks for the level of reads that it is told', async () => {
    const { query } = await answering(200, '{"results":[{"columns":["a"],"types":["text"],"values":[["1"],["2"]]}]}');
    for (const level of ['none', 'weak', 'linearizable', 'strong'] as const) expect(await query(['SELECT 1'], level)).toEqual([['1'], ['2']]);
    expect(asked.map((each) => /level=(\w+)/.exec(each)?.[1])).toEqual(['none', 'weak', 'linearizable', 'strong']);
  });

  it.each([
    [503, 'leader not found\n', 'leader not found'],
    [500, '', 'status 500'],
    [200, '{"results":[],"error":"not leader"}', 'not leader'],
    [200, '{"results":[{"error":"no such table: t"}]}', 'no such table: t'],
    [200, '{"results":[]}', 'no result in {"results":[]}'],
    [200, '<html>', 'not JSON: <html>'],
  ])('rejects %d %s with what it says', async (status, text, message) => {
    const { execute } = await answering(status, text);
    await expect(execute(['SELECT 1'])).rejects.toMatchObject({ name: 'RqliteError', status, message });
  });

  it('is ready when the node says so', async () => {
    expect(await (await answering(200, '[+]node ok')).ready()).toBe(true);
    server?.close();
    expect(await (await answering(503, '[+]leader does not exist')).ready()).toBe(false);
  });
});
