/**
 * The detour: a process with one TUN device in each node's namespace. A route of the node leads the packets of a shaped
 * link here; they are dropped, held, doubled or damaged, and written to the device of the node that they are for. When
 * this process ends, however it ends, its devices vanish and the routes with them: links are as they were.
 */
import { read, writeSync } from 'node:fs';
import type { Ns } from '../../../harness/contracts/index.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { serveRequests } from '../helper-process/serve-requests.ts';
import type { DetourRequest, ShapedLink } from './detour-protocol.ts';
import { LinkStage, passAll } from './link-stage.ts';
import { openTun } from './tun-device.ts';

const LARGEST_PACKET = 65_536;
const IPV4_HEADER = 20;

const clock = createRealClock();
const devices = new Map<string, number>();
let rng = createRng(0);
let links = new Map<string, readonly { readonly id: string; readonly stage: LinkStage }[]>();
let cut = new Set<string>();

// Threads of the pool stand in reads that nothing ends: an orderly exit would wait for them.
serveRequests(serve, () => process.kill(process.pid, 'SIGKILL'));

function serve(request: DetourRequest): null {
  if (request.op === 'open') {
    rng = createRng(request.seed);
    for (const { address, name } of request.devices) {
      const fd = openTun(name);
      devices.set(address, fd);
      readOn(fd, Buffer.alloc(LARGEST_PACKET));
    }
  } else if (request.op === 'shape') {
    links = new Map(request.links.map((link) => [`${link.from}>${link.to}`, stagesOf(link)]));
  } else cut = new Set(request.links.map(([from, to]) => `${from}>${to}`));
  return null;
}

/** A stage that was there keeps its state: what is in its queue, where in a burst it is. */
function stagesOf({ from, to, shapes }: ShapedLink): readonly { readonly id: string; readonly stage: LinkStage }[] {
  const key = `${from}>${to}`;
  return shapes.map(({ id, shape }) => links.get(key)?.find((each) => each.id === id) ?? { id, stage: new LinkStage(shape, rng.fork(id).fork(key)) });
}

function readOn(fd: number, buffer: Buffer): void {
  read(fd, buffer, 0, buffer.length, null, (error, length) => {
    if (error === null) carry(Buffer.from(buffer.subarray(0, length)));
    // A device whose namespace is gone, or that is not up yet, has nothing to say for a while.
    if (error === null) readOn(fd, buffer);
    else clock.at((clock.now() + 10_000_000) as Ns, () => readOn(fd, buffer));
  });
}

function carry(packet: Buffer): void {
  if (packet.length < IPV4_HEADER || packet[0] === undefined || packet[0] >> 4 !== 4) return;
  const key = `${packet.subarray(12, 16).join('.')}>${packet.subarray(16, 20).join('.')}`;
  const device = devices.get(packet.subarray(16, 20).join('.'));
  if (device === undefined) return;
  const stages = (links.get(key) ?? []).map(({ stage }) => stage);
  const now = clock.now();
  for (const { at, corrupt } of passAll(stages, packet.length, now)) {
    const bytes = corrupt ? damaged(packet) : packet;
    if (at <= now) deliver(device, key, bytes);
    else clock.at(at as Ns, () => deliver(device, key, bytes));
  }
}

function deliver(device: number, key: string, packet: Buffer): void {
  if (cut.has(key)) return;
  try {
    writeSync(device, packet);
  } catch {
    // no room, or nobody there: lost, as on any link
  }
}

/** One bit behind the header turned over. */
function damaged(packet: Buffer): Buffer {
  if (packet.length <= IPV4_HEADER) return packet;
  const copy = Buffer.from(packet);
  const at = rng.int(IPV4_HEADER, copy.length - 1);
  copy[at] = (copy[at] as number) ^ (1 << rng.int(0, 7));
  return copy;
}
