/** What control groups and limits can do on this machine. */
import { spawnSync } from 'node:child_process';
import type { NodeId, ProbedCapability } from '../../../harness/contracts/index.ts';
import { isOrdealError } from '../../../harness/errors/ordeal-error.ts';
import { type Controller, findHierarchies, groupOf, makeGroup, removeFolders } from './control-groups.ts';

/** Never throws what is about the machine. */
export function probeResources(): Readonly<Record<string, ProbedCapability>> {
  return {
    'process.freeze': probeController('freezer'),
    'resources.cpu': probeController('cpu'),
    'resources.processes': probeController('pids'),
    'resources.memory': probeController('memory'),
    'resources.descriptors': probeLimits(),
  };
}

function probeController(controller: Controller): ProbedCapability {
  const hierarchy = findHierarchies()[controller];
  if (hierarchy === undefined) {
    const remedy = `Mount control groups, and hand the controller "${controller}" down to groups below the root; or leave these faults out.`;
    return { ok: false, found: `there is no control group with the controller "${controller}"`, remedy };
  }
  const group = groupOf({ [controller]: hierarchy }, `probe${process.pid}`, 'n0' as NodeId);
  try {
    makeGroup(group);
    return { ok: true, found: `control groups of version ${hierarchy.version}` };
  } catch (error) {
    if (!isOrdealError(error)) throw error;
    return { ok: false, found: error.message, remedy: error.remedy ?? 'Run as root.' };
  } finally {
    removeFolders(Object.values(group.folders));
  }
}

function probeLimits(): ProbedCapability {
  if (process.platform !== 'linux') return { ok: false, found: `${process.platform} has no limits of other processes`, remedy: 'Run on Linux.' };
  if (spawnSync('prlimit', ['--version'], { stdio: 'ignore' }).status === 0) return { ok: true, found: 'prlimit' };
  return { ok: false, found: 'there is no prlimit', remedy: 'Install the package util-linux.' };
}
