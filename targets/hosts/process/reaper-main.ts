/**
 * The reaper (rule 21): told which processes the run owns, it kills them with their process groups when its stdin ends
 * without a goodbye, which is when the harness was killed. It catches what the kernel's death signal does not reach:
 * children of a wrapper script, and systems without that signal. It gives the run's part of loopback back as well, its namespaces, and unmounts its disks.
 */
import { serveRequests } from '../../controls/helper-process/serve-requests.ts';
import { releaseLock } from './loopback-claim.ts';
import { type ReaperRequest, reap } from './reap.ts';

let owned: ReaperRequest = { own: [], namespaces: [] };

serveRequests(
  (request: ReaperRequest) => {
    owned = { ...owned, ...request };
    return null;
  },
  () => {
    reap(owned);
    if (owned.lock !== undefined) releaseLock(owned.lock);
  },
);
