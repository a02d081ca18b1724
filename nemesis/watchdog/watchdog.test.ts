import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Change, JournalEntry } from '../../harness/contracts/index.ts';
import { createRealClock } from '../../harness/time/real-clock.ts';
import { ms } from '../../harness/time/units.ts';
import { registeredRuns } from '../heal/runs-registry.ts';
import { openChanges } from '../journal/open-changes.ts';
import { identityOf, isRunning, thisOwner } from '../journal/owner.ts';
import { readJournal } from '../journal/reader.ts';
import { createJournal, type JournalWriter } from '../journal/writer.ts';
import { startWatchdog, type Watchdog } from './watchdog.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-watchdog-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
const clock = createRealClock();
let runs = 0;

/** A fault is a file; its undo is a module of its own, as the watchdog of a real run loads one. */
const undoModule = pathToFileURL(join(folder, 'undo.mjs')).href;
writeFileSync(
  join(folder, 'undo.mjs'),
  `import { appendFileSync, rmSync } from 'node:fs';
import { join, dirname } from 'node:path';
export const undo = {
  'test.marker': async ({ id, undo }) => {
    appendFileSync(join(dirname(undo.path), 'order'), id + ' ');
    rmSync(undo.path, { force: true });
  },
  'test.stubborn': async () => { throw new Error('it resists'); },
};
`,
);

/** Waits for what another process does. Fails by the test's own time limit. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await clock.sleep(ms(5));
}

interface Run {
  readonly path: string;
  readonly journal: string;
  markers(): string[];
  entries(): readonly JournalEntry[];
}

function runFolder(): Run {
  const path = join(folder, `run-${runs++}`);
  mkdirSync(path);
  const journal = join(path, 'faults.jsonl');
  return { path, journal, markers: () => readdirSync(path).filter((name) => name.startsWith('marker')), entries: () => readJournal(journal).entries };
}

function planned(run: Run, id: string, kind = 'test.marker'): JournalEntry & { type: 'planned' } {
  const change: Change = { id, kind, nodes: [], params: null, undo: { path: join(run.path, `marker-${id}`) } };
  return { type: 'planned', time: clock.now(), instance: { id, fault: 'marker', options: {} }, family: 'marker', change };
}

const undoneOf = (id: string): JournalEntry => ({
  type: 'undone',
  time: clock.now(),
  change: id,
  evidence: { holds: true, independent: true, measured: '' },
  by: 'run',
});

/** A run whose watchdog is told of these faults, which are in the world. */
async function withFaults(ids: readonly string[], kind?: string): Promise<{ run: Run; journal: JournalWriter; watchdog: Watchdog }> {
  const run = runFolder();
  const journal = createJournal({ path: run.journal, runId: 'r', owner: thisOwner(), undoModule });
  const watchdog = await startWatchdog({ clock, journal: run.journal, undoModule, answerDeadline: ms(1_000), log: join(run.path, 'watchdog.log') });
  for (const id of ids) {
    const entry = planned(run, id, kind);
    journal.append(entry);
    await watchdog.tell(entry);
    writeFileSync(join(run.path, `marker-${id}`), '');
  }
  return { run, journal, watchdog };
}

