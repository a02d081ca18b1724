/**
 * The conformance suite of `Env`: what a node program may rely on, on every host kind that runs node programs. A test
 * file of the host calls `envSuite` with a way to open clusters.
 */
import { describe, expect, it } from 'vitest';
import type { Value } from '../../../harness/contracts/index.ts';
import { codeOf, EchoCluster, echoOn, type HostUnderTest, withEcho } from './echo-cluster.ts';

const NS_PER_MS = 1_000_000;
const MORE_THAN_ANY_NODE_HAS = 2 ** 42;

/** Registers the whole suite under `name`. */
export function envSuite(name: string, host: HostUnderTest): void {
  describe(`Env on ${name}`, () => {
    messages(host);
    requests(host);
    time(host);
    disk(host);
    deaths(host);
  });
}

function messages(host: HostUnderTest): void {
  it('knows itself and its peers, and reaches each of them', async () => {
    await withEcho(host, 3, async (echo) => {
      expect(await echo.ask(2, { do: 'members' })).toEqual(['n2', 'n1', 'n3']);
      for (const [from, to] of [[1, 'n2'] as const, [2, 'n3'] as const, [3, 'n1'] as const, [1, 'n3'] as const]) {
        await echo.eventually(5_000, `to ${to}`, () => echo.askWithin(500, from, { do: 'ping', to, value: `to ${to}` }));
      }
    });
  });

  it('carries any JSON value unchanged', async () => {
    const value: Value = {
      nothing: null,
      yes: true,
      number: -1.5,
      big: 2 ** 53 - 1,
      text: 'naïve \u{1F600} "quoted"\n',
      list: [1, [2, []], {}],
      deep: { er: { est: [null] } },
    };
    await withEcho(host, 2, async (echo) => {
      expect(await echo.ask(1, { do: 'echo', value })).toEqual(value);
      await echo.eventually(5_000, value, () => echo.askWithin(500, 1, { do: 'ping', to: 'n2', value }));
    });
  });

  it('says nothing of a message to a node that is down', async () => {
    await withEcho(host, 2, async (echo) => {
      await echo.node(2).stop('kill');
      expect(await echo.ask(1, { do: 'tell', to: 'n2', value: 1 })).toBe('told');
      expect(await echo.ask(1, { do: 'echo', value: 'still here' })).toBe('still here');
    });
  });
}

function requests(host: HostUnderTest): void {
  it('answers many requests of one channel, each with its own answer', async () => {
    await withEcho(host, 1, async (echo) => {
      const numbers = Array.from({ length: 50 }, (_, i) => i);
      expect(await Promise.all(numbers.map((value) => echo.ask(1, { do: 'echo', value })))).toEqual(numbers);
    });
  });

  it('rejects a request that is never answered when it is given up, and when the channel closes', async () => {
    await withEcho(host, 1, async (echo) => {
      expect(await echo.askWithin(50, 1, { do: 'ignore' })).toBe('no answer');
      const channel = echo.node(1).channel('clients');
      const pending = codeOf(channel.request({ do: 'ignore' }, new AbortController().signal));
      await echo.sleep(50);
      await channel.close();
      expect(await pending).not.toBe('resolved');
    });
  });

  it('refuses requests to a node that is down: certainly not done', async () => {
    await withEcho(host, 1, async (echo) => {
      await echo.node(1).stop('kill');
      expect(echo.node(1).state()).toBe('stopped');
      expect(await codeOf(echo.ask(1, { do: 'echo', value: 1 }, 'control'))).toBe('ECONNREFUSED');
    });
  });

  it('breaks requests that a dying node has in its hands: unknown, not refused', async () => {
    await withEcho(host, 1, async (echo) => {
      const pending = codeOf(echo.ask(1, { do: 'ignore' }));
      await echo.sleep(100);
      await echo.node(1).stop('kill');
      const code = await pending;
      expect(code).not.toBe('resolved');
      expect(code).not.toBe('ECONNREFUSED');
    });
  });
}

