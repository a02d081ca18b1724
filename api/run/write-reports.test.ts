/** What a run folder gets for people and machines. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { type RunFolder, runFolderAt } from '../../harness/store/index.ts';
import { material, STALE_READ } from '../../reports/testing/scenario.ts';
import { rewriteReports, writeReports } from './write-reports.ts';

const base = mkdtempSync(join(tmpdir(), 'ordeal-write-reports-'));
const { results, history, facts } = material(STALE_READ, ['linearizable', 'stats', 'coverage', 'availability']);
const read = (path: string): string => readFileSync(path, 'utf8');

let folder: RunFolder;
let next = 0;
beforeEach(() => {
  folder = runFolderAt(join(base, String(next++)));
  mkdirSync(join(folder.nodes, 'n1', 'data'), { recursive: true });
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe('the reports of a run', () => {
  test('are results, JUnit and a page with the logs of the nodes', async () => {
    writeFileSync(join(folder.nodes, 'n1', 'node.log'), 'first\n1.480 s read x served from <memory>\n');
    await writeReports(folder, results, history, facts);
    expect(JSON.parse(read(folder.results))).toEqual(results);
    expect(read(folder.junit)).toContain('<failure type="stale-read"');
    expect(read(folder.report)).toContain('read x served from &lt;memory&gt;');
    expect(read(folder.report)).toContain(`npx ordeal check ${folder.path}/history.jsonl`);
  });

  test('read the end of a large log only', async () => {
    writeFileSync(join(folder.nodes, 'n1', 'node.log'), `${`${'x'.repeat(99)}\n`.repeat(20_000)}the last line\n`);
    await writeReports(folder, results, history, facts);
    expect(read(folder.report)).toContain('the last line');
    expect(read(folder.report)).toContain('last 15 lines, many before them');
  });

  test('do not need nodes', async () => {
    rmSync(folder.nodes, { recursive: true });
    await writeReports(folder, results, history, facts);
    expect(read(folder.report)).toContain('The nodes left no logs.');
  });

  test('can be written again from the folder; the results stay as they are', async () => {
    await writeReports(folder, results, history, facts);
    const page = read(folder.report);
    writeFileSync(folder.run, JSON.stringify(facts));
    writeFileSync(folder.results, 'kept');
    writeFileSync(folder.report, '');
    rewriteReports(folder, results, history);
    expect(read(folder.report)).toBe(page);
    expect(read(folder.results)).toBe('kept');
  });

  test('say the verdict where the page cannot be drawn', async () => {
    const broken = {
      ...history,
      event: () => {
        throw new Error('no such event');
      },
    } as unknown as typeof history;
    await writeReports(folder, results, broken, facts);
    expect(read(folder.report)).toContain('The report could not be drawn: ');
    expect(read(folder.report)).toContain('INVALID');
    expect(JSON.parse(read(folder.results))).toEqual(results);
  });
});
