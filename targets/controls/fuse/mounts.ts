/** Mounting disks over folders, and taking them away. Synchronous; only for processes whose business this is. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';

/** How our mounts call themselves in /proc/mounts. */
const SOURCE = 'ordeal';

/** Connects an open descriptor of /dev/fuse to a folder. Throws ORDEAL_MISSING_CAPABILITY. */
export function mountDisk(device: number, folder: string): void {
  const user = [`user_id=${process.getuid?.() ?? 0}`, `group_id=${process.getgid?.() ?? 0}`];
  const options = ['fd=3', 'rootmode=40000', ...user, 'allow_other', 'default_permissions'].join(',');
  const mounted = spawnSync('mount', ['-i', '-t', 'fuse', '-o', options, SOURCE, folder], { stdio: ['ignore', 'ignore', 'pipe', device], encoding: 'utf8' });
  if (mounted.status === 0) return;
  throw new OrdealError('ORDEAL_MISSING_CAPABILITY', {
    what: `a FUSE disk cannot be mounted: ${(mounted.stderr || mounted.error?.message || '').trim()}`,
    where: folder,
    remedy: 'Run as root, on a kernel with FUSE.',
  });
}

/** Whether a disk of ours is mounted there. */
export function isMounted(folder: string): boolean {
  return ourMounts().includes(folder);
}

/** Every place where there is a disk of ours, of this run or another. */
export function ourMounts(): readonly string[] {
  try {
    const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    return lines.flatMap((line) => {
      const [source, folder, type] = line.split(' ');
      return source === SOURCE && type === 'fuse' && folder !== undefined ? [plain(folder)] : [];
    });
  } catch {
    return [];
  }
}

/** Octal escapes of /proc/mounts. */
function plain(folder: string): string {
  return folder.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/**
 * Takes our disk away from there at once, whoever holds it and whether anybody serves it; what waits for an answer gets an
 * error. False when it is still there afterwards; what is no mount of ours is not touched.
 */
export function unmountDisk(folder: string): boolean {
  if (!isMounted(folder)) return true;
  // by force: ends the connection, so that a disk without a server cannot hold us up
  for (const how of ['-f', '-l']) {
    spawnSync('umount', ['-i', '-c', how, folder], { stdio: 'ignore' });
    if (!isMounted(folder)) return true;
  }
  return false;
}
