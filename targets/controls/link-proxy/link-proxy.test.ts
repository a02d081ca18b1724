import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeId } from '../../../harness/contracts/index.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import { identify } from '../procfs/processes.ts';
import { LinkProxy } from './link-proxy.ts';
import type { EndIdentity, ListenerSpec, ProxyStats } from './proxy-protocol.ts';

const clock = createRealClock();
const n1 = 'n1' as NodeId;
const n2 = 'n2' as NodeId;
const FORTH = [n1, n2] as const;
const BACK = [n2, n1] as const;

/** A server as node 2, and a door to it as node 1 (or anyone) sees it. */
let target: Server;
let arrived: Socket[];
let proxy: LinkProxy;
let open: Socket[];
beforeEach(async () => {
  arrived = [];
  open = [];
  proxy = new LinkProxy(clock, { connectTimeout: ms(30_000) });
  target = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    arrived.push(socket);
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
});
afterEach(() => {
  for (const socket of [...open, ...arrived]) socket.destroy();
  proxy.close();
  target.close();
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};
const door = async (from: ListenerSpec['from'] = n1): Promise<number> => {
  const port = await freePort();
  const to = { host: '127.0.0.1', port: (target.address() as AddressInfo).port };
  await proxy.serve({ op: 'listen', listeners: [{ listen: { host: '127.0.0.1', port }, node: n2, target: to, from }] });
  return port;
};
const cut = (...links: (readonly [NodeId, NodeId])[]) => proxy.serve({ op: 'cut', links });
const dial = (port: number): Socket => {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  open.push(socket);
  return socket;
};
const until = async (holds: () => boolean): Promise<void> => {
  for (let i = 0; i < 1_000 && !holds(); i++) await clock.sleep(ms(2));
  expect(holds()).toBe(true);
};
const settle = () => clock.sleep(ms(40));
/** Everything that the socket has received so far. */
const collect = (socket: Socket): (() => string) => {
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
};
const stats = async () => (await proxy.serve({ op: 'stats' })) as ProxyStats;
/** A connection from node 1 to node 2 that has carried a byte each way. */
const established = async () => {
  const near = dial(await door());
  near.write('<');
  await until(() => arrived.length === 1);
  const far = arrived[0]!;
  const seen = { near: collect(near), far: collect(far) };
  far.write('>');
  await until(() => seen.near() === '>' && seen.far() === '<');
  return { near, far, seen };
};

describe('the link proxy', () => {
  it('cuts one direction, whoever dialled, and lets the bytes go on in order after the heal', async () => {
    const { near, far, seen } = await established();
    await cut(FORTH);
    near.write('lost? ');
    far.write('passes');
    await until(() => seen.near() === '>passes');
    await settle();
    expect(seen.far()).toBe('<');
    near.write('no, late');
    await cut(BACK);
    far.write('!');
    await until(() => seen.far() === '<lost? no, late');
    await settle();
    expect(seen.near()).toBe('>passes');
    await cut();
    await until(() => seen.near() === '>passes!');
    expect((await stats()).bytes).toEqual({ 'n1>n2': 15, 'n2>n1': 8 });
  });

  it('refuses over a link that does: whoever sends or dials is reset at once, and what waited for a heal too', async () => {
    const { near, far } = await established();
    const closed = { near: false, far: false, fresh: false, waiting: false };
    near.once('close', () => {
      closed.near = true;
    });
    far.once('close', () => {
      closed.far = true;
    });
    await cut(FORTH);
    const waiting = dial(await door());
    waiting.once('close', () => {
      closed.waiting = true;
    });
    await until(() => waiting.readyState === 'open');
    await settle();
    expect(closed.waiting).toBe(false);
    await proxy.serve({ op: 'cut', links: [FORTH], refused: [FORTH] });
    await until(() => closed.waiting);
    const fresh = dial(await door());
    fresh.once('close', () => {
      closed.fresh = true;
    });
    await until(() => closed.fresh);
    expect([closed.near, arrived.length]).toEqual([false, 1]);
    near.write('refused');
    await until(() => closed.near && closed.far);
    await cut();
    const healed = dial(await door());
    healed.write('<');
    await until(() => arrived.length === 2);
  });

  it('breaks the connections that stand between two ends, and no others', async () => {
    const { near, far } = await established();
    let broken = 0;
    for (const end of [near, far]) end.once('close', () => broken++);
    await proxy.serve({ op: 'break', links: [[n1, 'clients']] });
    await settle();
    expect(broken).toBe(0);
    await proxy.serve({ op: 'break', links: [BACK] });
    await until(() => broken === 2);
  });

  it('loses and reorders nothing, however cuts and writes interleave', async () => {
    const step = fc.oneof(
      fc.record({ write: fc.constantFrom('near', 'far'), size: fc.integer({ min: 1, max: 200_000 }) }),
      fc.record({ cuts: fc.subarray([FORTH, BACK]) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        arrived.length = 0;
        const { near, far, seen } = await established();
        const sent = { near: '<', far: '>' };
        for (const [i, action] of steps.entries()) {
          if ('cuts' in action) {
            await cut(...action.cuts);
            continue;
          }
          const text = String.fromCharCode(97 + (i % 26)).repeat(action.size);
          (action.write === 'near' ? near : far).write(text, 'latin1');
          sent[action.write as 'near' | 'far'] += text;
        }
        await cut();
        await until(() => seen.far() === sent.near && seen.near() === sent.far);
        near.end();
        far.end();
      }),
      { numRuns: 15 },
    );
  });

  it('takes no more from a writer than the reader does, and delivers all in the end', async () => {
    const { near, far } = await established();
    let received = 1;
    far.removeAllListeners('data');
    far.pause();
    const total = 64 * 1024 * 1024;
    near.write(Buffer.alloc(total));
    for (let last = -1, now = 0; now !== last; now = (await stats()).bytes['n1>n2'] ?? 0) {
      last = now;
      await clock.sleep(ms(100));
    }
    expect((await stats()).bytes['n1>n2']).toBeLessThan(total / 2);
    far.on('data', (chunk: string) => {
      received += chunk.length;
    });
    far.resume();
    await until(() => received === total + 1);
  });

  it('passes the end of a stream and the loss of a connection only while the link is whole', async () => {
    const { near, far, seen } = await established();
    let ended = false;
    far.on('end', () => {
      ended = true;
    });
    await cut(FORTH);
    near.end('last words');
    await settle();
    expect(ended).toBe(false);
    await cut();
    await until(() => ended);
    expect(seen.far()).toBe('<last words');
    // The other direction is still open.
    far.end('answer');
    await until(() => seen.near() === '>answer' && near.readableEnded);
  });

  it('tells a reset by a reset', async () => {
    const { near, far } = await established();
    let code: unknown;
    near.on('error', (error) => {
      code = 'code' in error ? error.code : undefined;
    });
    far.resetAndDestroy();
    await until(() => near.destroyed);
    expect(code).toBe('ECONNRESET');
  });

  const lose = (seen?: 'silence' | 'reset') => proxy.serve({ op: 'lose-replies', replies: seen === undefined ? [] : [[n2, n1, seen]] });

  it('loses answers while questions arrive, and ends a connection with a gap when the loss ends', async () => {
    const { near, far, seen } = await established();
    await lose('silence');
    near.write('question');
    await until(() => seen.far() === '<question');
    far.write('answer');
    await settle();
    expect([seen.near(), near.destroyed]).toEqual(['>', false]);
    await lose();
    await until(() => near.destroyed && far.destroyed);
    expect(seen.near()).toBe('>');
  });

  it('lets a connection go on that lost nothing, and new ones connect meanwhile', async () => {
    await lose('silence');
    const { near, far, seen } = await (async () => {
      const socket = dial(await door());
      socket.write('<');
      await until(() => arrived.length === 1);
      return { near: socket, far: arrived[0]!, seen: collect(socket) };
    })();
    await lose();
    far.write('answer');
    await until(() => seen() === 'answer');
    near.destroy();
  });

  it('swallows the end of a connection whose answer it lost', async () => {
    const { near, far } = await established();
    await lose('silence');
    far.end('answer');
    await settle();
    expect([near.readableEnded, near.destroyed]).toEqual([false, false]);
    await lose();
    await until(() => near.destroyed);
  });

  it('breaks a connection where its answer would begin, when that is what is to be seen', async () => {
    const { near, far, seen } = await established();
    await lose('reset');
    near.write('question');
    await until(() => seen.far() === '<question');
    expect(near.destroyed).toBe(false);
    far.write('answer');
    await until(() => near.destroyed);
    expect(seen.near()).toBe('>');
  });

  for (const link of [FORTH, BACK]) {
    it(`does not answer a new connection while ${link.join('→')} is cut, and closes it after the time-out`, async () => {
      proxy = new LinkProxy(clock, { connectTimeout: ms(300) });
      await cut(link);
      const near = dial(await door());
      const seen = collect(near);
      near.write('request');
      await until(() => near.connecting === false);
      await settle();
      expect(arrived.length).toBe(0);
      expect((await stats()).waiting).toBe(1);
      await until(() => near.destroyed || near.readableEnded);
      expect(seen()).toBe('');
      await cut();
      await settle();
      expect(arrived.length).toBe(0);
      expect((await stats()).waiting).toBe(0);
    });
  }

  it('answers a waiting connection when the link heals in time, early bytes first', async () => {
    await cut(FORTH);
    const near = dial(await door());
    near.write('early ');
    await settle();
    await cut(BACK);
    await settle();
    expect(arrived.length).toBe(0);
    await cut();
    near.write('late');
    await until(() => arrived.length === 1);
    const seen = collect(arrived[0]!);
    await until(() => seen() === 'early late');
  });

  it('forgets a waiting dialler that gives up: its request is never delivered', async () => {
    await cut(FORTH);
    const near = dial(await door());
    near.write('request');
    await settle();
    near.destroy();
    await settle();
    expect((await stats()).waiting).toBe(0);
    await cut();
    await settle();
    expect(arrived.length).toBe(0);
  });

  it('resets the dialler when the node refuses', async () => {
    const port = await door();
    target.close();
    const near = dial(port);
    await until(() => near.destroyed);
    expect((await stats()).open).toBe(0);
  });

  it('tells diallers at an open door by address, else by process, and closes who cannot be told', async () => {
    const self = identify(process.pid);
    const ends: EndIdentity[] = [{ end: 'clients', ...(self === undefined ? {} : { process: self }) }];
    const port = await door('anyone');
    const stranger = dial(port);
    await until(() => stranger.destroyed);
    expect((await stats()).unidentified).toBe(1);
    expect(arrived.length).toBe(0);
    await proxy.serve({ op: 'identities', ends: [{ end: n1, address: '127.0.0.1' }] });
    dial(port).write('a');
    await until(() => arrived.length === 1);
    if (self !== undefined) {
      await proxy.serve({ op: 'identities', ends });
      dial(port).write('b');
      await until(() => arrived.length === 2);
    }
    await settle();
    expect((await stats()).bytes).toEqual({ 'n1>n2': 1, ...(self === undefined ? {} : { 'clients>n2': 1 }) });
  });

  it('opens all doors or none', async () => {
    const taken = (target.address() as AddressInfo).port;
    const free = await freePort();
    const spec = (port: number): ListenerSpec => ({ listen: { host: '127.0.0.1', port }, node: n2, target: { host: '127.0.0.1', port: taken }, from: n1 });
    await expect(proxy.serve({ op: 'listen', listeners: [spec(free), spec(taken)] })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const near = dial(free);
    await until(() => near.destroyed);
    await proxy.serve({ op: 'listen', listeners: [spec(free)] });
  });
});
