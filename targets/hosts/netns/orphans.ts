/** Namespaces of runs that hold no claim any more: their harness and its reaper were killed together. */
import { livingRuns } from '../process/loopback-claim.ts';
import { SUBNET_LOCKS } from './address-plan.ts';
import { namespaceNames, removeNamespaces, runOfNamespace } from './namespaces.ts';

/** Removes them. Resolves with the ids of their runs. */
export async function removeOrphanNamespaces(): Promise<readonly string[]> {
  const living = livingRuns(SUBNET_LOCKS);
  const orphans = namespaceNames().filter((name) => {
    const owner = runOfNamespace(name);
    return owner !== undefined && !living.has(owner);
  });
  await removeNamespaces(orphans);
  return [...new Set(orphans.flatMap((name) => runOfNamespace(name) ?? []))];
}
