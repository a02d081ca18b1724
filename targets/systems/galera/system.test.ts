import { describe, expect, it } from 'vitest';
import type { Cluster, Node } from '../../../harness/contracts/index.ts';
import { advertisedCluster, asExec } from '../conformance/advertised-cluster.ts';
import { galera } from './system.ts';

const { nodes } = advertisedCluster;
const provisioned = {
  server: '/opt/sbin/mariadbd',
  provider: '/opt/lib/libgalera_smm.so',
  share: '/opt/share/mysql',
  asUser: ['as', 'user'],
  env: { LD_LIBRARY_PATH: '/opt/lib' },
  version: '10.11',
  from: '/opt',
  transfer: '/opt/bin',
  firstData: '/opt/first',
};
const programOf = (node: Node, cluster: Cluster = advertisedCluster) => asExec(galera.program(node, cluster, provisioned, galera.options.parse({})));

describe('the program of a member', () => {
  it('is started as another user than root, with its own addresses and data', () => {
    const { argv, env, ports } = programOf(nodes[1]!);
    expect(argv.slice(0, 3)).toEqual(['as', 'user', 'sh']);
    expect(argv).toEqual(
      expect.arrayContaining([
        '/opt/first',
        '/run/n2/data/galera',
        '--datadir=/run/n2/data/galera',
        '--bind-address=127.9.0.2',
        '--wsrep-node-address=127.9.0.2',
      ]),
    );
    expect(argv.find((each) => each.startsWith('--wsrep-provider-options='))).toContain('gmcast.listen_addr=tcp://127.9.0.2:4567');
    expect([env, ports]).toEqual([{ LD_LIBRARY_PATH: '/opt/lib', LC_ALL: 'C' }, [3306, 4567]]);
  });

  it('knows all members, and begins in a component with them', () => {
    for (const [i, node] of nodes.entries()) {
      const { argv } = programOf(node);
      const others = [1, 2, 3].filter((member) => member !== i + 1).map((member) => `127.9.0.${member}:4567`);
      expect(argv).toContain(`--wsrep-cluster-address=gcomm://${others.join(',')}`);
      const component = argv.find((each) => each.startsWith('my_uuid: '))!.split('\n');
      const members = component.filter((line) => line.startsWith('member: ')).map((line) => line.split(' ')[1]);
      expect([members.length, new Set(members).size, component[0]]).toEqual([3, 3, `my_uuid: ${members[i]}`]);
      // whoever began alone would be another cluster after its folder was lost
      expect(argv.join(' ')).not.toContain('--wsrep-new-cluster');
    }
  });

  it('keeps its promise to sync', () => {
    expect(programOf(nodes[0]!).argv).toContain('--innodb-flush-log-at-trx-commit=1');
  });
});

describe('what it is asked for', () => {
  it('is judged by what is documented of each level between nodes', () => {
    const documented = (isolation: string): string | undefined => galera.clients['list-append']!(galera.options.parse({ isolation })).documentedModel;
    expect(['read-committed', 'repeatable-read', 'serializable'].map(documented)).toEqual(['read-committed', 'repeatable-read', 'snapshot-isolation']);
    expect(() => documented('read-uncommitted')).toThrow();
  });

  it('waits for what is a sum of bits', () => {
    expect(galera.options.parse({})).toMatchObject({ syncWait: 1 });
    for (const syncWait of [-1, 16, 0.5]) expect(() => galera.options.parse({ syncWait })).toThrow();
  });
});
