import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinkParams, NodeId } from '../../../harness/contracts/index.ts';
import { createLinksControl, judge, untouchedLinks } from './links-control.ts';
import type { Link, LinkCount, ProbeAnswer, ProbeRequest } from './probe-protocol.ts';
import type { ProxyRequest } from './proxy-protocol.ts';

const nodes = ['n1', 'n2', 'n3'] as NodeId[];
const link = (from: string, to: string) => [from, to] as unknown as Link;
const cut = (...links: Link[]): LinkParams => ({ type: 'cut', links });

/** A proxy whose cuts can be read; `deaf` acknowledges them and does nothing. The probe sees what the proxy does. */
function fake(deaf = false) {
  let cuts = new Set<string>();
  const asked: ProbeRequest[] = [];
  const key = ([from, to]: Link) => `${from}>${to}`;
  const proxy = {
    request: async (request: ProxyRequest) => {
      if (request.op === 'cut' && !deaf) cuts = new Set(request.links.map(key));
      return null;
    },
  };
  const probe = {
    request: async (request: ProbeRequest): Promise<ProbeAnswer> => {
      asked.push(request);
      if (request.op !== 'measure') throw new Error('measure only');
      const count = (of: Link): LinkCount => ({ link: of, sent: 4, arrived: cuts.has(key(of)) ? 0 : 4 });
      return { links: request.links.map(count), controls: request.controls.map(count) };
    },
  };
  return { control: createLinksControl({ nodes, proxy, probe }), cuts: () => cuts, asked };
}

describe('the control of links', () => {
  it('keeps exactly the union of what is active, whatever the order, and nothing at the end', async () => {
    const links = fc.uniqueArray(fc.constantFrom(link('n1', 'n2'), link('n2', 'n1'), link('n1', 'n3'), link('clients', 'n2')), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(links, { minLength: 1, maxLength: 4 }),
        fc.array(fc.tuple(fc.nat(3), fc.boolean()), { maxLength: 20 }),
        async (faults, steps) => {
          const { control, cuts } = fake();
          const changes = faults.map((of, i) => control.plan(`c${i}`, cut(...of)));
          const active = new Set<number>();
          for (const [pick, inject] of steps) {
            const i = pick % changes.length;
            await (inject ? control.apply(changes[i]!) : control.undo(changes[i]!));
            if (inject) active.add(i);
            else active.delete(i);
            expect(cuts()).toEqual(new Set([...active].flatMap((a) => faults[a]!.map(([from, to]) => `${from}>${to}`))));
          }
          for (const change of changes) await control.undo(change);
          expect(cuts()).toEqual(new Set());
        },
      ),
    );
  });

  it('refuses a proxy that acknowledges and does nothing', async () => {
    for (const deaf of [true, false]) {
      const { control } = fake(deaf);
      const change = control.plan('c', cut(link('n1', 'n2')));
      await control.apply(change);
      expect((await control.probe(change, 'applied')).holds).toBe(!deaf);
    }
  });

  it('measures beside the cut links only untouched ones, and after the end only those that nobody else cuts', async () => {
    const { control, asked } = fake();
    const one = control.plan('one', cut(link('n1', 'n2'), link('n2', 'n3')));
    const two = control.plan('two', cut(link('n2', 'n1')));
    await control.apply(one);
    await control.apply(two);
    await control.probe(one, 'applied');
    await control.undo(one);
    await control.probe(one, 'undone');
    expect(asked).toMatchObject([
      { links: [link('n1', 'n2'), link('n2', 'n3')], controls: [link('n3', 'n1'), link('n1', 'n1'), link('n2', 'n2'), link('n3', 'n3')] },
      { links: [link('n2', 'n3')] },
    ]);
  });
});

describe('judge', () => {
  const count = (arrived: number): LinkCount => ({ link: link('n1', 'n2'), sent: 4, arrived });
  const holds = (links: number[], controls: number[], expect: 'applied' | 'undone') =>
    judge({ links: links.map(count), controls: controls.map(count) }, expect).holds;

  it('takes silence for a cut only while untouched links carry everything', () => {
    expect(holds([0, 0], [4], 'applied')).toBe(true);
    expect(holds([0, 1], [4], 'applied')).toBe(false);
    expect(holds([0, 0], [3], 'applied')).toBe(false);
    expect(holds([0, 0], [], 'applied')).toBe(false);
    expect(holds([], [4], 'applied')).toBe(false);
    expect(holds([4, 4], [4], 'undone')).toBe(true);
    expect(holds([4, 3], [4], 'undone')).toBe(false);
    expect(holds([4, 4], [0], 'undone')).toBe(false);
  });
});

describe('untouchedLinks', () => {
  it('falls back to lines of nodes with themselves when everything is cut', () => {
    const all = nodes.flatMap((to) => [...nodes, 'clients' as const].filter((from) => from !== to).map((from) => [from, to] as const));
    expect(untouchedLinks(nodes, all, () => true)).toEqual(nodes.map((node) => [node, node]));
    expect(untouchedLinks(nodes, [link('n1', 'clients')], (from) => from === 'clients')).toEqual([link('n2', 'n1'), link('n1', 'n1')]);
  });
});
