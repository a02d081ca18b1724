import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { entryPath, entryUrl, startChild, startWorker } from './entry.ts';

const fixture = entryUrl(import.meta.url, './fixtures/answer');

describe('entries', () => {
  it('have the ending of the module that names them', () => {
    expect(entryUrl('file:///checkout/a/b.ts', './worker').href).toBe('file:///checkout/a/worker.ts');
    expect(entryUrl('file:///package/dist/a/b.js', '../c/worker').href).toBe('file:///package/dist/c/worker.js');
    expect(entryPath('file:///package/dist/a/b.js', './worker')).toBe('/package/dist/a/worker.js');
  });

  it('start as worker threads with their data', async () => {
    const worker = startWorker(fixture, { workerData: { seed: 7 } });
    const [message] = await once(worker, 'message');
    expect(message).toEqual({ got: { seed: 7 } });
    await worker.terminate();
  });

  it('start as children with their arguments and a clean stderr', async () => {
    const child = startChild(fixture, ['--port', '7'], { stdio: ['ignore', 'pipe', 'pipe'] });
    if (child.stdout === null || child.stderr === null) throw new Error('the child has no pipes');
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect([JSON.parse(out), errors]).toEqual([{ got: ['--port', '7'] }, '']);
  });
});
