import { describe, expect, it } from 'vitest';
import type { Cluster, Node, NodeId } from '../../../harness/contracts/index.ts';
import { advertisedCluster, asExec } from '../conformance/advertised-cluster.ts';
import { primariesAmong } from './cluster-bootstrap.ts';
import { clusterRoute, redirectionIn } from './cluster-route.ts';
import { crc16, SLOTS, slotOf, slotRanges } from './cluster-slots.ts';
import { redisCluster } from './cluster-system.ts';
import { knownIn } from './cluster-views.ts';
import { RedisError } from './resp.ts';

const never = new AbortController().signal;

describe('slots', () => {
  it('are what Redis says they are', () => {
    // CRC-16/XMODEM’s check value, and CLUSTER KEYSLOT of Redis 7.0.15
    expect(crc16(Buffer.from('123456789'))).toBe(0x31c3);
    expect(slotOf('somekey')).toBe(11_058);
    expect(slotOf('ordeal:set')).toBe(16_363);
  });

  it('are decided by what is in braces, where there is something', () => {
    expect(slotOf('{user1000}.following')).toBe(slotOf('user1000'));
    expect(slotOf('a{b}{c}')).toBe(slotOf('b'));
    expect(slotOf('foo{}{bar}')).not.toBe(slotOf('bar'));
    expect(slotOf('foo{{bar}}')).toBe(slotOf('{bar'));
  });

  it.each([3, 4, 5, 7])('are shared by %d primaries, each of them once', (count) => {
    const ranges = slotRanges(count);
    expect(ranges[0]![0]).toBe(0);
    expect(ranges.at(-1)![1]).toBe(SLOTS - 1);
    for (const [i, [first]] of ranges.slice(1).entries()) expect(first).toBe(ranges[i]![1] + 1);
  });
});

describe('what CLUSTER NODES says', () => {
  it('is who is who, and how many slots each has', () => {
    const text = [
      'aa 127.9.253.1:6379@16379,host myself,master - 0 0 1 connected 0-5460 7000 [93-<-bb]',
      'bb 127.9.253.2:6379@16379 slave,fail? aa 0 1 1 connected',
      'cc :0@0 master,noaddr - 1 0 3 disconnected',
      '',
    ].join('\n');
    expect(knownIn(text)).toEqual([
      { id: 'aa', address: '127.9.253.1:6379', flags: ['myself', 'master'], slots: 5_462 },
      { id: 'bb', address: '127.9.253.2:6379', flags: ['slave', 'fail?'], primary: 'aa', slots: 0 },
      { id: 'cc', address: ':0', flags: ['master', 'noaddr'], slots: 0 },
    ]);
  });
});

describe('redirections', () => {
  it('name a slot and an address', () => {
    expect(redirectionIn(new RedisError('MOVED 3999 127.0.0.1:6381'))).toEqual({ kind: 'moved', slot: 3_999, address: ['127.0.0.1', '6381'] });
    expect(redirectionIn(new RedisError('ASK 7 fe80::1:6381'))).toEqual({ kind: 'asking', slot: 7, address: ['fe80::1', '6381'] });
    expect(redirectionIn(new RedisError('CLUSTERDOWN The cluster is down'))).toBeUndefined();
  });

  const nodes = [1, 2, 3].map(
    (i): Node =>
      ({
        id: `n${i}` as NodeId,
        address: () => ({ host: `127.9.254.${i}`, port: 6379 }),
        peerAddress: () => ({ host: `127.9.253.${i}`, port: 6379 }),
      }) as unknown as Node,
  ) as [Node, Node, Node];
  const get = ['GET', 'somekey'];
  const moved = (node: number, slot = 11_058): RedisError => new RedisError(`MOVED ${slot} 127.9.253.${node}:6379`);

  it('lead from the server of one’s own node to who has the slot, until it knows no better', async () => {
    const route = clusterRoute(nodes[1], nodes);
    const first = await route.to('primary', never, get);
    expect(route.nodeOf('primary', get)).toBe('n2');
    expect(route.redirected!(moved(3))).toEqual({ kind: 'moved', to: 'n3' });
    expect(route.nodeOf('primary', get)).toBe('n3');
    expect(route.nodeOf('primary', ['GET', 'ordeal:set'])).toBe('n2');
    expect(route.nodeOf('primary', ['EVAL', 'return 1', 1, 'somekey', 5])).toBe('n3');
    expect(await route.to('primary', never, get)).not.toBe(first);
    route.refused();
    expect(await route.to('primary', never, get)).toBe(first);
  });

  it('that ask hold for one message', async () => {
    const route = clusterRoute(nodes[1], nodes);
    const own = await route.to('primary', never, get);
    expect(route.redirected!(new RedisError('ASK 11058 127.9.253.1:6379'))).toEqual({ kind: 'asking', to: 'n1' });
    expect(await route.to('primary', never, get)).not.toBe(own);
    expect(await route.to('primary', never, get)).toBe(own);
  });

  it('to nobody of the run are none', () => {
    expect(clusterRoute(nodes[1], nodes).redirected!(moved(9))).toBeUndefined();
  });
});

describe('the program of a server of a cluster', () => {
  const six = [...advertisedCluster.nodes, ...advertisedCluster.nodes];
  const programOf = (given: object = {}, of = six) =>
    redisCluster.program(six[1]!, { nodes: of } as unknown as Cluster, { server: '/opt/redis-server', env: {} }, redisCluster.options.parse(given));

  it('announces where all find it, and says how long it waits for others', () => {
    const program = asExec(programOf({ nodeTimeoutMs: 900 }));
    expect(program.ports).toEqual([6379, 16_379]);
    expect(program.env['ORDEAL_SERVER']!.split('\n')).toEqual(
      expect.arrayContaining([
        'bind 127.9.0.2',
        'cluster-enabled yes',
        'cluster-port 16379',
        'cluster-node-timeout 900',
        'cluster-announce-ip 127.9.253.2',
        'cluster-announce-port 6379',
        'cluster-announce-bus-port 16379',
      ]),
    );
  });

  it('takes three primaries and a replica for each', () => {
    expect(() => programOf({}, six.slice(1))).toThrow(expect.objectContaining({ code: 'ORDEAL_BAD_OPTION', where: '--nodes' }));
    expect([6, 7, 8].map(primariesAmong)).toEqual([3, 3, 4]);
  });
});
