import { describe, expect, it } from 'vitest';
import type { Node, Value } from '../../../harness/contracts/index.ts';
import { advertisedCluster, asExec } from '../conformance/advertised-cluster.ts';
import { postgres } from './system.ts';

const { nodes } = advertisedCluster;
const provisioned = { postgres: '/opt/postgres', initdb: '/opt/initdb', basebackup: '/opt/pg_basebackup', asUser: ['as', 'user'] };
const programOf = (node: Node, given: object, cluster = advertisedCluster, found: Value = provisioned): readonly string[] =>
  asExec(postgres.program(node, cluster, found, postgres.options.parse(given))).argv;
const argvOf = (node: Node, given: object = {}): readonly string[] => programOf(node, given);
const alone = { ...advertisedCluster, nodes: [nodes[0]!] };

describe('the program of a server', () => {
  it('is started as another user than root, with its own addresses and data', () => {
    const argv = argvOf(nodes[1]!);
    expect(argv.slice(0, 3)).toEqual(['as', 'user', 'sh']);
    expect(argv).toEqual(expect.arrayContaining(['/opt/initdb', '/opt/postgres', '/run/n2/data/postgres', 'listen_addresses=127.9.0.2', 'port=5432']));
  });

  it('keeps its promise to sync', () => {
    const settings = argvOf(nodes[0]!).filter((each) => /^\w+=/.test(each));
    expect(settings.join(' ')).not.toMatch(/fsync|synchronous_commit|full_page_writes/);
  });

  it('documents a model for each level', () => {
    const documented = (isolation: string): string | undefined => postgres.clients['list-append']!(postgres.options.parse({ isolation })).documentedModel;
    expect(['read-committed', 'repeatable-read', 'serializable'].map(documented)).toEqual(['read-committed', 'snapshot-isolation', 'serializable']);
    expect(() => documented('read-uncommitted')).toThrow();
  });
});

describe('replication', () => {
  it('begins with one primary, which the others look for where they see it', () => {
    expect(nodes.map((node) => argvOf(node)[10])).toEqual(['primary', 'standby', 'standby']);
    const following = argvOf(nodes[1]!).find((each) => each.startsWith('primary_conninfo='));
    expect(following).toContain('host=127.9.2.1,127.9.2.3 port=5432,5432');
    expect(following).toContain('target_session_attrs=primary');
    expect(following).toContain('application_name=n2');
  });

  it.each([
    ['async', ''],
    ['any-1', 'ANY 1 (n1, n3)'],
    ['sync', '2 (n1, n3)'],
    ['remote-apply', '2 (n1, n3)'],
  ])('%s: a primary waits for "%s"', (replication, names) => {
    const argv = argvOf(nodes[1]!, { replication });
    expect(argv).toContain(`synchronous_standby_names = '${names}'`);
    expect(argv.includes('synchronous_commit=remote_apply')).toBe(replication === 'remote-apply');
  });

  it('is not there with a single node', () => {
    expect(programOf(nodes[0]!, {}, alone).join(' ')).not.toMatch(/primary_conninfo|synchronous_standby_names =/);
    expect(() => programOf(nodes[0]!, { reads: 'standby' }, alone)).toThrow('no standby to read from');
  });

  it('needs pg_basebackup', () => {
    const { basebackup: _, ...without } = provisioned;
    expect(() => programOf(nodes[0]!, {}, advertisedCluster, without)).toThrow('no pg_basebackup beside /opt/postgres');
    expect(programOf(nodes[0]!, {}, alone, without)).toContain('/opt/initdb');
  });

  it('leaves transactions with the primary', () => {
    expect(() => postgres.clients['list-append']!(postgres.options.parse({ reads: 'standby' }))).toThrow('go to the primary');
  });
});
