import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import type { Change, LinkEnd, NodeId } from '../../../harness/contracts/index.ts';
import { nodeTableScript, nodeTables, undoNodeTables } from './node-tables.ts';

const [n1, n2, n3] = ['n1', 'n2', 'n3'] as [NodeId, NodeId, NodeId];
const addressesOf = (end: LinkEnd): readonly string[] =>
  end === 'clients' ? ['10.0.0.253'] : [`10.0.0.${end.slice(1)}`, `10.1.0.${end.slice(1)}`, `fd00::${end.slice(1)}`];
const script = (...links: (readonly [LinkEnd, LinkEnd])[]): string => nodeTableScript(n2, links, addressesOf);

it('drops at who hears, by all addresses of who speaks, and what goes to clients where it leaves', () => {
  expect(script([n1, n2], [n2, n3], [n2, 'clients'])).toBe(
    [
      'table inet ordeal',
      'delete table inet ordeal',
      'table inet ordeal {',
      '  chain input {',
      '    type filter hook input priority -150; policy accept;',
      '    ip saddr { 10.0.0.1, 10.1.0.1 } drop',
      '    ip6 saddr { fd00::1 } drop',
      '  }',
      '  chain output {',
      '    type filter hook output priority -150; policy accept;',
      '    ip daddr { 10.0.0.253 } drop',
      '  }',
      '}',
      '',
    ].join('\n'),
  );
});

it('leaves no table where nothing of the node is cut, and names each address once', () => {
  expect(script([n2, n3], [n3, n1])).toBe('table inet ordeal\ndelete table inet ordeal\n');
  expect(script([n1, n2], [n1, n2])).toContain('{ 10.0.0.1, 10.1.0.1 }');
});

it.skipIf(spawnSync('nft', ['-c', '-f', '-'], { input: 'table inet ordeal\n' }).status !== 0)('is what nft reads', () => {
  const { status, stderr } = spawnSync('nft', ['-c', '-f', '-'], { input: script([n1, n2], ['clients', n2], [n2, 'clients']), encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

it('names in the journal every namespace, and has nothing to undo where they are gone', async () => {
  const rules = nodeTables([n1, n2], (node) => `ordeal-nowhere-${node}`, addressesOf);
  expect(rules).toMatchObject({ kind: 'nft.node-links', undo: { namespaces: ['ordeal-nowhere-n1', 'ordeal-nowhere-n2'] } });
  const change = { id: 'c', kind: rules.kind, nodes: [n1], params: null, undo: rules.undo } satisfies Change;
  await undoNodeTables(change, new AbortController().signal);
});

it('writes again what was not written, and nothing where nothing changes', async () => {
  const rules = nodeTables([n1, n2], (node) => `ordeal-nowhere-${node}`, addressesOf);
  await rules.write([]);
  await expect(rules.write([[n1, n2]])).rejects.toMatchObject({ code: 'ORDEAL_NODE_FAILED' });
  // it may stand all the same: healing must be tried
  await expect(rules.write([])).rejects.toMatchObject({ code: 'ORDEAL_NODE_FAILED' });
});
