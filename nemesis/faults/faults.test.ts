import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZodError } from 'zod';
import type { Fault, NodeId } from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { FAULTS, loadFaults } from '../registry/faults.ts';
import { clockDrift, clockFreeze, clockJump, clockStrobe } from './clock.ts';
import { join, leave, promote, replace } from './membership.ts';
import { isolateClients, partition, partitionOneWay } from './partition.ts';
import { kill, pause, power } from './process.ts';
import { failover, forcedPromotion } from './promotion.ts';
import { responseLoss } from './response-loss.ts';
import { bandwidth, delay, loss } from './shape.ts';

const view = { nodes: ['n1', 'n2', 'n3', 'n4', 'n5'] as NodeId[], primaries: ['n2'] as NodeId[] };
const plan = <P>(fault: Fault<P>, options: unknown, seed = 1) => fault.plan(fault.options.parse(options), view, createRng(seed));

describe('the registry', () => {
  it('says of each fault what the fault says of itself', async () => {
    const faults = await loadFaults(Object.keys(FAULTS));
    for (const [name, fault] of faults) {
      expect(fault.name).toBe(name);
      expect(fault.family).toBe(FAULTS[name]!.family);
      expect(fault.needs.length).toBeGreaterThan(0);
    }
  });

  it('plans something with the defaults, the same for the same seed', async () => {
    for (const fault of (await loadFaults(Object.keys(FAULTS))).values()) {
      const actions = plan(fault, {}, 5);
      expect(actions.length).toBeGreaterThan(0);
      expect(plan(fault, {}, 5)).toEqual(actions);
      expect(JSON.parse(JSON.stringify(actions))).toEqual(actions);
    }
  });

  it('refuses unknown faults and options', async () => {
    await expect(loadFaults(['partiton'])).rejects.toThrow('did you mean "partition"');
    for (const fault of (await loadFaults(Object.keys(FAULTS))).values()) expect(() => fault.options.parse({ nonsense: 1 })).toThrow(ZodError);
    expect(() => kill.options.parse({ target: 'everyone' })).toThrow(ZodError);
    expect(() => clockJump.options.parse({ offsetMs: 0 })).toThrow(ZodError);
  });
});

describe('partition', () => {
  it('cuts components and links as spelled out', () => {
    expect(plan(partition, { components: [['n1'], ['n2', 'n3']] })).toEqual([
      {
        control: 'links',
        params: {
          type: 'cut',
          links: [
            ['n1', 'n2'],
            ['n1', 'n3'],
            ['n2', 'n1'],
            ['n3', 'n1'],
          ],
        },
      },
    ]);
    const isolated = (plan(partition, { isolate: { from: 1, count: 4 } })[0]!.params as { links: readonly (readonly string[])[] }).links;
    expect(isolated.map(String)).toEqual(['n1,n2', 'n1,n3', 'n1,n4', 'n1,n5', 'n2,n1', 'n3,n1', 'n4,n1', 'n5,n1']);
    expect(plan(partition, { links: [['n1', 'clients']] })).toEqual([{ control: 'links', params: { type: 'cut', links: [['n1', 'clients']] } }]);
    expect(() => plan(partition, { links: [['n1', 'n8']] })).toThrow('there is no node "n8"');
  });

  it('cuts one direction alone', () => {
    const links = (direction: string) =>
      (plan(partitionOneWay, { target: ['n1', 'n2'], direction })[0]!.params as { links: readonly (readonly string[])[] }).links;
    expect(links('outbound')).toEqual(['n3', 'n4', 'n5'].map((to) => ['n1', to]).concat(['n3', 'n4', 'n5'].map((to) => ['n2', to])));
    expect(links('inbound')).toEqual(
      ['n3', 'n4', 'n5'].flatMap((from) => [
        [from, 'n1'],
        [from, 'n2'],
      ]),
    );
    const random = new Set(Array.from({ length: 20 }, (_, seed) => JSON.stringify(plan(partitionOneWay, { target: ['n1'] }, seed))));
    expect(random.size).toBe(2);
  });

  it('cuts clients from nodes, both ways or one', () => {
    const links = (direction: string) => (plan(isolateClients, { target: ['n4'], direction })[0]!.params as { links: readonly (readonly string[])[] }).links;
    expect(links('both')).toEqual([
      ['clients', 'n4'],
      ['n4', 'clients'],
    ]);
    expect(links('requests')).toEqual([['clients', 'n4']]);
    expect(links('replies')).toEqual([['n4', 'clients']]);
  });
});

