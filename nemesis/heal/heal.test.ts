import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Change, Ns, UndoRegistry } from '../../harness/contracts/index.ts';
import { createRealClock } from '../../harness/time/real-clock.ts';
import { createVirtualClock } from '../../harness/time/virtual-clock.ts';
import { openChanges } from '../journal/open-changes.ts';
import { identityOf, isRunning, type OwnerIdentity, SIMULATED_OWNER, thisOwner } from '../journal/owner.ts';
import { readJournal } from '../journal/reader.ts';
import { createJournal } from '../journal/writer.ts';
import { findJournals, type HealRequest, healJournals } from './heal.ts';
import { registeredRuns, registerRun } from './runs-registry.ts';
import { importUndo } from './undo-offline.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-heal-'));
afterAll(() => rmSync(folder, { recursive: true }));
let runs = 0;

const DEAD: OwnerIdentity = { ...thisOwner(), startTime: '1' };

/** A run that left behind some files, which are its faults. */
function leftBehind(owner: OwnerIdentity, ids: readonly string[], undoModule = '') {
  const root = join(folder, `run-${runs++}`);
  const run = join(root, 'test', '2026-seed');
  mkdirSync(run, { recursive: true });
  const path = join(run, 'faults.jsonl');
  const journal = createJournal({ path, runId: `r${runs}`, owner, undoModule });
  for (const id of ids) {
    const marker = join(run, id);
    const change: Change = { id, kind: 'test.marker', nodes: [], params: null, undo: { path: marker } };
    journal.append({ type: 'planned', time: 5 as Ns, instance: { id, fault: 'marker', options: {} }, family: 'marker', change });
    writeFileSync(marker, '');
  }
  journal.close();
  return { root, path, markers: () => ids.filter((id) => existsSync(join(run, id))), entries: () => readJournal(path).entries };
}

const undone: string[] = [];
const markerUndo: UndoRegistry = {
  undo: {
    'test.marker': async (change) => {
      undone.push(change.id);
      rmSync((change.undo as { path: string }).path, { force: true });
    },
  },
};

function heal(over: Partial<HealRequest> & Pick<HealRequest, 'journals'>) {
  const clock = createVirtualClock();
  return clock.run(healJournals({ undo: markerUndo, clock, mode: 'heal', ...over }));
}

