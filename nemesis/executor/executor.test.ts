import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Capability, Fault, FaultInstance, NodeId } from '../../harness/contracts/index.ts';
import { ms } from '../../harness/time/units.ts';
import { openChanges } from '../journal/open-changes.ts';
import type { JournalWriter } from '../journal/writer.ts';
import { type Bench, bench, changesOf, cut, killOf, World } from './fake-world.test-support.ts';
import type { ExecutorRequest, Guard } from './request.ts';

describe('one fault', () => {
  it('is journalled, applied, probed, proven to its end, undone, probed', async () => {
    const { run, world, types, entries, executor } = bench();
    const injected = await run('inject', cut('partition-1', 'n1'));
    expect(world.links.size).toBe(8);
    expect(injected).toMatchObject({
      id: 'partition-1',
      fault: 'partition',
      family: 'partition',
      changes: [{ id: 'partition-1/0', kind: 'fake.links', evidence: { holds: true, independent: true, measured: '8 of 8' } }],
    });
    const healed = await run('heal', cut('partition-1', 'n1'));
    expect(healed).toMatchObject({ changes: [{ id: 'partition-1/0', verified: { holds: true }, evidence: { holds: true, measured: '0 of 8' } }] });
    expect(world.state()).toEqual([]);
    await world.clock.run(executor.close());
    expect(types()).toEqual(['owner', 'planned partition-1/0', 'applied partition-1/0', 'verified partition-1/0', 'undone partition-1/0', 'closed']);
    expect(world.log).toEqual([
      'apply partition-1/0',
      'probe partition-1/0 applied',
      'probe partition-1/0 applied',
      'undo partition-1/0',
      'probe partition-1/0 undone',
    ]);
    const times = entries().flatMap((entry) => ('time' in entry ? [entry.time / 1e6] : []));
    // the last proof counts from when its probe began
    expect(times).toEqual([0, 10, 10, 25, 25]);
  });

  it('is on the disk before anything is touched', async () => {
    let seen: string[] = [];
    const world = new World();
    const control = world.controls.get('links')!;
    const apply = control.apply;
    const made = bench(world);
    world.controls.set('links', {
      ...control,
      apply: (change) => {
        seen = made.types();
        return apply(change);
      },
    });
    await made.run('inject', cut('partition-1', 'n1'));
    expect(seen).toEqual(['owner', 'planned partition-1/0']);
  });

  it('gives the same journal, byte for byte, for the same schedule', async () => {
    const texts: string[] = [];
    for (let again = 0; again < 2; again++) {
      const { run, journal, executor, world } = bench();
      for (const id of ['partition-1', 'partition-2']) {
        await run('inject', { id, fault: 'partition', options: { topology: 'random-halves' } });
        await run('heal', { id, fault: 'partition', options: {} });
      }
      await world.clock.run(executor.close());
      texts.push(readFileSync(journal, 'utf8'));
    }
    expect(texts[0]).toBe(texts[1]);
    expect(texts[0]).not.toMatch(new RegExp(`"pid":${process.pid}`));
  });

  it('plans by its id alone, whatever was injected before', async () => {
    const random = { id: 'kill-7', fault: 'kill', options: { target: 'minority' } };
    const alone = bench();
    const after = bench();
    await after.run('inject', { id: 'kill-1', fault: 'kill', options: {} });
    const nodesOf = async (made: Bench) => (changesOf(await made.run('inject', random))[0] as unknown as { nodes: string[] }).nodes;
    expect(await nodesOf(after)).toEqual(await nodesOf(alone));
  });

  it('asks for the primaries only where the fault looks at them', async () => {
    let asked = 0;
    const primaries = async () => {
      asked++;
      return ['n4' as NodeId];
    };
    const { run, world } = bench(new World(), { primaries });
    await run('inject', { id: 'kill-1', fault: 'kill', options: { target: 'one' } });
    expect(asked).toBe(0);
    await run('heal', { id: 'kill-1', fault: 'kill', options: {} });
    await run('inject', { id: 'kill-2', fault: 'kill', options: { target: 'primaries' } });
    expect(asked).toBe(1);
    expect(world.state()).toEqual(['kill n4']);
  });

  it('hits nobody when the system cannot tell its primary in time', async () => {
    const { run, world } = bench(new World(), { primaries: () => new Promise(() => undefined) });
    expect(await run('inject', { id: 'kill-1', fault: 'kill', options: { target: 'primaries' } })).toMatchObject({
      changes: [],
      error: 'not injected: there is nobody to hit',
    });
    expect(world.state()).toEqual([]);
  });
});

describe('what does not bite', () => {
  it('is told by an injector that does nothing', async () => {
    const { run, world, entries } = bench(new World({ links: { apply: async () => undefined } }));
    const injected = await run('inject', cut('partition-1', 'n1'));
    expect(changesOf(injected)[0]!.evidence).toEqual({ holds: false, independent: true, measured: '0 of 8' });
    const healed = await run('heal', cut('partition-1', 'n1'));
    expect(changesOf(healed)[0]!.verified!.holds).toBe(false);
    expect(world.state()).toEqual([]);
    expect(entries().filter((entry) => entry.type === 'applied' && entry.evidence.holds)).toEqual([]);
  });

  it('is noticed when it wore off inside its window', async () => {
    const { run, world, entries } = bench();
    await run('inject', cut('partition-1', 'n1'));
    world.links.clear();
    expect(changesOf(await run('heal', cut('partition-1', 'n1')))[0]!.verified).toMatchObject({ holds: false, measured: '0 of 8' });
    expect(entries().find((entry) => entry.type === 'verified')).toMatchObject({ evidence: { holds: false } });
  });

  it('is what no probe can see: one that fails or hangs proves nothing', async () => {
    const failing = bench(new World({ links: { probe: async () => Promise.reject(new Error('no echo socket')) } }));
    expect(changesOf(await failing.run('inject', cut('p', 'n1')))[0]!.evidence).toEqual({
      holds: false,
      independent: false,
      measured: 'the probe failed: no echo socket',
    });
    const hanging = bench(new World({ links: { probe: () => new Promise(() => undefined) } }));
    expect(changesOf(await hanging.run('inject', cut('p', 'n1')))[0]!.evidence.measured).toMatch(/took longer than 5.0 s/);
  });
});

