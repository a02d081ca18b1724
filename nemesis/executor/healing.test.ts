import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FaultInstance } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { openChanges } from '../journal/open-changes.ts';
import { bench, cut, killOf, nodes, World } from './fake-world.test-support.ts';

describe('healing', () => {
  it('undoes everything, the last first, once, and injects nothing any more', async () => {
    const { run, executor, world, types } = bench();
    await run('inject', cut('partition-1', 'n1'));
    await run('inject', killOf('kill-1', 'n2'));
    world.log.length = 0;
    const healed = await world.clock.run(executor.healAll());
    expect(healed).toMatchObject([
      { change: 'kill-1/0', instance: 'kill-1', evidence: { holds: true }, verified: { holds: true } },
      { change: 'partition-1/0', instance: 'partition-1', evidence: { holds: true }, verified: { holds: true } },
    ]);
    expect(world.log.filter((line) => line.startsWith('undo'))).toEqual(['undo kill-1/0', 'undo partition-1/0']);
    expect(await world.clock.run(executor.healAll())).toEqual([]);
    expect(await run('inject', cut('partition-2', 'n1'))).toMatchObject({ error: 'not injected: the run is ending' });
    await world.clock.run(executor.close());
    await world.clock.run(executor.close());
    expect(types().filter((type) => type === 'closed')).toHaveLength(1);
  });

  it('waits for an inject that is under way, and undoes that as well', async () => {
    const { executor, world } = bench();
    const injecting = executor.invoke({ f: 'inject', value: { ...cut('partition-1', 'n1') } });
    await world.clock.run(world.clock.sleep(ms(1)));
    const healed = await world.clock.run(executor.healAll());
    expect(healed.map((each) => each.change)).toEqual(['partition-1/0']);
    await injecting;
    expect(world.state()).toEqual([]);
  });

  it('does one thing at a time, in the order in which it was asked', async () => {
    const { executor, world } = bench();
    const all = ['n1', 'n2', 'n3'].map((node, i) => executor.invoke({ f: 'inject', value: { ...killOf(`kill-${i}`, node) } }));
    await world.clock.run(Promise.all(all));
    expect(world.log).toEqual([0, 1, 2].flatMap((i) => [`apply kill-${i}/0`, `probe kill-${i}/0 applied`]));
  });

  it('tries again, then reports, and goes on with it at the next call; the others are undone', async () => {
    const world = new World();
    const control = world.controls.get('links')!;
    const undo = control.undo;
    let broken = 4;
    world.controls.set('links', { ...control, undo: (change) => (broken-- > 0 ? Promise.reject(new Error('nft: busy')) : undo(change)) });
    const made = bench(world);
    await made.run('inject', killOf('kill-1', 'n2'));
    await made.run('inject', cut('partition-1', 'n1'));
    const healed = await world.clock.run(made.executor.healAll());
    expect(healed.map((each) => [each.change, each.evidence.holds, each.evidence.measured])).toEqual([
      ['partition-1/0', false, 'undoing failed: nft: busy'],
      ['kill-1/0', true, '0 of 1'],
    ]);
    expect(openChanges(made.entries()).map((change) => change.id)).toEqual(['partition-1/0']);
    expect((await world.clock.run(made.executor.healAll())).map((each) => each.evidence.holds)).toEqual([true]);
    expect(world.state()).toEqual([]);
    expect(openChanges(made.entries())).toEqual([]);
  });

  it('does not believe an undo that does nothing, and leaves the journal open', async () => {
    const world = new World({ links: { undo: async () => undefined } });
    const made = bench(world);
    await made.run('inject', cut('partition-1', 'n1'));
    expect((await made.run('heal', cut('partition-1', 'n1')))['changes']).toMatchObject([{ evidence: { holds: false } }]);
    await world.clock.run(made.executor.close());
    expect(openChanges(made.entries()).map((change) => change.id)).toEqual(['partition-1/0']);
    expect(made.types()).not.toContain('closed');
  });

  it('is bounded where everything hangs', async () => {
    const world = new World({ links: { undo: () => new Promise(() => undefined), probe: () => new Promise(() => undefined) } });
    const made = bench(world);
    await made.run('inject', cut('partition-1', 'n1'));
    const before = world.clock.now();
    await world.clock.run(made.executor.healAll());
    expect(world.clock.now() - before).toBeLessThan(30e9);
  });

  it('proves again what is in force on a node that started anew', async () => {
    const { run, types } = bench();
    await run('inject', { id: 'pause-1', fault: 'pause', options: { target: ['n2'] } });
    await run('inject', killOf('kill-1', 'n2'));
    await run('inject', killOf('kill-2', 'n3'));
    await run('heal', killOf('kill-1', 'n2'));
    await run('heal', killOf('kill-2', 'n3'));
    expect(types().filter((type) => type.startsWith('verified pause-1'))).toHaveLength(1);
    expect(types().indexOf('verified pause-1/0')).toBe(types().indexOf('undone kill-1/0') + 1);
  });

  it('of what is not in force does nothing', async () => {
    const { run } = bench();
    expect(await run('heal', killOf('kill-1', 'n1'))).toMatchObject({ changes: [], error: 'nothing of it is in force' });
  });
});

describe('any interleaving of injects and heals', () => {
  const instances: readonly FaultInstance[] = [
    cut('p1', 'n1'),
    cut('p2', 'n2'),
    { id: 'p3', fault: 'partition-one-way', options: { target: ['n1'], direction: 'outbound' } },
    killOf('k1', 'n1'),
    killOf('k2', 'n1'),
    killOf('k3', 'n4'),
  ];
  const expected = new Map<string, string[]>([
    ['p1', nodes.slice(1).flatMap((node) => [`n1>${node}`, `${node}>n1`])],
    ['p2', nodes.filter((node) => node !== 'n2').flatMap((node) => [`n2>${node}`, `${node}>n2`])],
    ['p3', nodes.slice(1).map((node) => `n1>${node}`)],
    ['k1', ['kill n1']],
    ['k2', ['kill n1']],
    ['k3', ['kill n4']],
  ]);

  it('leaves exactly the union, also in the journal, and nothing at the end', async () => {
    const moves = fc.array(fc.tuple(fc.boolean(), fc.nat(instances.length - 1)), { maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(moves, async (steps) => {
        const { run, world, executor, entries } = bench();
        const active = new Set<string>();
        const ever = new Set<string>();
        for (const [inject, i] of steps) {
          const instance = instances[i]!;
          await run(inject ? 'inject' : 'heal', instance);
          if (!inject) active.delete(instance.id);
          else if (!ever.has(instance.id)) active.add(instance.id);
          if (inject) ever.add(instance.id);
          expect(world.state()).toEqual([...new Set([...active].flatMap((id) => expected.get(id)!))].sort());
          expect(
            openChanges(entries())
              .map((change) => change.id)
              .sort(),
          ).toEqual([...active].map((id) => `${id}/0`).sort());
        }
        await world.clock.run(executor.healAll());
        await world.clock.run(executor.close());
        expect(world.state()).toEqual([]);
        expect(openChanges(entries())).toEqual([]);
        expect(entries().at(-1)!.type).toBe('closed');
        const end = world.clock.now();
        // no timer of a deadline is left behind: nothing would move the clock any more
        await expect(world.clock.run(new Promise(() => undefined))).rejects.toThrow('nothing is left to happen');
        expect(world.clock.now()).toBe(end);
      }),
      { numRuns: 40 },
    );
  });
});
