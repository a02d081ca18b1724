/**
 * The witness of the nodes' disks, a process of its own: it writes and reads files like any program, and says what came of
 * it and how long that took. It knows nothing of faults. Not in the harness: a disk may keep who uses it waiting.
 */
import { open, readFile, rm } from 'node:fs/promises';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { serveRequests } from '../helper-process/serve-requests.ts';
import type { WitnessAnswer, WitnessRequest } from './witness-protocol.ts';

const clock = createRealClock();

serveRequests(async (request: WitnessRequest): Promise<WitnessAnswer> => {
  const since = clock.now();
  try {
    const text = await use(request);
    return { tookNs: clock.now() - since, ...(text !== undefined && { text }) };
  } catch (error) {
    return { tookNs: clock.now() - since, error: error instanceof Error && 'code' in error ? String(error.code) : String(error) };
  }
});

async function use(request: WitnessRequest): Promise<string | undefined> {
  if (request.op === 'read') return readFile(request.path, 'latin1');
  if (request.op === 'remove') {
    await rm(request.path, { force: true });
    return undefined;
  }
  const file = await open(request.path, request.op === 'glance' ? 'r' : request.op === 'append' ? 'a' : 'w');
  try {
    if (request.op === 'glance') {
      await file.read(Buffer.alloc(1), 0, 1, 0);
      return undefined;
    }
    if (request.text !== '') await file.write(request.text, null, 'latin1');
    if (request.synced) await file.sync();
    return undefined;
  } finally {
    await file.close();
  }
}