describe('healJournals', () => {
  it('undoes what a dead owner left, the latest first, and closes its journal', async () => {
    const run = leftBehind(DEAD, ['a', 'b', 'c']);
    undone.length = 0;
    const [report] = await heal({ journals: findJournals([run.root], join(folder, 'none')) });
    expect(report).toMatchObject({ journal: run.path, owner: 'dead', status: 'healed' });
    expect(undone).toEqual(['c', 'b', 'a']);
    expect(run.markers()).toEqual([]);
    expect(
      run
        .entries()
        .slice(-4)
        .map((entry) => ('by' in entry ? `${entry.change} by ${entry.by}` : entry.type)),
    ).toEqual(['c by heal', 'b by heal', 'a by heal', 'closed']);
    expect(existsSync(`${run.path}.healing`)).toBe(false);
    expect(await heal({ journals: findJournals([run.root], join(folder, 'none')) })).toMatchObject([{ status: 'clean', results: [] }]);
  });

  it('leaves living owners alone unless forced, and those on other machines', async () => {
    const live = leftBehind(thisOwner(), ['a']);
    const far = leftBehind({ ...DEAD, hostname: 'elsewhere.example' }, ['a']);
    const journals = [...findJournals([live.root], join(folder, 'none')), ...findJournals([far.root], join(folder, 'none'))];
    expect(await heal({ journals })).toMatchObject([
      { status: 'live', owner: 'alive', open: [{ id: 'a' }] },
      { status: 'live', owner: 'elsewhere' },
    ]);
    expect(live.markers()).toEqual(['a']);
    expect(await heal({ journals: journals.slice(0, 1), mode: 'force' })).toMatchObject([{ status: 'healed' }]);
    expect(live.markers()).toEqual([]);
    expect(far.markers()).toEqual(['a']);
  });

  it('lists without touching anything', async () => {
    const run = leftBehind(DEAD, ['a']);
    const before = readFileSync(run.path, 'utf8');
    expect(await heal({ journals: findJournals([run.root], join(folder, 'none')), mode: 'list' })).toMatchObject([{ status: 'open', open: [{ id: 'a' }] }]);
    expect(run.markers()).toEqual(['a']);
    expect(readFileSync(run.path, 'utf8')).toBe(before);
  });

  it('finds nothing to undo in a simulation', async () => {
    const run = leftBehind(SIMULATED_OWNER, ['a']);
    expect(await heal({ journals: findJournals([run.root], join(folder, 'none')) })).toMatchObject([{ owner: 'simulated', status: 'clean', open: [] }]);
  });

  it('undoes what stands in a torn journal', async () => {
    const run = leftBehind(DEAD, ['a', 'b']);
    truncateSync(run.path, readFileSync(run.path).length - 20);
    expect(await heal({ journals: findJournals([run.root], join(folder, 'none')) })).toMatchObject([{ status: 'healed', open: [{ id: 'a' }] }]);
    expect(openChanges(run.entries())).toEqual([]);
  });

  it('reports what resists, undoes the rest, and leaves the journal open for the next try', async () => {
    const run = leftBehind(DEAD, ['a', 'b', 'c']);
    let tries = 0;
    const undo: UndoRegistry = {
      undo: {
        'test.marker': async (change, signal) => {
          if (change.id === 'b') {
            tries++;
            throw new Error('nft: busy');
          }
          await markerUndo.undo['test.marker']!(change, signal);
        },
      },
    };
    const [report] = await heal({ journals: findJournals([run.root], join(folder, 'none')), undo });
    expect(report).toMatchObject({ status: 'failed', results: [{ status: 'undone' }, { status: 'failed', message: 'nft: busy' }, { status: 'undone' }] });
    expect(tries).toBe(3);
    expect(run.markers()).toEqual(['b']);
    expect(openChanges(run.entries()).map((change) => change.id)).toEqual(['b']);
    expect(await heal({ journals: findJournals([run.root], join(folder, 'none')) })).toMatchObject([{ status: 'healed', open: [{ id: 'b' }] }]);
  });

  it('does not wait for an undo that hangs, and tells it to stop', async () => {
    const run = leftBehind(DEAD, ['a']);
    let aborted = 0;
    const undo: UndoRegistry = {
      undo: { 'test.marker': (_change, signal) => new Promise(() => signal.addEventListener('abort', () => aborted++)) },
    };
    const [report] = await heal({ journals: findJournals([run.root], join(folder, 'none')), undo });
    expect(report!.results[0]!.message).toMatch(/took longer than 5.0 s/);
    expect(aborted).toBe(3);
  });

  it('lets one healer at a time to a journal', async () => {
    const run = leftBehind(DEAD, ['a', 'b']);
    const clock = createVirtualClock();
    const slow: UndoRegistry = { undo: { 'test.marker': async () => clock.sleep(1e9 as Ns) } };
    const journals = findJournals([run.root], join(folder, 'none'));
    const both = Promise.all([healJournals({ journals, undo: slow, clock, mode: 'heal' }), healJournals({ journals, undo: slow, clock, mode: 'heal' })]);
    expect((await clock.run(both)).flat().map((report) => report.status)).toEqual(['healed', 'busy']);
  });

  it('takes over the lock of a dead healer', async () => {
    const run = leftBehind(DEAD, ['a']);
    writeFileSync(`${run.path}.healing`, JSON.stringify(DEAD));
    expect(await heal({ journals: findJournals([run.root], join(folder, 'none')) })).toMatchObject([{ status: 'healed' }]);
  });

  it('asks the journal for undo functions that this installation lacks, where it may', async () => {
    const module = join(folder, 'own-undo.mjs');
    writeFileSync(module, `import { rmSync } from 'node:fs';\nexport const undo = { 'test.marker': async (change) => rmSync(change.undo.path) };\n`);
    const run = leftBehind(DEAD, ['a'], pathToFileURL(module).href);
    const journals = findJournals([run.root], join(folder, 'none'));
    // a module is loaded in real time
    const clock = createRealClock();
    expect(await heal({ journals, undo: { undo: {} } })).toMatchObject([
      { status: 'failed', results: [{ message: 'nobody here knows how to undo "test.marker"' }] },
    ]);
    expect(await healJournals({ journals, undo: { undo: {} }, loadUndo: importUndo, clock, mode: 'heal' })).toMatchObject([{ status: 'healed' }]);
    expect(run.markers()).toEqual([]);
    await expect(importUndo('file:///none.mjs')).rejects.toThrow(/cannot load the undo functions/);
  });

  it('says so of what is no journal', async () => {
    expect(await heal({ journals: [{ journal: join(folder, 'gone.jsonl'), processes: [] }] })).toMatchObject([{ status: 'unreadable', owner: 'unknown' }]);
  });
});

describe('registered runs', () => {
  it('are found from anywhere, lose their processes to the healer, and their row when healed', async () => {
    const state = join(folder, 'state');
    const run = leftBehind(DEAD, ['a']);
    const registration = registerRun({ runId: 'r77', journal: run.path }, state);
    const node = spawn('sleep', ['60']);
    await once(node, 'spawn');
    const exited = once(node, 'exit');
    const identity = identityOf(node.pid!);
    registration.update([identity]);
    expect(registeredRuns(state)).toEqual([{ runId: 'r77', journal: run.path, processes: [identity], path: join(state, 'r77.json') }]);
    const journals = findJournals([run.root], state);
    expect(journals).toEqual([{ journal: run.path, registration: join(state, 'r77.json'), processes: [identity] }]);
    expect(await heal({ journals })).toMatchObject([{ status: 'healed' }]);
    await exited;
    expect(isRunning(identity)).toBe(false);
    expect(registeredRuns(state)).toEqual([]);
  });

  it('keep the row, and their processes, while they live', async () => {
    const state = join(folder, 'state-live');
    const run = leftBehind(thisOwner(), ['a']);
    const registration = registerRun({ runId: 'r78', journal: run.path }, state);
    expect(await heal({ journals: findJournals([], state) })).toMatchObject([{ status: 'live' }]);
    expect(registeredRuns(state)).toHaveLength(1);
    registration.remove();
    registration.remove();
    expect(registeredRuns(state)).toEqual([]);
  });

  it('forget rows whose journal is gone, and skip foreign files', async () => {
    const state = join(folder, 'state-gone');
    registerRun({ runId: 'r79', journal: join(folder, 'deleted', 'faults.jsonl') }, state);
    writeFileSync(join(state, 'foreign.json'), '{"runId":1}');
    expect(await heal({ journals: findJournals([], state) })).toMatchObject([{ status: 'unreadable' }]);
    expect(registeredRuns(state)).toEqual([]);
  });
});
