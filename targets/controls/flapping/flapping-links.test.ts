import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, Control, Evidence, LinkParams, NodeId, Ns } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import { createVirtualClock } from '../../../harness/time/virtual-clock.ts';
import { flappingLinks } from './flapping-links.ts';

const [n1, n2] = ['n1', 'n2'] as [NodeId, NodeId];
const LINKS: LinkParams['links'] = [[n1, n2]];

/** A control of links that only remembers, with the time of every change. */
function world(broken: 'nothing' | 'never cuts' | 'never opens' = 'nothing') {
  const clock = createVirtualClock();
  const active = new Set<string>();
  const log: string[] = [];
  const evidence = (holds: boolean): Evidence => ({ holds, independent: true, measured: `${active.size} cut` });
  const links: Control<LinkParams> = {
    plan: (id, params) => ({ id, kind: 'fake.links', nodes: [n1, n2], params: params as unknown as Change['params'], undo: null }),
    async apply({ id }) {
      if (broken !== 'never cuts') active.add(id);
      log.push(`${clock.now() / 1e6} cut`);
    },
    async undo({ id }) {
      if (broken !== 'never opens') active.delete(id);
      log.push(`${clock.now() / 1e6} open`);
    },
    async probe({ id }, expect) {
      await clock.sleep(ms(10));
      return evidence(active.has(id) === (expect === 'applied'));
    },
  };
  return { clock, active, log, control: flappingLinks(links, clock) };
}
const flapping = (period: number, cutShare: number): LinkParams => ({ type: 'cut', links: LINKS, flap: { period: ms(period), cutShare } });

describe('a cut that comes and goes', () => {
  it('does so by its period and share, from the cut on, and ends open', async () => {
    const { clock, log, active, control } = world();
    const change = control.plan('c', flapping(100, 0.3));
    await control.apply(change);
    await clock.run(clock.sleep(ms(250)));
    await control.undo(change);
    expect(log).toEqual(['0 cut', '30 open', '100 cut', '130 open', '200 cut', '230 open', '250 open']);
    await clock.run(clock.sleep(ms(1_000)));
    expect([log.length, active.size]).toEqual([7, 0]);
    expect(await clock.run(control.probe(change, 'undone'))).toMatchObject({ holds: true });
  });

  it('is proven in both phases, whichever it finds, and goes on after it with the cut', async () => {
    const { clock, log, control } = world();
    const change = control.plan('c', flapping(100, 0.5));
    await control.apply(change);
    await clock.run(clock.sleep(ms(60)));
    log.splice(0);
    expect(await clock.run(control.probe(change, 'applied'))).toEqual({ holds: true, independent: true, measured: 'cut: 1 cut; open: 0 cut' });
    await clock.run(clock.sleep(ms(60)));
    expect(log).toEqual(['60 open', '70 cut', '130 open']);
  });

  it.each(['never cuts', 'never opens'] as const)('is refused of a mechanism that %s', async (broken) => {
    const { clock, control } = world(broken);
    const change = control.plan('c', flapping(100, 0.5));
    await control.apply(change);
    expect(await clock.run(control.probe(change, 'applied'))).toMatchObject({ holds: false });
    await control.undo(change);
  });

  it('stays open when it is undone while it is probed, and is applied once however often it is asked for', async () => {
    const { clock, active, control } = world();
    const change = control.plan('c', flapping(100, 0.5));
    await control.apply(change);
    await control.apply(change);
    const probed = control.probe(change, 'applied');
    await control.undo(change);
    await clock.run(probed);
    await clock.run(clock.sleep(ms(1_000)));
    expect(active.size).toBe(0);
  });

  it('leaves other changes alone: any interleaving ends with nothing cut, and without a beat nothing moves', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean(), fc.integer({ min: 0, max: 300 })), { maxLength: 20 }), async (acts) => {
        const { clock, active, control } = world();
        const changes = [0, 1, 2, 3].map((n) => control.plan(`c${n}`, n % 2 === 0 ? flapping(70 + n, 0.4) : { type: 'cut', links: LINKS }));
        const wanted = new Set<number>();
        for (const [n, cut, wait] of acts) {
          await (cut ? control.apply(changes[n]!) : control.undo(changes[n]!));
          if (cut) wanted.add(n);
          else wanted.delete(n);
          await clock.run(clock.sleep(ms(wait) as Ns));
          for (const steady of [1, 3]) expect(active.has(`c${steady}`)).toBe(wanted.has(steady));
          for (const beating of [0, 2]) if (!wanted.has(beating)) expect(active.has(`c${beating}`)).toBe(false);
        }
        for (const change of changes) await control.undo(change);
        await clock.run(clock.sleep(ms(500)));
        expect(active.size).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});
