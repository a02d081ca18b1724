import { describe, expect, it } from 'vitest';
import type { Node } from '../../../harness/contracts/index.ts';
import { advertisedCluster, asExec } from '../conformance/advertised-cluster.ts';
import { postgres } from './system.ts';

const { nodes } = advertisedCluster;
const provisioned = { postgres: '/opt/postgres', initdb: '/opt/initdb', asUser: ['as', 'user'] };
const argvOf = (node: Node): readonly string[] => asExec(postgres.program(node, advertisedCluster, provisioned, postgres.options.parse({}))).argv;

describe('the program of a server', () => {
  it('is started as another user than root, with its own addresses and data', () => {
    const argv = argvOf(nodes[1]!);
    expect(argv.slice(0, 3)).toEqual(['as', 'user', 'sh']);
    expect(argv).toEqual(expect.arrayContaining(['/opt/initdb', '/opt/postgres', '/run/n2/data/postgres', 'listen_addresses=127.9.0.2', 'port=5432']));
  });

  it('keeps its promise to sync', () => {
    expect(argvOf(nodes[0]!).join(' ')).not.toMatch(/fsync|synchronous_commit|full_page_writes/);
  });

  it('documents a model for each level', () => {
    const documented = (isolation: string): string | undefined => postgres.clients['list-append']!(postgres.options.parse({ isolation })).documentedModel;
    expect(['read-committed', 'repeatable-read', 'serializable'].map(documented)).toEqual(['read-committed', 'snapshot-isolation', 'serializable']);
    expect(() => documented('read-uncommitted')).toThrow();
  });
});
