/**
 * The reaper of a run at a Docker engine (rule 21): when its stdin ends, which is when the harness is gone, it kills the
 * run's processes and removes its namespaces, its containers and its network, and gives the claimed subnet back.
 */
import { serveRequests } from '../../controls/helper-process/serve-requests.ts';
import { releaseLock } from '../process/loopback-claim.ts';
import { type ReaperRequest, reap } from '../process/reap.ts';
import { connectEngine, removeRun } from './engine.ts';

let owned: ReaperRequest = { own: [], namespaces: [] };

serveRequests(
  (request: ReaperRequest) => {
    owned = { ...owned, ...request };
    return null;
  },
  async () => {
    reap(owned);
    const { lock } = owned;
    if (lock === undefined) return;
    try {
      await removeRun(await connectEngine(), lock.owner.runId);
    } catch {
      // an engine that is gone took its containers along; what it still has goes when the next run opens
    }
    releaseLock(lock);
  },
);
