import { describe, expect, it } from 'vitest';
import type { ClockParams, Env, NodeId, NodeProgram, Ns, ProcessParams, Value } from '../../../harness/contracts/index.ts';
import { codeOf, EchoCluster } from '../conformance/echo-cluster.ts';
import { sameTwice } from './fixtures/same-twice.ts';
import type { Simulator } from './simulator.ts';

const MS = 1_000_000;
const ms = (value: number): Ns => (value * MS) as Ns;
const n1 = 'n1' as NodeId;

async function echoes(simulator: Simulator): Promise<EchoCluster> {
  const echo = new EchoCluster(simulator);
  await echo.start();
  return echo;
}

async function inject(simulator: Simulator, type: ProcessParams['type'], id = type as string): Promise<() => Promise<void>> {
  const control = simulator.control('processes');
  const change = control?.plan(id, { type, nodes: [n1] });
  if (!control || !change) throw new Error('no control of processes');
  await control.apply(change);
  return () => control.undo(change);
}

async function drift(simulator: Simulator, params: Partial<Extract<ClockParams, { type: 'drift' }>>): Promise<() => Promise<void>> {
  const control = simulator.control('clocks');
  const change = control?.plan('drift', { type: 'drift', nodes: [n1], ppm: 500_000, scope: 'both', ...params });
  if (!control || !change) throw new Error('no control of clocks');
  await control.apply(change);
  return () => control.undo(change);
}

/** A node whose program does what `start` says, and the times (true, ms) at which it notes something. */
async function noted(simulator: Simulator, start: (env: Env, note: (what: string) => void) => void): Promise<string[]> {
  const notes: string[] = [];
  const program: NodeProgram = {
    async start(env) {
      const began = simulator.clock.now();
      start(env, (what) => notes.push(`${what}@${(simulator.clock.now() - began) / MS}`));
      return { onMessage: () => undefined, onRequest: () => undefined };
    },
  };
  await simulator.nodes[0]?.startProgram(program, null);
  return notes;
}

describe('a paused node', () => {
  it('handles what came meanwhile when it is resumed, in order: messages, requests, timers, disk', async () => {
    await sameTwice({ nodes: 2, seed: 1 }, async (simulator) => {
      const echo = await echoes(simulator);
      const waiting = echo.ask(1, { do: 'wait', ms: 20 });
      await echo.sleep(5);
      const resume = await inject(simulator, 'pause');
      for (const value of [1, 2, 3]) await echo.ask(2, { do: 'tell', to: 'n1', value });
      const asked = echo.ask(1, { do: 'told' });
      const before = simulator.nodes[0]?.handled;
      expect(await Promise.race([waiting, asked, echo.sleep(500).then(() => 'nothing')])).toBe('nothing');
      expect([simulator.nodes[0]?.handled, echo.node(1).state()]).toEqual([before, 'paused']);
      await resume();
      expect([await waiting, await asked]).toEqual(['waited', [1, 2, 3].map((value) => ['n2', value])]);
    });
  });

  it('fires no timer that is cancelled by what it handles first', async () => {
    await sameTwice({ nodes: 1, seed: 1 }, async (simulator) => {
      const notes = await noted(simulator, (env, note) => {
        env.timer(ms(10), () => {
          note('first');
          second.cancel();
        });
        const second = env.timer(ms(20), () => note('second'));
        env.timer(ms(30), () => note('third'));
      });
      const resume = await inject(simulator, 'pause');
      await simulator.clock.sleep(ms(100));
      await resume();
      await simulator.clock.sleep(ms(100));
      expect(notes).toEqual(['first@100', 'third@100']);
    });
  });

  it('keeps no more messages than its inbound queue holds', async () => {
    await sameTwice({ nodes: 2, seed: 1, options: { inboundQueue: 5, reorder: false } }, async (simulator) => {
      const echo = await echoes(simulator);
      const resume = await inject(simulator, 'pause');
      for (let value = 0; value < 20; value++) await echo.ask(2, { do: 'tell', to: 'n1', value });
      await resume();
      expect(await echo.ask(1, { do: 'told' })).toEqual([0, 1, 2, 3, 4].map((value) => ['n2', value]));
    });
  });

  it('does no work meanwhile: what was under way takes its whole time', async () => {
    await sameTwice({ nodes: 1, seed: 1 }, async (simulator) => {
      const notes = await noted(simulator, (env, note) => void env.work(ms(100)).then(() => note('worked')));
      await simulator.clock.sleep(ms(40));
      const resume = await inject(simulator, 'pause');
      await simulator.clock.sleep(ms(1_000));
      await resume();
      await simulator.clock.sleep(ms(500));
      expect(notes).toEqual(['worked@1100']);
    });
  });

  it('loses what it had when it is killed: its clients hear of it', async () => {
    await sameTwice({ nodes: 1, seed: 1 }, async (simulator) => {
      const echo = await echoes(simulator);
      await inject(simulator, 'pause');
      const asked = codeOf(echo.ask(1, { do: 'echo', value: 1 }));
      await echo.sleep(10);
      const restart = await inject(simulator, 'kill');
      expect(await asked).toBe('ECONNRESET');
      expect(echo.node(1).state()).toBe('stopped');
      await restart();
      expect(echo.node(1).state()).toBe('paused');
    });
  });
});

