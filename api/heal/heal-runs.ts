/** Undoes what dead runs left behind: `ordeal heal`, and the start of every run on a real host. */
import { existsSync } from 'node:fs';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { createRealClock } from '../../harness/time/real-clock.ts';
import { findJournals, type HealReport, healJournals } from '../../nemesis/heal/index.ts';
import { HOSTS } from '../../targets/registry/hosts.ts';

export interface HealRunsRequest {
  /** Run folders, or folders of run folders, besides the runs that are registered on this machine. */
  readonly roots?: readonly string[];
  /** `list` touches nothing; `force` heals also what living owners hold. */
  readonly mode: 'list' | 'heal' | 'force';
}

/** One report per journal found. Never rejects for what a journal holds. Throws ORDEAL_NO_SUCH_RUN for a root that does not exist. */
export async function healRuns(request: HealRunsRequest): Promise<readonly HealReport[]> {
  const missing = (request.roots ?? []).find((root) => !existsSync(root));
  if (missing !== undefined) throw new OrdealError('ORDEAL_NO_SUCH_RUN', { what: 'there is no such folder', where: missing });
  const { undo } = await import('../../targets/controls/undo-registry.ts');
  return healJournals({ journals: findJournals(request.roots ?? []), undo: { undo }, clock: createRealClock(), mode: request.mode });
}

/** What dead runs left on the hosts of this machine goes. Resolves with the ids of those runs; a host that cannot be asked has nothing. */
export async function sweepHosts(): Promise<readonly string[]> {
  const swept = await Promise.all(
    Object.values(HOSTS)
      .map(async (entry) => (await (await entry.load()).sweep?.()) ?? [])
      .map((ids) => ids.catch(() => [])),
  );
  return [...new Set(swept.flat())];
}