function time(host: HostUnderTest): void {
  it('fires timers no earlier than asked, by the node’s monotonic clock', async () => {
    await withEcho(host, 1, async (echo) => {
      const before = (await echo.ask(1, { do: 'clock' })) as { readonly monotonic: number; readonly wallMs: number };
      expect(await echo.ask(1, { do: 'wait', ms: 40 })).toBe('waited');
      const after = (await echo.ask(1, { do: 'clock' })) as { readonly monotonic: number; readonly wallMs: number };
      expect(after.monotonic - before.monotonic).toBeGreaterThanOrEqual(40 * NS_PER_MS);
      expect(Number.isInteger(after.wallMs)).toBe(true);
      expect(after.wallMs).toBeGreaterThanOrEqual(before.wallMs + 38);
    });
  });

  it('occupies the node with work, no less than asked', async () => {
    await withEcho(host, 1, async (echo) => {
      const before = (await echo.ask(1, { do: 'clock' })) as { readonly monotonic: number };
      expect(await echo.ask(1, { do: 'work', ms: 20, pool: 'cores' })).toBe('worked');
      const after = (await echo.ask(1, { do: 'clock' })) as { readonly monotonic: number };
      expect(after.monotonic - before.monotonic).toBeGreaterThanOrEqual(20 * NS_PER_MS);
    });
  });

  it('draws numbers', async () => {
    await withEcho(host, 1, async (echo) => {
      const draws = new Set<Value>();
      for (let i = 0; i < 10; i++) draws.add(await echo.ask(1, { do: 'draw' }));
      expect(draws.size).toBeGreaterThan(1);
    });
  });
}

function disk(host: HostUnderTest): void {
  it('keeps files: write, append, truncate, rename, remove, list', async () => {
    await withEcho(host, 1, async (echo) => {
      expect(await echo.ask(1, { do: 'read', path: 'none' })).toBeNull();
      await echo.ask(1, { do: 'write', path: 'a', text: 'hello' });
      await echo.ask(1, { do: 'append', path: 'a', text: ' world', sync: true });
      expect(await echo.ask(1, { do: 'read', path: 'a' })).toBe('hello world');
      await echo.ask(1, { do: 'truncate', path: 'a', size: 5 });
      await echo.ask(1, { do: 'append', path: 'a', text: '!', sync: false });
      await echo.ask(1, { do: 'write', path: 'b', text: 'old' });
      await echo.ask(1, { do: 'rename', from: 'a', to: 'b' });
      expect(await echo.ask(1, { do: 'read', path: 'b' })).toBe('hello!');
      await echo.ask(1, { do: 'append', path: 'c', text: 'x', sync: true });
      expect(await echo.ask(1, { do: 'list' })).toEqual(['b', 'c']);
      await echo.ask(1, { do: 'remove', path: 'c' });
      expect(await echo.ask(1, { do: 'list' })).toEqual(['b']);
    });
  });

  it('keeps them over a kill, each node its own', async () => {
    await withEcho(host, 2, async (echo) => {
      await echo.ask(1, { do: 'append', path: 'log', text: 'one', sync: true });
      await echo.ask(1, { do: 'append', path: 'log', text: ' two', sync: false });
      await echo.node(1).stop('kill');
      await echo.node(1).start(echoOn());
      expect(await echo.ask(1, { do: 'read', path: 'log' })).toBe('one two');
      expect(await echo.ask(2, { do: 'read', path: 'log' })).toBeNull();
    });
  });
}

function deaths(host: HostUnderTest): void {
  it('logs, and the log outlives the program', async () => {
    await withEcho(host, 1, async (echo) => {
      await echo.ask(1, { do: 'log', line: 'a line of the program' });
      await echo.node(1).stop('kill');
      expect(await echo.logOf(1)).toContain('a line of the program');
    });
  });

  for (const where of ['request', 'timer'] as const) {
    it(`crashes the node when a ${where} handler throws, with the reason in its log`, async () => {
      await withEcho(host, 2, async (echo) => {
        expect(await codeOf(echo.ask(1, { do: 'throw', where }))).not.toBe('resolved');
        await echo.eventually(5_000, 'crashed', async () => echo.node(1).state());
        expect(await echo.logOf(1)).toContain('thrown on purpose');
        expect(await echo.ask(2, { do: 'echo', value: 'unharmed' })).toBe('unharmed');
        await echo.node(1).start(echoOn());
        expect(await echo.ask(1, { do: 'echo', value: 'again' })).toBe('again');
      });
    });
  }

  it('kills a node that allocates beyond its memory', async () => {
    await withEcho(host, 1, async (echo) => {
      expect(await echo.ask(1, { do: 'alloc', bytes: 1000 })).toBe('held');
      expect(await codeOf(echo.ask(1, { do: 'alloc', bytes: MORE_THAN_ANY_NODE_HAS }))).not.toBe('resolved');
      await echo.eventually(5_000, 'crashed', async () => echo.node(1).state());
    });
  });

  it('rejects the start of a program that cannot start', async () => {
    const cluster = await host.open(1);
    try {
      const echo = new EchoCluster(cluster);
      expect(await host.within(cluster, codeOf(echo.node(1).start(echoOn({ failStart: true }))))).toBe('ORDEAL_NODE_FAILED');
      expect(echo.node(1).state()).toBe('crashed');
    } finally {
      await cluster[Symbol.asyncDispose]();
    }
  });
}