describe('processes', () => {
  it('hits whom it is told to', () => {
    expect(plan(kill, { target: 'primaries' })).toEqual([{ control: 'processes', params: { type: 'kill', nodes: ['n2'] } }]);
    expect(plan(pause, { target: ['n5'] })).toEqual([{ control: 'processes', params: { type: 'pause', nodes: ['n5'] } }]);
    expect(plan(power, {})).toEqual([{ control: 'processes', params: { type: 'power-loss', nodes: view.nodes } }]);
    expect(kill.plan({ target: 'primaries' }, { ...view, primaries: [] }, createRng(1))).toEqual([]);
  });
});

describe('clocks', () => {
  it('draws jumps of both signs within the bound, none too small to be told from outside', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2_500, max: 1_000_000 }), (seed, maxOffsetMs) => {
        for (const action of plan(clockJump, { target: 'all', maxOffsetMs }, seed)) {
          const { offset } = action.params as { offset: number };
          expect(Math.abs(offset)).toBeLessThanOrEqual(maxOffsetMs * 1e6);
          expect(Math.abs(offset)).toBeGreaterThanOrEqual(2_500e6);
        }
      }),
    );
    const drawn = Array.from({ length: 40 }, (_, seed) => (plan(clockJump, {}, seed)[0]!.params as { offset: number }).offset);
    expect(drawn.some((offset) => offset > 0) && drawn.some((offset) => offset < 0)).toBe(true);
  });

  it('lets clocks disagree: each node draws its own', () => {
    const offsets = plan(clockJump, { target: 'all' }, 3).map((action) => (action.params as { offset: number }).offset);
    expect(new Set(offsets).size).toBe(5);
  });

  it('takes amounts as given', () => {
    expect(plan(clockJump, { target: ['n1'], offsetMs: -250 })).toEqual([
      { control: 'clocks', params: { type: 'jump', nodes: ['n1'], offset: -250e6, scope: 'wall' } },
    ]);
    expect(plan(clockDrift, { target: ['n1'], ppm: 500 })).toEqual([{ control: 'clocks', params: { type: 'drift', nodes: ['n1'], ppm: 500, scope: 'both' } }]);
  });
});

describe('faults of clocks that swing and stand', () => {
  it('say which clock, by how much and how often', () => {
    expect(plan(clockStrobe, { target: ['n1'], amplitudeMs: -9_000, halfMs: 100 })).toEqual([
      { control: 'clocks', params: { type: 'strobe', nodes: ['n1'], amplitude: -9e9, half: 100e6, scope: 'wall' } },
    ]);
    expect(plan(clockFreeze, { target: ['n2'] })).toEqual([{ control: 'clocks', params: { type: 'freeze', nodes: ['n2'], scope: 'wall' } }]);
  });

  it('draw drifts that can be told from outside', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { ppm } = plan(clockDrift, {}, seed)[0]!.params as { readonly ppm: number };
      expect(Math.abs(ppm)).toBeGreaterThanOrEqual(100_000);
    }
  });
});

describe('faults of links that carry packets badly', () => {
  const linksOf = (options: object) =>
    (plan(delay, { target: ['n1'], ...options })[0]!.params as { readonly links: readonly (readonly string[])[] }).links.map((link) => link.join('>')).sort();

  it('hit what the targets get, what they send, or both, each link once', () => {
    const sent = linksOf({ direction: 'outbound' });
    expect(sent.every((link) => link.startsWith('n1>') && !link.endsWith('>n1'))).toBe(true);
    const got = linksOf({ direction: 'inbound' });
    expect(got.every((link) => link.endsWith('>n1'))).toBe(true);
    expect(linksOf({})).toEqual([...sent, ...got].sort());
    const everybody = linksOf({ target: 'all' });
    expect(new Set(everybody).size).toBe(everybody.length);
  });

  it('say what they do to packets', () => {
    expect(plan(delay, { delayMs: 50, jitterMs: 10 })[0]!.params).toMatchObject({
      type: 'shape',
      shape: { delay: 50e6, jitter: 10e6, distribution: 'uniform' },
    });
    expect(plan(loss, { loss: 0.1, burst: 4 })[0]!.params).toMatchObject({ shape: { loss: 0.1, burst: 4 } });
    expect(plan(bandwidth, { kilobytesPerSecond: 50 })[0]!.params).toMatchObject({ shape: { bytesPerSecond: 50_000 } });
  });
});