describe('what cannot be injected', () => {
  const refused = async (instance: FaultInstance, world = new World(), over: Partial<ExecutorRequest> = {}) => {
    const made = bench(world, over);
    const value = await made.run('inject', instance);
    expect(world.state()).toEqual([]);
    expect(value['changes']).toEqual([]);
    expect(openChanges(made.entries())).toEqual([]);
    return value['error'];
  };

  it('is refused with the reason, and nothing is touched', async () => {
    expect(await refused({ id: 'x', fault: 'flood', options: {} })).toBe('not injected: there is no fault "flood" in this run');
    expect(await refused({ id: 'x', fault: 'clock-jump', options: {} })).toBe('not injected: the host "fake" has no control of clocks');
    expect(await refused({ id: 'x', fault: 'kill', options: { target: 'everyone' } })).toMatch(/Invalid/);
    expect(await refused(killOf('x', 'n9'))).toMatch(/there is no node "n9"/);
    const made = bench();
    await made.run('inject', killOf('kill-1', 'n1'));
    expect(await made.run('inject', killOf('kill-1', 'n2'))).toMatchObject({ error: 'not injected: there has been a fault "kill-1" already' });
    expect((await made.world.clock.run(made.executor.invoke({ f: 'inject', value: 7 }))).value).toHaveProperty('error');
    expect(await made.run('shake', killOf('kill-3', 'n1'))).toMatchObject({ error: 'the nemesis knows inject and heal, not shake' });
  });

  it('is a fault whose journal entry cannot be written: nothing is injected, then or later', async () => {
    const failures: string[] = [];
    let left = 0;
    const wrap = (journal: JournalWriter): JournalWriter => ({
      path: journal.path,
      failure: undefined,
      append: (entry) => {
        if (left-- <= 0) throw new Error('ENOSPC: no space left on device');
        journal.append(entry);
      },
      close: () => journal.close(),
    });
    const made = bench(new World(), { wrap, onFailure: (error) => failures.push(error.message) });
    expect(await made.run('inject', cut('partition-1', 'n1'))).toMatchObject({ changes: [], error: 'not injected: ENOSPC: no space left on device' });
    expect(await made.run('inject', cut('partition-2', 'n1'))).toMatchObject({ changes: [] });
    expect(made.world.log).toEqual([]);
    expect(failures).toEqual(['ENOSPC: no space left on device']);
    // the disk fills up later, between the plan and the proof: taken back at once
    left = 1;
    const later = bench(new World(), { wrap, onFailure: () => undefined });
    const value = await later.run('inject', cut('partition-1', 'n1'));
    expect(value['error']).toMatch(/^taken back: ENOSPC/);
    expect(changesOf(value)[0]!.evidence.holds).toBe(false);
    expect(later.world.state()).toEqual([]);
  });

  it('is a fault that no watchdog knows of', async () => {
    const failures: string[] = [];
    const guard: Guard = { tell: async () => Promise.reject(new Error('it died 4 times')) };
    const made = bench(new World(), { guard, onFailure: (error) => failures.push(error.code) });
    expect(await made.run('inject', cut('partition-1', 'n1'))).toMatchObject({
      changes: [],
      error: 'not injected: nemesis: the watchdog is gone: it died 4 times',
    });
    expect(made.world.log).toEqual([]);
    expect(failures).toEqual(['ORDEAL_CHILD_FAILED']);
    expect(openChanges(made.entries())).toEqual([]);
  });

  it('is a fault of which a part fails: all of it is taken back', async () => {
    const both: Fault = {
      name: 'both',
      family: 'both',
      summary: '',
      needs: [] as Capability[],
      options: { parse: (input) => input },
      plan: () => [
        { control: 'links', params: { type: 'cut', links: [['n1' as NodeId, 'n2' as NodeId]] } },
        { control: 'processes', params: { type: 'kill', nodes: ['n3' as NodeId] } },
        { control: 'links', params: { type: 'cut', links: [['n2' as NodeId, 'n1' as NodeId]] } },
      ],
    };
    const world = new World({ processes: { apply: async () => Promise.reject(new Error('EPERM')) } });
    const made = bench(world, { faults: new Map([['both', both]]) });
    expect(await made.run('inject', { id: 'both-1', fault: 'both', options: {} })).toMatchObject({ error: 'injecting failed: EPERM' });
    expect(world.state()).toEqual([]);
    expect(openChanges(made.entries())).toEqual([]);
    expect(made.types()).toContain('failed both-1/1');
  });

  it('is a fault that hangs while it is applied: undone, also when it comes late', async () => {
    const world = new World();
    const control = world.controls.get('links')!;
    const apply = control.apply;
    world.controls.set('links', {
      ...control,
      apply: async (change) => {
        await world.clock.sleep(ms(15_000));
        await apply(change);
      },
    });
    const made = bench(world);
    expect((await made.run('inject', cut('partition-1', 'n1')))['error']).toMatch(/took longer than 10.0 s/);
    await world.clock.run(world.clock.sleep(ms(60_000)));
    expect(world.state()).toEqual([]);
    expect(openChanges(made.entries())).toEqual([]);
  });
});
