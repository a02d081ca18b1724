import { describe, expect, it } from 'vitest';
import type { Cluster, Node, System } from '../../../harness/contracts/index.ts';
import { advertisedCluster, asExec, type ExecProgram } from '../conformance/advertised-cluster.ts';
import { infoIn } from './members.ts';
import { redisSentinel } from './sentinel-system.ts';
import { redis } from './system.ts';

const { nodes } = advertisedCluster;
const [first, second] = nodes as readonly [Node, Node];
const alone = { nodes: [first] } as unknown as Cluster;
const programOf = <P>(system: System<P>, node: Node, given: object = {}, cluster = advertisedCluster): ExecProgram =>
  asExec(system.program(node, cluster, { server: '/opt/redis-server', env: { LD_LIBRARY_PATH: '/opt/lib' } }, system.options.parse(given)));
const linesOf = (program: ExecProgram, which: 'SERVER' | 'SENTINEL'): string[] => program.env[`ORDEAL_${which}`]!.split('\n');

describe('the program of a server', () => {
  it('serves alone, and syncs as it is told', () => {
    const program = programOf(redis, first, { appendFsync: 'always' }, alone);
    expect(program.ports).toEqual([6379]);
    expect(program.env).toMatchObject({ LD_LIBRARY_PATH: '/opt/lib', ORDEAL_SENTINEL: '' });
    expect(linesOf(program, 'SERVER')).toEqual(
      expect.arrayContaining(['bind 127.9.0.1', 'port 6379', 'dir /run/n1/data/redis', 'appendonly yes', 'appendfsync always']),
    );
    expect(program.env['ORDEAL_SERVER']).not.toMatch(/^(replicaof|replica-announce)/m);
  });

  it('follows the first node, where it finds that', () => {
    expect(linesOf(programOf(redis, second), 'SERVER')).toContain('replicaof 127.9.2.1 6379');
    expect(linesOf(programOf(redis, first), 'SERVER').filter((line) => line.startsWith('replicaof'))).toEqual([]);
  });

  it.each([
    [{ reads: 'replica' }, '--reads'],
    [{ wait: 1 }, '--wait'],
    [{ minReplicas: 2 }, '--min-replicas'],
  ])('needs replicas for %o', (given, where) => {
    expect(() => programOf(redis, first, given, alone)).toThrow(expect.objectContaining({ code: 'ORDEAL_BAD_OPTION', where }));
  });
});

describe('the program of a server with a sentinel', () => {
  it('announces both where others find them, and watches the first node', () => {
    const program = programOf(redisSentinel, second, { downAfterMs: 900 });
    expect(program.ports).toEqual([6379, 26379]);
    expect(linesOf(program, 'SERVER')).toEqual(expect.arrayContaining(['replica-announce-ip 127.9.253.2', 'replicaof 127.9.253.1 6379']));
    expect(linesOf(program, 'SENTINEL')).toEqual(
      expect.arrayContaining([
        'bind 127.9.0.2',
        'sentinel announce-ip 127.9.253.2',
        'sentinel monitor ordeal 127.9.253.1 6379 2',
        'sentinel down-after-milliseconds ordeal 900',
        'sentinel known-replica ordeal 127.9.253.2 6379',
        'sentinel known-replica ordeal 127.9.253.3 6379',
      ]),
    );
  });

  it('is the same at every start, and agrees with all others on the primary', () => {
    expect(programOf(redisSentinel, second)).toEqual(programOf(redisSentinel, second));
    const monitors = nodes.map((node) => linesOf(programOf(redisSentinel, node), 'SENTINEL').find((line) => line.startsWith('sentinel monitor')));
    expect(new Set(monitors).size).toBe(1);
  });
});

describe('what INFO says', () => {
  it('is read line by line; what has colons of its own stays whole', () => {
    expect(Object.fromEntries(infoIn('# Replication\r\nrole:slave\r\nmaster_host:fe80::1\r\n\r\n'))).toEqual({ role: 'slave', master_host: 'fe80::1' });
  });
});
