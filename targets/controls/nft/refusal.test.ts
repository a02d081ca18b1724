import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import type { Change, LinkEnd, LinkParams, NodeId } from '../../../harness/contracts/index.ts';
import { type Active, refusedLinks } from '../desired-state.ts';
import { judgeLooks } from '../link-proxy/cut-looks.ts';
import type { LinkLook, ProbeAnswer } from '../link-proxy/probe-protocol.ts';
import { createNftLinksControl, switchRules } from './links-control.ts';
import { breakingCommands, cutWays, refusalScript, undoRefusals } from './refusal.ts';

const [n1, n2, n3] = ['n1', 'n2', 'n3'] as [NodeId, NodeId, NodeId];
const addressOf = (end: LinkEnd): string => `10.0.0.${end === 'clients' ? 253 : end.slice(1)}`;
const namespaceOf = (node: NodeId): string => `ordeal-nowhere-${node}`;
const script = refusalScript(
  n2,
  [
    [n2, n3],
    [n2, 'clients'],
    ['clients', n2],
    [n1, n2],
  ],
  addressOf,
);

it('refuses what leaves a node where it leaves, and what comes from clients where it arrives', () => {
  expect(script.split('\n').filter((line) => /chain|reject/.test(line))).toEqual([
    '  chain output {',
    '    ip daddr { 10.0.0.253, 10.0.0.3 } meta l4proto tcp reject with tcp reset',
    '    ip daddr { 10.0.0.253, 10.0.0.3 } reject',
    '  chain input {',
    '    ip saddr { 10.0.0.253 } meta l4proto tcp reject with tcp reset',
    '    ip saddr { 10.0.0.253 } reject',
  ]);
  // a reset must get out of a node that refuses, and into one
  expect(script.match(/tcp flags & rst == rst accept/g)).toHaveLength(2);
  expect(refusalScript(n3, [[n2, n3]], addressOf)).toBe('table inet ordeal_refusal\ndelete table inet ordeal_refusal\n');
});

it.skipIf(spawnSync('nft', ['-c', '-f', '-'], { input: 'table inet ordeal\n' }).status !== 0)('is what nft reads', () => {
  const { status, stderr } = spawnSync('nft', ['-c', '-f', '-'], { input: script, encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});

it('breaks connections at both ends, each once, and of ours only those from the address of clients', () => {
  const commands = breakingCommands(
    [
      [n1, n2],
      [n2, n1],
      ['clients', n3],
    ],
    { namespaceOf, addressOf },
  ).map((words) => words.join(' '));
  const inside = (node: string, away: string) => `nsenter --net=/run/netns/ordeal-nowhere-${node} -- ss -K -t dst ${away}`;
  expect(commands).toEqual([inside('n1', '10.0.0.2'), inside('n2', '10.0.0.1'), 'ss -K -t src 10.0.0.253 dst 10.0.0.3', inside('n3', '10.0.0.253')]);
});

it('lets silence beat refusal on one link', () => {
  const active = (...all: (readonly [LinkParams['by'], ...LinkParams['links']])[]): Active<LinkParams> =>
    new Map(all.map(([by, ...links], i) => [`c${i}`, { type: 'cut', links, ...(by && { by }) }]));
  expect([...refusedLinks(active(['reject', [n1, n2], [n2, n1]], [undefined, [n2, n1]], ['reset', [n3, n1]])).keys()]).toEqual(['n1>n2']);
  expect([...refusedLinks(active(['reset', [n1, n2]])).keys()]).toEqual([]);
});

it('names in the journal the namespaces whose tables are to go, and has nothing to undo where they are gone', async () => {
  const witnesses = { measure: async () => ({ links: [], controls: [] }) };
  const ways = cutWays({ nodes: [n1, n2], namespaceOf, addressOf });
  const control = createNftLinksControl({ nodes: [n1, n2], rules: switchRules('ordeal-nowhere-sw', addressOf), witnesses, ways });
  const change: Change = control.plan('c', { type: 'cut', links: [[n1, n2]], by: 'reject' });
  expect(change.undo).toEqual({ namespace: 'ordeal-nowhere-sw', refusing: ['ordeal-nowhere-n1', 'ordeal-nowhere-n2'] });
  expect(control.plan('d', { type: 'cut', links: [[n1, n2]] }).undo).toEqual({ namespace: 'ordeal-nowhere-sw' });
  await undoRefusals(ways.namespaces);
  await expect(ways.refuse([[n1, n2]])).rejects.toMatchObject({ code: 'ORDEAL_NODE_FAILED' });
});

it.each<[string, 'reject' | 'reset', LinkLook, LinkLook, boolean]>([
  ['a refusal', 'reject', { fresh: 'ended', standing: 'ended' }, { fresh: 'answered', standing: 'open' }, true],
  ['silence, which is no refusal', 'reject', { fresh: 'silent', standing: 'open' }, { fresh: 'answered', standing: 'open' }, false],
  ['nothing done', 'reject', { fresh: 'answered', standing: 'open' }, { fresh: 'answered', standing: 'open' }, false],
  ['a refusal of everybody', 'reject', { fresh: 'ended', standing: 'ended' }, { fresh: 'ended', standing: 'ended' }, false],
  ['broken connections and silence', 'reset', { fresh: 'silent', standing: 'ended' }, { fresh: 'answered', standing: 'open' }, true],
  ['silence over connections that stand', 'reset', { fresh: 'silent', standing: 'open' }, { fresh: 'answered', standing: 'open' }, false],
  ['broken connections and no silence', 'reset', { fresh: 'answered', standing: 'ended' }, { fresh: 'answered', standing: 'open' }, false],
])('sees %s', (_name, by, look, beside, holds) => {
  const counted = (link: readonly [LinkEnd, LinkEnd], seen: LinkLook) => ({ link, sent: 1, arrived: seen.fresh === 'answered' ? 1 : 0, look: seen });
  const looks: ProbeAnswer = { links: [counted([n1, n2], look)], controls: [counted([n1, n3], beside)] };
  expect(judgeLooks(by, looks)).toMatchObject({ holds, independent: true });
});
