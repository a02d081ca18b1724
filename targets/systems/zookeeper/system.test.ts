import { describe, expect, it } from 'vitest';
import type { Cluster, Node } from '../../../harness/contracts/index.ts';
import { advertisedCluster, asExec, type ExecProgram } from '../conformance/advertised-cluster.ts';
import { memberIn } from './members.ts';
import { zookeeper } from './system.ts';

const { nodes } = advertisedCluster;
const programOf = (node: Node, cluster = advertisedCluster): ExecProgram =>
  asExec(zookeeper.program(node, cluster, { java: '/opt/java', classes: '/opt/jars' }, zookeeper.options.parse({})));
const linesOf = ({ env }: ExecProgram): readonly string[] => env['ORDEAL_CONFIGURATION']!.split('\n');

describe('the program of a server', () => {
  it('binds its own addresses, and finds each of the others where that is for it', () => {
    const program = programOf(nodes[1]!);
    expect(program.ports).toEqual([2181, 2888, 3888]);
    expect(program.env['ORDEAL_NUMBER']).toBe('2');
    expect(linesOf(program)).toEqual(
      expect.arrayContaining([
        'dataDir=/run/n2/data/zookeeper',
        'clientPortAddress=127.9.0.2',
        'server.1=127.9.2.1:2888:3888',
        'server.2=127.9.0.2:2888:3888',
        'server.3=127.9.2.3:2888:3888',
      ]),
    );
    expect(program.argv.slice(4, 6)).toEqual(['/run/n2/data/zookeeper', '/opt/java']);
    expect(program.argv.at(-1)).toMatch(/^\/opt\/jars\/zookeeper\.jar:/);
  });

  it('is the same at every start', () => {
    expect(programOf(nodes[0]!)).toEqual(programOf(nodes[0]!));
  });

  it('knows of nobody where it is alone', () => {
    const program = programOf(nodes[0]!, { nodes: nodes.slice(0, 1) } as unknown as Cluster);
    expect(program.ports).toEqual([2181]);
    expect(linesOf(program).filter((line) => line.startsWith('server.'))).toEqual([]);
  });
});

describe('what a server says of itself', () => {
  it('is its mode and how far it is', () => {
    expect(memberIn('Zookeeper version: 3.8.0\nConnections: 1\nZxid: 0x10000002a\nMode: leader\nNode count: 5\n')).toEqual({
      mode: 'leader',
      zxid: 0x1_0000_002an,
    });
  });

  it('is nothing while it does not serve', () => {
    expect(memberIn('This ZooKeeper instance is not currently serving requests\n')).toBeUndefined();
    expect(memberIn('')).toBeUndefined();
  });
});