describe('the watchdog of a run that ends well', () => {
  it('touches nothing and goes', async () => {
    const { run, watchdog, journal } = await withFaults(['a']);
    rmSync(join(run.path, 'marker-a'));
    await watchdog.tell(undoneOf('a'));
    writeFileSync(join(run.path, 'marker-a'), 'made anew by somebody else');
    const { pid } = watchdog;
    expect(await watchdog.close()).toBe('nothing-left');
    expect(run.markers()).toEqual(['marker-a']);
    expect(isRunning(identityOf(pid!))).toBe(false);
    journal.close();
  });

  it('undoes what the run could not', async () => {
    const { run, watchdog, journal } = await withFaults(['a', 'b']);
    journal.close();
    expect(await watchdog.close()).toBe('healed');
    expect(run.markers()).toEqual([]);
    expect(readFileSync(join(run.path, 'order'), 'utf8')).toBe('b a ');
    expect(
      run
        .entries()
        .slice(-3)
        .map((entry) => ('by' in entry ? `${entry.change} by ${entry.by}` : entry.type)),
    ).toEqual(['b by watchdog', 'a by watchdog', 'closed']);
  });

  it('says what it could not undo', async () => {
    const { run, watchdog, journal } = await withFaults(['a'], 'test.stubborn');
    journal.close();
    expect(await watchdog.close()).toBe('failed');
    expect(run.entries().at(-1)).toMatchObject({ type: 'failed', message: 'not undone by the watchdog: it resists' });
    expect(openChanges(run.entries()).map((change) => change.id)).toEqual(['a']);
  });

  it('undoes without the journal: it has everything in memory', async () => {
    const { run, watchdog, journal } = await withFaults(['a', 'b']);
    journal.close();
    rmSync(run.journal);
    mkdirSync(run.journal);
    expect(await watchdog.close()).toBe('healed');
    expect(run.markers()).toEqual([]);
  });

  it('ignores the signals that end a run', async () => {
    const { run, watchdog, journal } = await withFaults([]);
    const { pid } = watchdog;
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.kill(pid!, signal);
    await watchdog.tell(planned(run, 'a'));
    expect(watchdog.pid).toBe(pid);
    await watchdog.tell(undoneOf('a'));
    expect(await watchdog.close()).toBe('nothing-left');
    journal.close();
  });
});

describe('a watchdog that dies', () => {
  it('is started again and told everything', async () => {
    const { run, watchdog, journal } = await withFaults(['a']);
    const first = watchdog.pid;
    process.kill(first!, 'SIGKILL');
    await until(() => watchdog.pid !== first);
    const entry = planned(run, 'b');
    journal.append(entry);
    await watchdog.tell(entry);
    writeFileSync(join(run.path, 'marker-b'), '');
    journal.close();
    expect(await watchdog.close()).toBe('healed');
    expect(run.markers()).toEqual([]);
  });

  it('is replaced when it does not answer', async () => {
    const { run, watchdog, journal } = await withFaults(['a']);
    const first = watchdog.pid;
    process.kill(first!, 'SIGSTOP');
    await watchdog.tell(planned(run, 'b'));
    expect(watchdog.pid).not.toBe(first);
    journal.close();
    expect(await watchdog.close()).toBe('healed');
    expect(run.markers()).toEqual([]);
  });

  it('stops the injecting when it cannot be kept', async () => {
    const { run, watchdog, journal } = await withFaults([]);
    for (let deaths = 0; deaths < 4; deaths++) {
      const { pid } = watchdog;
      process.kill(pid!, 'SIGKILL');
      if (deaths < 3) await until(() => watchdog.pid !== pid);
      else await until(() => !isRunning(identityOf(pid!)) && !existsSync(`/proc/${pid}`));
    }
    await expect(watchdog.tell(planned(run, 'a'))).rejects.toThrow('the watchdog cannot be kept: it died 4 times');
    expect(await watchdog.close()).toBe('failed');
    journal.close();
  });

  it('is not taken into service without its undo functions', async () => {
    const run = runFolder();
    const start = startWatchdog({ clock, journal: run.journal, undoModule: pathToFileURL(join(folder, 'none.mjs')).href });
    await expect(start).rejects.toThrow(/cannot load the undo functions/);
  });
});

/**
 * A program that does what a run does: journal, watchdog, executor, one fault after the other. It prints a line a fault
 * and goes on until it is killed.
 */
