import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readHistory } from './read-history.ts';

const writerUrl = new URL('./writer.ts', import.meta.url).href;

/** Appends for ever; prints a number every thousand events, after the tick that has written them. */
const PROGRAM = `
  import { createHistoryWriter } from ${JSON.stringify(writerUrl)};
  const writer = createHistoryWriter({ path: process.argv[1], header: { name: 'k', seed: 1, operations: [], nodes: [] } });
  for (let i = 0; ; i++) {
    writer.append({ type: i % 2 === 0 ? 'invoke' : 'ok', process: 0, f: 'write', value: 'v'.repeat(i % 50) + i, time: i });
    if (i % 1000 === 999) {
      writer.tick();
      process.stdout.write(i + 1 + '\\n');
    }
    if (i % 20_000 === 0) await null;
  }
`;

describe('after kill -9', () => {
  it('the history is readable to its last whole line, and nothing ticked is missing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ordeal-kill-'));
    try {
      for (let round = 0; round < 10; round++) {
        const path = join(folder, `${round}.jsonl`);
        const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, '--', path], { stdio: ['ignore', 'pipe', 'inherit'] });
        let ticked = 0;
        for await (const chunk of child.stdout) {
          const numbers = String(chunk).trim().split('\n').map(Number);
          ticked = Math.max(ticked, numbers.at(-1) ?? 0);
          if (ticked > round * 3_000) child.kill('SIGKILL');
        }
        const { history, notices } = await readHistory(path, { strictness: 'strict' });
        expect(history.length).toBeGreaterThanOrEqual(ticked);
        expect(history.length).toBeGreaterThan(0);
        for (let i = 0; i < history.length; i++) if (history.event(i).value !== 'v'.repeat(i % 50) + i) throw new Error(`event ${i} of round ${round}`);
        expect(readFileSync(path).at(-1) === 10 ? 0 : 1).toBe(notices.length);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