describe('a node without power', () => {
  it('loses what was not synced; one that is killed does not', async () => {
    for (const [type, log] of [
      ['kill', 'synced, not synced'],
      ['power-loss', 'synced'],
    ] as const) {
      await sameTwice({ nodes: 1, seed: 1 }, async (simulator) => {
        const echo = await echoes(simulator);
        await echo.ask(1, { do: 'append', path: 'log', text: 'synced', sync: true });
        await echo.ask(1, { do: 'append', path: 'log', text: ', not synced', sync: false });
        await echo.ask(1, { do: 'write', path: 'unsynced', text: 'x' });
        const restart = await inject(simulator, type);
        await restart();
        expect(await echo.ask(1, { do: 'read', path: 'log' })).toBe(log);
        expect(await echo.ask(1, { do: 'list' })).toEqual(type === 'kill' ? ['log', 'unsynced'] : ['log']);
      });
    }
  });

  it('loses an fsync under way; a kill lets the disk finish it', async () => {
    for (const [type, kept] of [
      ['power-loss', false],
      ['kill', true],
    ] as const) {
      await sameTwice({ nodes: 1, seed: 1, options: { fsyncLatency: '10ms' } }, async (simulator) => {
        const echo = await echoes(simulator);
        const asked = codeOf(echo.ask(1, { do: 'append', path: 'log', text: 'tail', sync: true }));
        await echo.sleep(4);
        const restart = await inject(simulator, type);
        expect(await asked).toBe('ECONNRESET');
        await restart();
        await echo.sleep(100);
        await inject(simulator, 'power-loss', 'later');
        expect(simulator.nodes[0]?.disk.image.list()).toEqual(kept ? ['log'] : []);
      });
    }
  });

  it('keeps a part of what was appended where writes can tear', async () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 12; seed++) {
      const { value } = await sameTwice({ nodes: 1, seed, options: { tornWrites: true } }, async (simulator) => {
        const echo = await echoes(simulator);
        await echo.ask(1, { do: 'append', path: 'log', text: 'head', sync: true });
        await echo.ask(1, { do: 'append', path: 'log', text: '0123456789', sync: false });
        const restart = await inject(simulator, 'power-loss');
        await restart();
        return await echo.ask(1, { do: 'read', path: 'log' });
      });
      expect('head0123456789'.startsWith(String(value)) && String(value).startsWith('head')).toBe(true);
      lengths.add(String(value).length);
    }
    expect(lengths.size).toBeGreaterThan(3);
  });
});

describe('clocks of a node', () => {
  it('move timers with the monotonic clock, those under way too, and not with the wall clock', async () => {
    await sameTwice({ nodes: 1, seed: 1 }, async (simulator) => {
      const wallOnly = await drift(simulator, { scope: 'wall' });
      const notes = await noted(simulator, (env, note) => {
        env.timer(ms(300), () => note('first'));
        env.timer(ms(1_000), () => note('second'));
      });
      await simulator.clock.sleep(ms(100));
      await wallOnly();
      const undo = await drift(simulator, { ppm: 500_000 });
      await simulator.clock.sleep(ms(300));
      await undo();
      await simulator.clock.sleep(ms(2_000));
      // 100 ms as they are, then 1.5 times as fast: 200 ms in 133.4; by 400 ms of true time 550 have passed on the node
      expect(notes).toEqual(['first@233.333334', 'second@850']);
    });
  });

  it('give the wall clock back its time when the fault ends, and the monotonic clock never runs back', async () => {
    await sameTwice({ nodes: 1, seed: 1 }, async (simulator) => {
      const node = simulator.nodes[0];
      if (!node) throw new Error('one node');
      const now = () => simulator.clock.now();
      const undo = await drift(simulator, { ppm: -900_000 });
      await simulator.clock.sleep(ms(1_000));
      expect([node.clock.wallNs(now()) - now(), node.clock.monotonic(now())]).toEqual([-900 * MS, 100 * MS]);
      await undo();
      expect([node.clock.wallNs(now()) - now(), node.clock.monotonic(now())]).toEqual([0, 100 * MS]);
      await simulator.clock.sleep(ms(50));
      expect(node.clock.monotonic(now())).toBe(150 * MS);
    });
  });

  it('refuse what they cannot do', async () => {
    await sameTwice({ nodes: 1, seed: 1 }, async (simulator) => {
      const clocks = simulator.control('clocks');
      const nodes = [n1];
      expect(() => clocks?.plan('a', { type: 'jump', nodes, offset: ms(5), scope: 'both' })).toThrow(/never jumps/);
      expect(() => clocks?.plan('a', { type: 'jump', nodes, offset: 0 as Ns, scope: 'wall' })).toThrow(/is none/);
      expect(() => clocks?.plan('a', { type: 'drift', nodes, ppm: -1_000_000, scope: 'both' })).toThrow(/cannot be simulated/);
      expect(() => clocks?.plan('a', { type: 'drift', nodes: ['n7' as NodeId], ppm: 1, scope: 'both' })).toThrow(/no "n7"/);
    });
  });
});

