/**
 * The reaper of a run on other machines (rule 21): when its stdin ends, which is when the harness is gone, it ends what
 * runs on the nodes and takes everything of ours away there. Where it is killed as well, the nodes do so by themselves.
 */
import { serveRequests } from '../../controls/helper-process/serve-requests.ts';
import { type Lock, releaseLock } from '../process/loopback-claim.ts';
import { connect } from './connection.ts';
import { endCommand } from './keeper.ts';
import type { Login } from './login.ts';

export interface SshReaperRequest {
  readonly lock: Lock;
  /** The run's folder on each machine. */
  readonly folders: readonly { readonly login: Login; readonly folder: string }[];
}

let owned: SshReaperRequest | undefined;

serveRequests(
  (request: SshReaperRequest) => {
    owned = request;
    return null;
  },
  async () => {
    await Promise.allSettled(
      (owned?.folders ?? []).map(async ({ login, folder }) => {
        const connection = await connect(login);
        await connection.run(endCommand(folder));
        connection.close();
      }),
    );
    if (owned !== undefined) releaseLock(owned.lock);
  },
);
