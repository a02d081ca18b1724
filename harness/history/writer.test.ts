import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NodeId, Ns } from '../contracts/index.ts';
import { HistoryBuilder } from './builder.ts';
import type { NewEvent } from './fixtures/sound-events.ts';
import type { HistoryHeaderFields } from './header.ts';
import { createTeeSink } from './tee.ts';
import { createHistoryWriter } from './writer.ts';

const HEADER: HistoryHeaderFields = { name: 't', seed: 1, operations: [], nodes: [] };
const FIRST = '{"ordeal":"history","schemaVersion":1,"name":"t","seed":1,"operations":[],"nodes":[]}\n';
const event: NewEvent = { type: 'invoke', process: 0, f: 'write', value: 1, time: 5 as Ns };

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordeal-writer-'));
  path = join(folder, 'history.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const onDisk = (): string => readFileSync(path, 'utf8');

describe('createHistoryWriter', () => {
  it('writes fields in one order, values in one text', () => {
    const writer = createHistoryWriter({ path, header: HEADER });
    writer.append({
      error: { message: 'a "b"', code: 'timeout' },
      applied: false,
      node: 'n1' as NodeId,
      scheduled: 4 as Ns,
      time: 5 as Ns,
      value: { z: 1, a: [null, 'ü\n'] },
      key: 'k',
      f: 'cas',
      process: 3,
      type: 'invoke',
    });
    writer.append({ type: 'info', process: 'nemesis', f: 'heal', value: null, time: 6 as Ns });
    writer.append({ type: 'info', process: 'observer:x"y', f: 'seen', key: 0, value: -0, time: 7 as Ns });
    writer.close();
    expect(onDisk()).toBe(
      `${FIRST}{"index":0,"type":"invoke","process":3,"f":"cas","key":"k","value":{"a":[null,"ü\\n"],"z":1},"time":5,"scheduled":4,"node":"n1","applied":false,"error":{"code":"timeout","message":"a \\"b\\""}}
{"index":1,"type":"info","process":"nemesis","f":"heal","value":null,"time":6}
{"index":2,"type":"info","process":"observer:x\\"y","f":"seen","key":0,"value":0,"time":7}
`,
    );
  });

  it('has the header on disk at once, gathers events, and writes them at tick, flush and close', async () => {
    const writer = createHistoryWriter({ path, header: HEADER });
    const lines = (): number => onDisk().split('\n').length - 1;
    expect(onDisk()).toBe(FIRST);
    expect(writer.append(event)).toBe(0);
    expect(lines()).toBe(1);
    writer.tick();
    expect(lines()).toBe(2);
    expect(writer.append(event)).toBe(1);
    await writer.flush();
    expect(lines()).toBe(3);
    expect(writer.append(event)).toBe(2);
    writer.close();
    writer.close();
    expect(lines()).toBe(4);
    expect(writer.count).toBe(3);
    expect(() => writer.append(event)).toThrow('closed');
  });

  it('never gathers more than 64 KiB and one event, and writes in whole lines', () => {
    const writer = createHistoryWriter({ path, header: HEADER });
    let appended = FIRST.length;
    for (let i = 0; i < 5_000; i++) {
      writer.append(event);
      appended += `{"index":${i},"type":"invoke","process":0,"f":"write","value":1,"time":5}\n`.length;
      if (i % 100 !== 0) continue;
      const text = onDisk();
      expect(appended - text.length).toBeLessThanOrEqual(64 * 1024);
      expect(text.endsWith('\n')).toBe(true);
    }
    writer.append({ ...event, value: 'x€'.repeat(300_000) });
    expect(onDisk().length).toBeGreaterThan(600_000);
    writer.close();
    expect(onDisk().split('\n')).toHaveLength(5_003);
  });

  it('refuses to overwrite a history, and a folder that is not there', () => {
    writeFileSync(path, 'evidence');
    expect(() => createHistoryWriter({ path, header: HEADER })).toThrow(expect.objectContaining({ code: 'ORDEAL_RUN_FOLDER', where: path }));
    expect(onDisk()).toBe('evidence');
    expect(() => createHistoryWriter({ path: join(folder, 'no', 'x'), header: HEADER })).toThrow(expect.objectContaining({ code: 'ORDEAL_RUN_FOLDER' }));
  });
});

const full = '/dev/full';

describe.skipIf(!existsSync(full))('on a full disk (needs /dev/full)', () => {
  const refusal = expect.objectContaining({ code: 'ORDEAL_RUN_FOLDER', message: expect.stringContaining('ENOSPC') });

  it('says so when it is opened', () => {
    expect(() => createHistoryWriter({ fd: openSync(full, 'w'), header: HEADER })).toThrow(refusal);
  });

  it('fails the append that meets it and all after it; tells each listener once; keeps nothing that is not on disk', async () => {
    const fd = openSync(path, 'w');
    const writer = createHistoryWriter({ fd, header: HEADER });
    const failures: unknown[] = [];
    writer.onFailure((error) => failures.push(error));
    const builder = new HistoryBuilder();
    const sink = createTeeSink(writer, builder);
    sink.append(event);
    // The lowest free descriptor is taken: the same number is the full device from now on.
    closeSync(fd);
    expect(openSync(full, 'w')).toBe(fd);
    let accepted = 1;
    expect(() => {
      for (; accepted < 10_000; accepted++) sink.append(event);
    }).toThrow(refusal);
    expect(accepted).toBeLessThan(2_000);
    expect(builder.length).toBe(accepted);
    expect(failures).toEqual([refusal]);
    // Room again: nothing may come behind the torn line.
    closeSync(fd);
    const later = join(folder, 'later');
    expect(openSync(later, 'w')).toBe(fd);
    expect(() => sink.append(event)).toThrow(refusal);
    expect(() => writer.tick()).toThrow(refusal);
    await expect(sink.flush()).rejects.toEqual(refusal);
    expect(() => writer.close()).toThrow(refusal);
    expect(readFileSync(later, 'utf8')).toBe('');
    expect(failures).toHaveLength(1);
    writer.onFailure((error) => failures.push(error));
    expect(failures).toHaveLength(2);
  });
});
