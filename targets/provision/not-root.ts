/** As whom programs run that refuse to be root. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';

const run = promisify(execFile);

/**
 * Root of this machine, and another user by its own account: it may read and write what root's files are, and needs no
 * account, no change of owners, and no folder that others may enter.
 */
const NOT_ROOT = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'];

/**
 * The command that such a program is started by, empty where it can be started as it is; `who` is the program, for people.
 * Throws ORDEAL_PROVISION_FAILED where this is root and user namespaces are not to be had.
 */
export async function asNotRoot(who: string, signal: AbortSignal): Promise<readonly string[]> {
  if (process.getuid?.() !== 0) return [];
  const [unshare, ...argv] = NOT_ROOT;
  try {
    await run(unshare!, [...argv, 'true'], { signal });
    return NOT_ROOT;
  } catch (cause) {
    throw new OrdealError('ORDEAL_PROVISION_FAILED', {
      what: `${who} refuses to run as root, and there is no user namespace to be had here: ${messageOf(cause)}`,
      where: who.toLowerCase(),
      remedy: 'Run ordeal as another user, or allow user namespaces.',
      cause,
    });
  }
}

/**
 * The same command where programs are started, which may be another place than where they were looked for: who was no root
 * there is root in a user namespace of its own.
 */
export function startedHereAs(asUser: readonly string[]): readonly string[] {
  return asUser.length > 0 || process.getuid?.() !== 0 ? asUser : NOT_ROOT;
}
