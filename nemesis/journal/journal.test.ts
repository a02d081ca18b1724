import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Change, JournalEntry, NodeId, Ns } from '../../harness/contracts/index.ts';
import { openChanges } from './open-changes.ts';
import { identityOf, isRunning, livenessOf, SIMULATED_OWNER, signalProcess, thisOwner } from './owner.ts';
import { parseJournal, readJournal } from './reader.ts';
import { continueJournal, createJournal } from './writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-journal-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = (): string => join(folder, `faults-${files++}.jsonl`);

const change = (id: string): Change => ({ id, kind: 'test', nodes: ['n1' as NodeId], params: { id }, undo: { path: `/${id}` } });
const evidence = { holds: true, independent: true, measured: 'seen' };
const planned = (id: string): JournalEntry => ({ type: 'planned', time: 1 as Ns, instance: { id, fault: 'f', options: {} }, family: 'f', change: change(id) });
const undone = (id: string, holds = true): JournalEntry => ({ type: 'undone', time: 2 as Ns, change: id, evidence: { ...evidence, holds }, by: 'run' });

describe('writing and reading', () => {
  it('gives back what was written, with the owner', () => {
    const path = fresh();
    const journal = createJournal({ path, runId: 'r1', owner: thisOwner(), undoModule: 'file:///undo.js' });
    journal.append(planned('a'));
    journal.append(undone('a'));
    journal.append({ type: 'closed', time: 3 as Ns });
    journal.close();
    journal.close();
    const read = readJournal(path);
    expect(read.entries.slice(1)).toEqual([planned('a'), undone('a'), { type: 'closed', time: 3 }]);
    expect(read.owner).toMatchObject({ pid: process.pid, runId: 'r1', undoModule: 'file:///undo.js', schemaVersion: 1 });
    expect(read).toMatchObject({ unreadable: [], tail: 'whole' });
    expect(() => journal.append(planned('b'))).toThrow(/the journal is closed/);
  });

  it('never takes over the journal of another run', () => {
    const path = fresh();
    createJournal({ path, runId: 'r1', owner: thisOwner(), undoModule: '' }).close();
    expect(() => createJournal({ path, runId: 'r2', owner: thisOwner(), undoModule: '' })).toThrow(/EEXIST/);
    expect(() => readJournal(join(folder, 'none'))).toThrow(/cannot read the journal/);
  });

  it('names nobody in a simulation', () => {
    const path = fresh();
    createJournal({ path, runId: 'r1', owner: SIMULATED_OWNER, undoModule: 'file:///here' }).close();
    expect(readFileSync(path, 'utf8')).toBe(
      '{"type":"owner","schemaVersion":1,"pid":0,"startTime":"sim","bootId":"sim","hostname":"sim","runId":"sim","undoModule":""}\n',
    );
  });

  it('reads every prefix of bytes: whole lines count, the torn one never was', () => {
    const path = fresh();
    const journal = createJournal({ path, runId: 'r1', owner: thisOwner(), undoModule: '' });
    for (const entry of [planned('a'), planned('b'), undone('b'), undone('a')]) journal.append(entry);
    journal.close();
    const text = readFileSync(path, 'utf8');
    const lines = text.split('\n').slice(0, -1);
    for (let length = 0; length <= text.length; length++) {
      const read = parseJournal(text.slice(0, length), path);
      const whole = text.slice(0, length).split('\n').length - 1;
      expect(read.entries).toHaveLength(whole);
      expect(read.tail).toBe(text.slice(0, length).endsWith('\n') || length === 0 ? 'whole' : 'torn');
      expect(openChanges(read.entries).map((each) => each.id)).toEqual(
        openChanges(lines.slice(0, whole).map((line) => JSON.parse(line) as JournalEntry)).map((each) => each.id),
      );
    }
  });

  it('goes on after a torn line without losing what follows', () => {
    const path = fresh();
    const journal = createJournal({ path, runId: 'r1', owner: thisOwner(), undoModule: '' });
    journal.append(planned('a'));
    journal.append(planned('b'));
    journal.close();
    truncateSync(path, readFileSync(path).length - 9);
    expect(readJournal(path).tail).toBe('torn');
    const again = continueJournal(path, readJournal(path).tail);
    again.append(undone('a'));
    again.close();
    const read = readJournal(path);
    expect(read.unreadable).toEqual([3]);
    expect(openChanges(read.entries)).toEqual([]);
  });

  it('never throws on foreign bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.constantFrom('{"type":"planned","change":null}', '{"type":"constructor"}', 'null')), (text) => {
        const read = parseJournal(`${text}\n`, 'x');
        expect(openChanges(read.entries)).toEqual([]);
      }),
    );
    const path = fresh();
    writeFileSync(path, Buffer.from([0xff, 0xfe, 10, 0, 1, 2]));
    appendFileSync(path, `\n${JSON.stringify(planned('a'))}\n`);
    expect(openChanges(readJournal(path).entries)).toEqual([change('a')]);
  });

  it('stops at the first write that fails', () => {
    const full = '/dev/full';
    const journal = continueJournal(full, 'whole');
    expect(() => journal.append(planned('a'))).toThrow(/ENOSPC/);
    expect(journal.failure?.code).toBe('ORDEAL_RUN_FOLDER');
    expect(() => journal.append(planned('b'))).toThrow(/ENOSPC/);
    journal.close();
  });
});

describe('openChanges', () => {
  it('is what was planned and not seen undone, the latest first', () => {
    expect(openChanges([planned('a'), planned('b'), undone('a'), planned('c')]).map((each) => each.id)).toEqual(['c', 'b']);
    expect(openChanges([planned('a'), { type: 'failed', time: 1 as Ns, change: 'a', message: '' }, undone('a', false)]).map((each) => each.id)).toEqual(['a']);
  });
});

describe('owners', () => {
  it('live, are dead, are elsewhere, or simulated', async () => {
    expect(livenessOf(thisOwner())).toBe('alive');
    expect(livenessOf({ ...thisOwner(), startTime: '1' })).toBe('dead');
    expect(livenessOf({ ...thisOwner(), bootId: 'another boot' })).toBe('dead');
    expect(livenessOf({ ...thisOwner(), hostname: 'another.host' })).toBe('elsewhere');
    expect(livenessOf(SIMULATED_OWNER)).toBe('simulated');
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    expect(livenessOf({ ...thisOwner(), pid, startTime: '' })).toBe('dead');
  });

  it('are signalled only where they are who they were', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const identity = identityOf(child.pid!);
    expect(isRunning(identity)).toBe(true);
    expect(signalProcess({ ...identity, startTime: '7' }, 'SIGKILL')).toBe(false);
    expect(signalProcess(identity, 'SIGKILL')).toBe(true);
    await once(child, 'exit');
    expect(isRunning(identity)).toBe(false);
    expect(signalProcess(identity, 'SIGKILL')).toBe(false);
  });
});
