import { describe, expect, it } from 'vitest';
import type { Change, LinkEnd, LinkParams, NodeId, Ns } from '../../../harness/contracts/index.ts';
import { createNftLinksControl, switchRules } from './links-control.ts';
import { undoNftLinks } from './links-undo.ts';
import type { Witnesses } from './witnesses.ts';

const [n1, n2, n3] = ['n1', 'n2', 'n3'] as [NodeId, NodeId, NodeId];
const NOWHERE = 'ordeal-nowhere-sw';
type Measured = Parameters<Witnesses['measure']>;

/** A control over a namespace that is not there: what is planned and asked of the witnesses can be seen without root. */
function withoutNamespace() {
  const asked: Measured[] = [];
  const control = createNftLinksControl({
    nodes: [n1, n2, n3],
    rules: switchRules(NOWHERE, (end: LinkEnd) => `198.18.1.${end === 'clients' ? 253 : end.slice(1)}`),
    witnesses: {
      measure: async (...measured: Measured) => {
        asked.push(measured);
        const all = (links: Measured[0]) => links.map((link) => ({ link, sent: 4, arrived: 4 }));
        return { links: all(measured[0]), controls: all(measured[1]) };
      },
    },
  });
  return { control, asked };
}
const cut = (...links: (readonly [LinkEnd, LinkEnd])[]): LinkParams => ({ type: 'cut', links });

describe('the control of links by nft, without a namespace', () => {
  it('plans what another process can undo: the namespace, the nodes, no clients among them', () => {
    const { control } = withoutNamespace();
    const change = control.plan('c', cut([n1, n2], ['clients', n1]));
    expect(change).toMatchObject({ id: 'c', kind: 'nft.links', nodes: [n1, n2], undo: { namespace: NOWHERE } });
    expect(JSON.parse(JSON.stringify(change))).toEqual(change);
  });

  it('rejects a cut that nft did not make', async () => {
    const { control } = withoutNamespace();
    await expect(control.apply(control.plan('c', cut([n1, n2])))).rejects.toMatchObject({ code: 'ORDEAL_NODE_FAILED' });
  });

  it('takes no acknowledgement for a proof: what still passes refutes the cut', async () => {
    const { control, asked } = withoutNamespace();
    const change = control.plan('c', cut([n1, n2]));
    await control.apply(change).catch(() => undefined);
    expect(await control.probe(change, 'applied')).toMatchObject({ holds: false, independent: true });
    expect(asked[0]?.[0]).toEqual([[n1, n2]]);
    // besides the cut link one that nothing cuts, so that silence can be told from a dead network
    expect(asked[0]?.[1].some(([from, to]) => from !== to && !(from === n1 && to === n2))).toBe(true);
  });

  it('measures at the end only what nobody else cuts, and waits for it longer', async () => {
    const { control, asked } = withoutNamespace();
    const one = control.plan('one', cut([n1, n2], [n2, n3]));
    const two = control.plan('two', cut([n2, n3]));
    for (const change of [one, two]) await control.apply(change).catch(() => undefined);
    await control.probe(two, 'applied');
    await control.undo(one).catch(() => undefined);
    await control.probe(one, 'undone');
    expect(asked[1]?.[0]).toEqual([[n1, n2]]);
    expect(asked[1]?.[2]).toBeGreaterThan(asked[0]?.[2] as Ns);
  });
});

it('has nothing to undo where the namespace is gone', async () => {
  const change = { id: 'c', kind: 'nft.links', nodes: [n1], params: null, undo: { namespace: NOWHERE } } satisfies Change;
  await undoNftLinks(change, new AbortController().signal);
});
