import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, LinkShape, NodeId } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import { createNetemControl } from './netem-control.ts';
import { netemScript, netemStages, unshapedScript } from './netem-script.ts';
import { undoNetem } from './netem-undo.ts';

const [n1, n2, n3] = ['n1', 'n2', 'n3'] as [NodeId, NodeId, NodeId];

describe('the parameters of netem', () => {
  it.each<[string, readonly LinkShape[], readonly string[]]>([
    ['a delay, evenly spread', [{ delay: ms(50), jitter: ms(10), distribution: 'uniform' }], ['delay 50000us 10000us limit 10000']],
    ['a delay with a normal spread', [{ delay: ms(60), jitter: ms(8), distribution: 'normal' }], ['delay 60000us 8000us distribution normal limit 10000']],
    ['a delay that does not vary', [{ delay: ms(0.5), jitter: ms(0) }], ['delay 500us limit 10000']],
    ['losses each on its own', [{ loss: 0.3, burst: 1 }], ['loss 30% limit 10000']],
    // out of the bad state after eight packets on average; into it so that 30 % are lost: 0.125 · 0.3 / 0.7
    ['losses in bursts of eight', [{ loss: 0.3, burst: 8 }], ['loss gemodel 5.3571% 12.5% limit 10000']],
    ['doubling', [{ duplicate: 0.3 }], ['duplicate 30% limit 10000']],
    ['damage', [{ corrupt: 0.2 }], ['corrupt 20% limit 10000']],
    ['holding back: all but those that go at once', [{ reorder: 0.2, holdBack: ms(20) }], ['delay 20000us reorder 80% limit 10000']],
    ['a rate, with a queue of one second', [{ bytesPerSecond: 200_000 }], ['rate 1600000bit limit 134']],
    [
      'holding back besides a delay, in a queue of its own',
      [{ delay: ms(40) }, { reorder: 0.2, holdBack: ms(20) }],
      ['delay 40000us limit 10000', 'delay 20000us reorder 80% limit 10000'],
    ],
    [
      'shapes one after the other',
      [
        { delay: ms(40), loss: 0.5 },
        { delay: ms(30), jitter: ms(5), loss: 0.2, bytesPerSecond: 1e6 },
        { bytesPerSecond: 5e5, duplicate: 0.1 },
      ],
      ['delay 70000us 5000us loss 60% duplicate 10% rate 4000000bit limit 334'],
    ],
  ])('are those of %s', (_name, shapes, stages) => {
    expect(netemStages(shapes)).toEqual(stages);
  });

  it('of bursts lose the share that was asked for, in bursts as long as asked for, by the model that netem follows', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.6, noNaN: true }), fc.integer({ min: 2, max: 50 }), (loss, burst) => {
        const [, into, out] = /gemodel ([\d.]+)% ([\d.]+)%/.exec(netemStages([{ loss, burst }])[0]!)!.map(Number);
        expect(into! / (into! + out!)).toBeCloseTo(loss, 2);
        expect(100 / out!).toBeCloseTo(burst, 1);
      }),
    );
  });
});

describe('the lines for tc', () => {
  it('shape what leaves for an address, and leave all else to no class', () => {
    expect(
      netemScript('eth0', 3, [
        { to: '10.0.0.2', shapes: [{ loss: 0.1 }] },
        { to: '10.0.0.3', shapes: [{ delay: ms(1) }, { reorder: 0.5 }] },
      ]).split('\n'),
    ).toEqual([
      'qdisc replace dev eth0 root handle 3: htb default 0',
      'class add dev eth0 parent 3: classid 3:10 htb rate 100gbit quantum 200000',
      'qdisc add dev eth0 parent 3:10 handle 1000: netem loss 10% limit 10000',
      'filter add dev eth0 parent 3: protocol ip prio 1 u32 match ip dst 10.0.0.2/32 flowid 3:10',
      'class add dev eth0 parent 3: classid 3:11 htb rate 100gbit quantum 200000',
      'qdisc add dev eth0 parent 3:11 handle 1001: netem delay 1000us limit 10000',
      'qdisc add dev eth0 parent 1001:1 handle 1002: netem delay 10000us reorder 50% limit 10000',
      'filter add dev eth0 parent 3: protocol ip prio 1 u32 match ip dst 10.0.0.3/32 flowid 3:11',
      '',
    ]);
  });

  it('are none for nothing, and one to take everything away', () => {
    expect(netemScript('eth0', 1, [])).toBe('');
    expect(unshapedScript('eth0')).toBe('qdisc del dev eth0 root\n');
  });
});

describe('the control', () => {
  const parts = (run: (namespace: string, script: string) => Promise<void>) => ({
    nodes: [n1, n2, n3],
    device: 'eth0',
    addressOf: (node: NodeId) => `10.0.0.${node.slice(1)}`,
    namespaceOf: (node: NodeId) => `ordeal-nowhere-${node}`,
    witnesses: { traffic: async () => [] },
    isCut: () => false,
    run,
  });

  it('writes the nodes that send, whole, with another handle each time, and no node twice for the same', async () => {
    const ran: string[] = [];
    const control = createNetemControl(parts(async (namespace, script) => void ran.push(`${namespace} ${script.split('\n')[0]}`)));
    const one = control.plan('one', { type: 'shape', links: [[n1, n2]], shape: { loss: 0.1 } });
    const two = control.plan('two', {
      type: 'shape',
      links: [
        [n1, n3],
        [n2, n3],
      ],
      shape: { delay: ms(5) },
    });
    expect(one).toMatchObject({ kind: 'tc.netem', nodes: [n1, n2], undo: { device: 'eth0', namespaces: [1, 2, 3].map((n) => `ordeal-nowhere-n${n}`) } });
    for (const change of [one, two, two]) await control.apply(change);
    const line = (node: string, handle: number) => `ordeal-nowhere-${node} qdisc replace dev eth0 root handle ${handle}: htb default 0`;
    expect(ran).toEqual([line('n1', 1), line('n1', 2), line('n2', 3)]);
    await control.undo(one);
    expect(ran.slice(3)).toEqual([line('n1', 4)]);
  });

  it('writes again what failed', async () => {
    let fails = true;
    const control = createNetemControl(parts(async () => (fails ? Promise.reject(new Error('Specified qdisc kind is unknown')) : undefined)));
    const change = control.plan('one', { type: 'shape', links: [[n1, n2]], shape: { loss: 0.1 } });
    await expect(control.apply(change)).rejects.toThrow('unknown');
    fails = false;
    await control.apply(change);
  });

  it('has nothing to undo where the namespace is gone', async () => {
    const change = { id: 'c', kind: 'tc.netem', nodes: [n1], params: null, undo: { namespaces: ['ordeal-nowhere-n1'], device: 'eth0' } } satisfies Change;
    await undoNetem(change, new AbortController().signal);
  });
});