describe('the resources of a node', () => {
  it('are worked in turn: as many at a time as it has cores, each pool for itself', async () => {
    await sameTwice({ nodes: 1, seed: 1, options: { cores: 2 } }, async (simulator) => {
      const notes = await noted(simulator, (env, note) => {
        for (const name of ['a', 'b', 'c']) void env.work(ms(10)).then(() => note(name));
        void env.work(ms(1), 'pool').then(() => note('pool'));
      });
      await simulator.clock.sleep(ms(100));
      expect(notes).toEqual(['pool@1', 'a@10', 'b@10', 'c@20']);
    });
  });

  it('run out: memory that is freed counts no more, memory beyond the limit is death', async () => {
    await sameTwice({ nodes: 1, seed: 1, options: { memory: 1_000 } }, async (simulator) => {
      const echo = await echoes(simulator);
      const alloc = (bytes: number): Promise<Value> => echo.ask(1, { do: 'alloc', bytes });
      for (let i = 0; i < 5; i++) {
        await alloc(900);
        await alloc(-900);
      }
      await alloc(1_000);
      expect([await codeOf(alloc(1)), echo.node(1).state()]).toEqual(['ECONNRESET', 'crashed']);
      expect(await echo.logOf(1)).toContain('out of memory');
    });
  });

  it('fill up: a full disk refuses writes and keeps what it has', async () => {
    await sameTwice({ nodes: 1, seed: 1 }, async (simulator) => {
      const echo = await echoes(simulator);
      const disks = simulator.control('disks');
      const change = disks?.plan('full', { type: 'full', nodes: [n1] });
      if (!disks || !change) throw new Error('no control of disks');
      await echo.ask(1, { do: 'append', path: 'log', text: 'kept', sync: true });
      expect(await disks.probe(change, 'applied')).toMatchObject({ holds: false });
      await disks.apply(change);
      expect(await disks.probe(change, 'applied')).toMatchObject({ holds: true, independent: true });
      expect(await echo.ask(1, { do: 'append', path: 'log', text: 'x', sync: true })).toMatchObject({ error: expect.stringContaining('ENOSPC') });
      await disks.undo(change);
      expect(await disks.probe(change, 'undone')).toMatchObject({ holds: true });
      expect(await echo.ask(1, { do: 'read', path: 'log' })).toBe('kept');
      expect(() => disks.plan('rot', { type: 'corrupt', nodes: [n1], share: 1 })).toThrow(/know no corrupt/);
    });
  });

  it('slow down: a slow disk takes its time', async () => {
    await sameTwice({ nodes: 1, seed: 1 }, async (simulator) => {
      const echo = await echoes(simulator);
      const disks = simulator.control('disks');
      const change = disks?.plan('slow', { type: 'slow', nodes: [n1], delay: 20_000_000 as Ns });
      if (!disks || !change) throw new Error('no control of disks');
      const took = async (): Promise<number> => {
        const before = simulator.clock.now();
        await echo.ask(1, { do: 'append', path: 'log', text: 'x', sync: true });
        return (simulator.clock.now() - before) / MS;
      };
      expect(await took()).toBeLessThan(5);
      await disks.apply(change);
      expect(await took()).toBeGreaterThan(15);
      expect(await disks.probe(change, 'applied')).toMatchObject({ holds: true, independent: true });
      expect(await disks.probe(change, 'undone')).toMatchObject({ holds: false });
      await disks.undo(change);
      // the probes' own operations have taken their time by then
      await simulator.clock.sleep((200 * MS) as Ns);
      expect(await took()).toBeLessThan(5);
    });
  });
});
