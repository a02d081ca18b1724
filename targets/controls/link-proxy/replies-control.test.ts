import { describe, expect, it } from 'vitest';
import type { LinkEnd, NodeId, ReplyParams } from '../../../harness/contracts/index.ts';
import type { Link, LinkCount, ProbeAnswer, ProbeRequest } from './probe-protocol.ts';
import type { ProxyRequest } from './proxy-protocol.ts';
import { createRepliesControl, judgeReplies, lostReplies } from './replies-control.ts';

const nodes = ['n1', 'n2', 'n3'] as NodeId[];
const link = (answering: string, asking: string) => [answering, asking] as unknown as Link;
const lose = (links: readonly Link[], seen: ReplyParams['seen'] = 'silence'): ReplyParams => ({ type: 'lose', links, seen });

/** A proxy whose losses can be read; `deaf` acknowledges them and does nothing. The probe sees what the proxy does. */
function fake(proxyIs: 'working' | 'deaf' = 'working') {
  let lost = new Set<string>();
  const asked: ProbeRequest[] = [];
  const key = ([answering, asking]: readonly [LinkEnd, LinkEnd, ...unknown[]]) => `${answering}>${asking}`;
  const proxy = {
    request: async (request: ProxyRequest) => {
      if (request.op === 'lose-replies' && proxyIs === 'working') lost = new Set(request.replies.map(key));
      return null;
    },
  };
  const probe = {
    request: async (request: ProbeRequest): Promise<ProbeAnswer> => {
      asked.push(request);
      if (request.op !== 'ask') throw new Error('ask only');
      const count = (of: Link): LinkCount => ({ link: of, sent: 3, heard: 3, arrived: lost.has(key(of)) ? 0 : 3 });
      return { links: request.links.map(count), controls: request.controls.map(count) };
    },
  };
  return { control: createRepliesControl({ nodes, proxy, probe }), lost: () => lost, asked };
}

describe('the control of replies', () => {
  it('keeps the union of what is active, and nothing at the end', async () => {
    const { control, lost } = fake();
    const one = control.plan('one', lose([link('n1', 'clients'), link('n2', 'n1')]));
    const two = control.plan('two', lose([link('n2', 'n1')]));
    await control.apply(one);
    await control.apply(two);
    await control.undo(one);
    expect(lost()).toEqual(new Set(['n2>n1']));
    await control.undo(two);
    expect(lost()).toEqual(new Set());
    expect(one).toMatchObject({ kind: 'proxy.replies', nodes: ['n1', 'n2'] });
  });

  it('shows a reset where one change wants that and another silence', () => {
    const active = new Map([
      ['one', lose([link('n1', 'clients')], 'reset')],
      ['two', lose([link('n1', 'clients'), link('n2', 'clients')])],
    ]);
    expect([...lostReplies(active).values()]).toEqual([
      ['n1', 'clients', 'reset'],
      ['n2', 'clients', 'silence'],
    ]);
  });

  it('refuses a proxy that acknowledges and does nothing', async () => {
    for (const proxyIs of ['working', 'deaf'] as const) {
      const { control } = fake(proxyIs);
      const change = control.plan('c', lose([link('n1', 'clients')]));
      await control.apply(change);
      expect((await control.probe(change, 'applied')).holds).toBe(proxyIs === 'working');
    }
  });

  it('measures beside the lost answers only untouched ones, never asking the clients', async () => {
    const { control, asked } = fake();
    const change = control.plan('c', lose([link('n1', 'clients'), link('n1', 'n2')]));
    await control.apply(change);
    expect(await control.probe(change, 'applied')).toMatchObject({ holds: true, independent: true });
    await control.undo(change);
    expect((await control.probe(change, 'undone')).holds).toBe(true);
    for (const request of asked) {
      if (request.op !== 'ask') throw new Error('it only asks');
      expect(request.controls.length).toBeGreaterThan(0);
      for (const [answering, asking] of request.controls) {
        expect(answering).not.toBe('clients');
        expect([answering, asking]).not.toEqual(['n1', 'clients']);
      }
    }
  });

  it('takes silence for lost answers only where the questions arrived', () => {
    const count = (of: Link, heard: number, arrived: number): LinkCount => ({ link: of, sent: 3, heard, arrived });
    const whole = [count(link('n2', 'n3'), 3, 3)];
    expect(judgeReplies({ links: [count(link('n1', 'clients'), 3, 0)], controls: whole }, 'applied').holds).toBe(true);
    expect(judgeReplies({ links: [count(link('n1', 'clients'), 0, 0)], controls: whole }, 'applied').holds).toBe(false);
    expect(judgeReplies({ links: [count(link('n1', 'clients'), 3, 1)], controls: whole }, 'applied').holds).toBe(false);
    expect(judgeReplies({ links: [count(link('n1', 'clients'), 3, 0)], controls: [count(link('n2', 'n3'), 3, 2)] }, 'applied').holds).toBe(false);
    expect(judgeReplies({ links: [count(link('n1', 'clients'), 3, 0)], controls: [] }, 'applied').holds).toBe(false);
    expect(judgeReplies({ links: [count(link('n1', 'clients'), 3, 3)], controls: whole }, 'undone').holds).toBe(true);
  });
});
