/** Starts the detour and puts its devices where they belong. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { NodeId } from '../../../harness/contracts/index.ts';
import { entryUrl } from '../../../harness/entry/entry-url.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { type HelperProcess, startHelper } from '../helper-process/helper-process.ts';
import { insideNamespace } from '../nft/nft.ts';
import { identify, type ProcessIdentity } from '../procfs/processes.ts';
import type { DetourRequest } from './detour-protocol.ts';

const run = promisify(execFile);
/** Each device keeps a thread of the pool in a read. */
const SPARE_THREADS = 4;
/** Longer than any round of a probe or window of TCP. */
const QUEUE_PACKETS = 5_000;

export interface DetourPlace {
  readonly node: NodeId;
  readonly address: string;
  readonly namespace: string;
}

export interface Detour {
  readonly helper: HelperProcess<DetourRequest, null>;
  readonly identity: ProcessIdentity;
  deviceOf(node: NodeId): string;
}

/** Rejects with ORDEAL_MISSING_CAPABILITY, ORDEAL_CHILD_FAILED or ORDEAL_NODE_FAILED; nothing is left behind then. */
export async function startDetour(runId: string, seed: number, places: readonly DetourPlace[]): Promise<Detour> {
  const threads = `UV_THREADPOOL_SIZE=${places.length + SPARE_THREADS}`;
  const helper = await startHelper<DetourRequest, null>('detour', entryUrl(import.meta.url, './detour-main'), ['env', threads]);
  // interface names have at most 15 characters; ids of runs differ at their ends
  const deviceOf = (node: NodeId): string => `d${runId.slice(-9)}${node}`;
  try {
    await helper.request({ op: 'open', seed, devices: places.map(({ node, address }) => ({ address, name: deviceOf(node) })) });
    for (const { node, namespace } of places) await place(deviceOf(node), namespace);
    const identity = identify(helper.pid);
    if (identity === undefined) throw new OrdealError('ORDEAL_CHILD_FAILED', { what: 'the detour ended' });
    return { helper, identity, deviceOf };
  } catch (error) {
    await helper.close();
    throw error;
  }
}

/** Packets come from addresses that this device has no route to: the filter against that must be off. */
async function place(device: string, namespace: string): Promise<void> {
  const [command = '', ...inside] = insideNamespace(namespace);
  try {
    await run('ip', ['link', 'set', device, 'netns', namespace]);
    await run('ip', ['-n', namespace, 'link', 'set', device, 'txqueuelen', String(QUEUE_PACKETS), 'up']);
    await run(command, [...inside, 'sh', '-c', 'for filter in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > "$filter"; done']);
  } catch (cause) {
    throw new OrdealError('ORDEAL_NODE_FAILED', { what: `the device ${device} cannot be placed: ${messageOf(cause)}`, where: namespace, cause });
  }
}