describe('promotions', () => {
  const small = { nodes: ['n1', 'n2', 'n3'] as NodeId[], primaries: ['n1'] as NodeId[] };

  it('forced: cut the candidate off, then promote it; the primary is left alone', () => {
    for (let seed = 0; seed < 20; seed++) {
      const [cut, promotion] = forcedPromotion.plan({}, small, createRng(seed));
      const [candidate] = (promotion!.params as { candidates: readonly string[] }).candidates;
      expect(['n2', 'n3']).toContain(candidate);
      const others = ['n1', 'n2', 'n3'].filter((node) => node !== candidate);
      const links = (cut!.params as { links: readonly (readonly string[])[] }).links.map(String);
      expect(links.toSorted()).toEqual(others.flatMap((other) => [`${other},${candidate}`, `${candidate},${other}`]).sort());
      expect(promotion).toEqual({ control: 'promotions', params: { type: 'promote', candidates: [candidate], choice: 'first', standing: 'alone' } });
    }
    expect(forcedPromotion.plan({ candidate: 'n3' }, small, createRng(1))[1]).toMatchObject({ params: { candidates: ['n3'] } });
    expect(() => forcedPromotion.plan({ candidate: 'n9' }, small, createRng(1))).toThrow('no node "n9"');
  });

  it('after a fence: the primary is down before a standby is chosen', () => {
    expect(failover.plan({}, small, createRng(1))).toEqual([
      { control: 'processes', params: { type: 'kill', nodes: ['n1'] } },
      { control: 'promotions', params: { type: 'promote', candidates: ['n2', 'n3'], choice: 'most-received', standing: 'with-standbys' } },
    ]);
  });

  it('hit nobody where nobody is known to be primary', () => {
    for (const fault of [forcedPromotion, failover] as Fault[]) expect(fault.plan({}, { ...small, primaries: [] }, createRng(1))).toEqual([]);
  });
});

describe('changes of members', () => {
  it.each([
    { fault: leave, type: 'leave' },
    { fault: join, type: 'join' },
    { fault: replace, type: 'replace' },
    { fault: promote, type: 'learn' },
  ])('$fault.name hits whom it is told to, and by default leaves a majority', ({ fault, type }) => {
    expect(plan(fault, { target: ['n3', 'n1'] })).toEqual([{ control: 'members', params: { type, nodes: ['n1', 'n3'], leaving: 'quorum' } }]);
    expect(plan(fault, { target: 'primaries', leaving: 'anything' })).toEqual([{ control: 'members', params: { type, nodes: ['n2'], leaving: 'anything' } }]);
    expect(plan(fault, {})[0]!.params).toMatchObject({ nodes: [expect.stringMatching(/^n[1-5]$/)] });
  });

  it('take a system that can be told, and learners where they need them', () => {
    expect([leave, join, replace].flatMap(({ needs }) => needs)).toEqual(['member.change', 'member.change', 'member.change']);
    expect(promote.needs).toEqual(['member.change', 'member.learn']);
  });
});

describe('lost responses', () => {
  const world = { nodes: ['n1', 'n2', 'n3'] as NodeId[], outside: ['n3'] as NodeId[], primaries: [] };
  const lost = (options: unknown) => responseLoss.plan(responseLoss.options.parse(options), world, createRng(1));

  it('are those of the outside world to nodes, and of nodes to clients and other nodes', () => {
    const of = (links: unknown, seen = 'silence') => [{ control: 'replies', params: { type: 'lose', links, seen } }];
    expect(lost({ target: 'outside' })).toEqual(
      of([
        ['n3', 'n1'],
        ['n3', 'n2'],
      ]),
    );
    expect(lost({ target: 'outside', from: 'clients' })).toEqual([]);
    expect(lost({ target: ['n1'] })).toEqual(
      of([
        ['n1', 'clients'],
        ['n1', 'n2'],
      ]),
    );
    expect(lost({ target: ['n1'], from: 'clients', seen: 'reset' })).toEqual(of([['n1', 'clients']], 'reset'));
    expect(lost({ target: 'all', from: 'nodes' })).toEqual(
      of([
        ['n1', 'n2'],
        ['n2', 'n1'],
      ]),
    );
  });
});