const program = join(folder, 'run.mjs');
const product = (path: string): string => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);
writeFileSync(
  program,
  `import { spawn } from 'node:child_process';
import { rmSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createRealClock } from ${product('harness/time/real-clock.ts')};
import { createRng } from ${product('harness/random/rng.ts')};
import { createExecutor } from ${product('nemesis/executor/executor.ts')};
import { registerRun } from ${product('nemesis/heal/runs-registry.ts')};
import { identityOf, thisOwner } from ${product('nemesis/journal/owner.ts')};
import { createJournal } from ${product('nemesis/journal/writer.ts')};
import { startWatchdog } from ${product('nemesis/watchdog/watchdog.ts')};

const [path, state, mode] = process.argv.slice(2);
const undoModule = ${JSON.stringify(undoModule)};
const clock = createRealClock();
const journal = createJournal({ path: join(path, 'faults.jsonl'), runId: 'killed', owner: thisOwner(), undoModule });
const registration = registerRun({ runId: 'killed-' + process.pid, journal: journal.path }, state);
const watchdog = await startWatchdog({ clock, journal: journal.path, undoModule, registration });
const node = spawn('sleep', ['600'], { stdio: 'ignore' });
watchdog.guard(identityOf(node.pid));
console.log('node ' + node.pid);
const control = {
  plan: (id, params) => ({ id, kind: 'test.marker', nodes: [], params, undo: { path: join(path, 'marker-' + id.replace('/', '-')) } }),
  apply: async (change) => writeFileSync(change.undo.path, ''),
  undo: async (change) => rmSync(change.undo.path, { force: true }),
  probe: async (change, expect) => ({ holds: existsSync(change.undo.path) === (expect === 'applied'), independent: true, measured: '' }),
};
const fault = { name: 'marker', family: 'marker', summary: '', needs: [], options: { parse: (x) => x }, plan: () => [{ control: 'links', params: {} }] };
const cluster = { host: 'test', nodes: [], clock, control: () => control };
const executor = createExecutor({ cluster, faults: new Map([['marker', fault]]), journal, rng: createRng(1), guard: watchdog });
for (let n = 1; mode === 'forever' || n <= 3; n++) {
  const value = { id: 'm' + n, fault: 'marker', options: {} };
  await executor.invoke({ f: 'inject', value });
  console.log('injected ' + n);
  if (mode === 'forever' && n > 1) await executor.invoke({ f: 'heal', value: { ...value, id: 'm' + (n - 1) } });
}
setInterval(() => undefined, 1_000_000);
`,
);

async function startRun(mode: 'three' | 'forever'): Promise<{ run: Run; child: ChildProcess; state: string; node: () => number; output: () => string }> {
  const run = runFolder();
  const state = join(run.path, 'state');
  const child = spawn(process.execPath, [program, run.path, state, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await until(() => text.includes('injected 3') || child.exitCode !== null);
  expect(child.exitCode).toBe(null);
  return { run, child, state, node: () => Number(/node (\d+)/.exec(text)![1]), output: () => text };
}

describe('a run that is killed with -9', () => {
  it('is healed, its nodes die, its journal is closed and its row is gone', async () => {
    const { run, child, state, node } = await startRun('three');
    expect(run.markers()).toHaveLength(3);
    const identity = identityOf(node());
    expect(registeredRuns(state)).toMatchObject([{ processes: [identity] }]);
    child.kill('SIGKILL');
    await until(() => run.markers().length === 0 && registeredRuns(state).length === 0);
    expect(isRunning(identity)).toBe(false);
    expect(readFileSync(join(run.path, 'order'), 'utf8')).toBe('m3/0 m2/0 m1/0 ');
    const entries = run.entries();
    expect(openChanges(entries)).toEqual([]);
    expect(entries.filter((entry) => entry.type === 'undone').map((entry) => entry.by)).toEqual(['watchdog', 'watchdog', 'watchdog']);
    expect(entries.at(-1)!.type).toBe('closed');
    const times = entries.flatMap((entry) => ('time' in entry ? [entry.time] : []));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('leaves nothing at whatever moment it is killed, and another run beside it unharmed', async () => {
    const bystander = await startRun('three');
    const victims = await Promise.all([0, 1, 2].map(() => startRun('forever')));
    for (const [i, victim] of victims.entries()) {
      await clock.sleep(ms(7 + 13 * i));
      victim.child.kill('SIGKILL');
    }
    for (const { run, state } of victims) {
      await until(() => registeredRuns(state).length === 0);
      expect(run.markers()).toEqual([]);
      expect(openChanges(run.entries())).toEqual([]);
    }
    expect(bystander.run.markers()).toHaveLength(3);
    expect(isRunning(identityOf(bystander.node()))).toBe(true);
    bystander.child.kill('SIGKILL');
    await once(bystander.child, 'exit');
    await until(() => registeredRuns(bystander.state).length === 0);
  });
});
