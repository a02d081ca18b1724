/**
 * The process that keeps the nodes' disks: a file system in user space over each node's data folder, each with a thread
 * of its own. When stdin ends, whatever the reason, every disk is unmounted and the folders are as the nodes left them.
 */
import { serveRequests } from '../helper-process/serve-requests.ts';
import type { DisksAnswer, DisksRequest } from './fuse-protocol.ts';
import { KeptDisk } from './kept-disk.ts';

const disks = new Map<string, KeptDisk>();

async function serve(request: DisksRequest): Promise<DisksAnswer> {
  switch (request.op) {
    case 'open': {
      // what programs ask for is what their files get
      process.umask(0);
      for (const [i, folder] of request.folders.entries()) {
        const disk = new KeptDisk(folder, request.seed + i);
        disks.set(folder, disk);
        await disk.mount();
      }
      return null;
    }
    case 'condition':
      return diskAt(request.folder).order({ do: 'condition', condition: request.condition });
    case 'lose-power':
      return diskAt(request.folder).losePower(request.torn);
    default:
      return diskAt(request.folder).order({ do: 'lose-hidden' });
  }
}

function diskAt(folder: string): KeptDisk {
  const disk = disks.get(folder);
  if (disk === undefined) throw new RangeError(`there is no disk at ${folder}`);
  return disk;
}

serveRequests(serve, () => {
  for (const disk of disks.values()) disk.close();
  // a thread that waits in the kernel would keep an orderly exit waiting
  process.kill(process.pid, 'SIGKILL');
});
