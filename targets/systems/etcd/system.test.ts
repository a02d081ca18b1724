import { describe, expect, it } from 'vitest';
import type { Node } from '../../../harness/contracts/index.ts';
import { advertisedCluster, asExec, type ExecProgram, flagsOf } from '../conformance/advertised-cluster.ts';
import { etcd } from './system.ts';

const { nodes } = advertisedCluster;
const programOf = (node: Node, given: object = {}): ExecProgram =>
  asExec(etcd.program(node, advertisedCluster, { etcd: '/opt/etcd' }, etcd.options.parse(given)));

describe('the program of a member', () => {
  it('binds its own addresses and advertises the one where peers find it', () => {
    const program = programOf(nodes[1]!);
    expect(program.argv[0]).toBe('/opt/etcd');
    expect(program.ports).toEqual([2379, 2380]);
    expect(flagsOf(program)).toMatchObject({
      '--name': 'n2',
      '--data-dir': '/run/n2/data/etcd',
      '--listen-peer-urls': 'http://127.9.0.2:2380',
      '--initial-advertise-peer-urls': 'http://127.9.253.2:2380',
      '--listen-client-urls': 'http://127.9.0.2:2379',
      '--initial-cluster': 'n1=http://127.9.253.1:2380,n2=http://127.9.253.2:2380,n3=http://127.9.253.3:2380',
      '--initial-cluster-state': 'new',
    });
  });

  it('agrees with all others on the cluster and its token, and is the same at every start', () => {
    const of = (name: string): Set<string | undefined> => new Set(nodes.map((node) => flagsOf(programOf(node))[name]));
    expect(of('--initial-cluster').size).toBe(1);
    expect(of('--initial-cluster-token').size).toBe(1);
    expect(of('--name').size).toBe(3);
    expect(programOf(nodes[0]!)).toEqual(programOf(nodes[0]!));
  });

  it('takes its times from the options, and keeps its promise to sync', () => {
    expect(flagsOf(programOf(nodes[0]!, { heartbeatMs: 50, electionMs: 500 }))).toMatchObject({ '--heartbeat-interval': '50', '--election-timeout': '500' });
    expect(programOf(nodes[0]!).argv.join(' ')).not.toContain('unsafe');
    expect(() => etcd.options.parse({ heartbeatMs: 0 })).toThrow();
    expect(() => etcd.options.parse({ reads: 'eventual' })).toThrow();
  });
});
