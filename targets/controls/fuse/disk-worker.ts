/**
 * The thread of one disk: reads a request of the kernel's, does it, answers, and so on: blocking, one at a time. Orders
 * are taken between two requests; whoever sends one sees to it that there is a request.
 */
import { readSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { processWallMs } from '../../../harness/time/process-time.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { BackingFiles } from './backing-files.ts';
import { type DiskCondition, fateOf, SOUND_DISK } from './disk-condition.ts';
import type { DiskMessage, DiskOrder, DiskThreadData } from './fuse-protocol.ts';
import { NO_ANSWER, serve } from './fuse-requests.ts';
import { LARGEST_REQUEST, OPCODE, OUT_HEADER } from './fuse-wire.ts';
import { type Lost, UnsyncedLog } from './unsynced-log.ts';

const WRITE_DATA_AT = 80;

const { backing, seed, uid, gid } = workerData as DiskThreadData;
const port = parentPort as NonNullable<typeof parentPort>;
const clock = createRealClock();
const rng = createRng(seed);
const log = (): UnsyncedLog => new UnsyncedLog(() => clock.now());
const files = new BackingFiles(`/proc/self/fd/${backing}/.`, log(), log(), { uid, gid });
const request = Buffer.alloc(LARGEST_REQUEST);
const out = Buffer.alloc(LARGEST_REQUEST);
let losses = 0;
let condition: DiskCondition = SOUND_DISK;

const tell = (message: DiskMessage): void => port.postMessage(message);

port.on('message', obey);

function obey(order: DiskOrder): void {
  try {
    tell({ answers: order.id, lost: carryOut(order) });
  } catch (error) {
    tell({ answers: order.id, error: messageOf(error) });
  }
}

function carryOut(order: DiskOrder): Lost | null {
  switch (order.do) {
    case 'serve':
      serveKernel(order.device);
      files.unmounted();
      return null;
    case 'condition':
      condition = order.condition;
      return null;
    case 'lose':
      return files.losePower(order.torn ? rng.fork('tear').fork(++losses) : undefined);
    default:
      files.loseHidden();
      return null;
  }
}

function serveKernel(device: number): void {
  for (;;) {
    let length: number;
    try {
      length = readSync(device, request, 0, request.length, null);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EINTR' || code === 'ENOENT' || code === 'EAGAIN') continue;
      if (code === 'ENODEV') return;
      throw error;
    }
    for (let order = receiveMessageOnPort(port); order !== undefined; order = receiveMessageOnPort(port)) obey(order.message as DiskOrder);
    answer(device, request.subarray(0, length));
  }
}

function answer(device: number, asked: Buffer): void {
  const opcode = asked.readUInt32LE(4);
  const fate = fateOf(opcode, condition, rng);
  let size = 0;
  let error = 0;
  if (fate.error !== undefined) error = numberOf(fate.error);
  else {
    if (opcode === OPCODE.WRITE && condition.corrupt > 0 && rng.float01() < condition.corrupt) turnOneBit(asked);
    try {
      size = serve(files, asked, out, { honest: !condition.lying, nowMs: processWallMs });
    } catch (problem) {
      error = numberOf(codeOf(problem));
    }
  }
  if (size === NO_ANSWER) return;
  out.writeUInt32LE(OUT_HEADER + size, 0);
  out.writeInt32LE(-error, 4);
  asked.copy(out, 8, 8, 16);
  const whole = out.subarray(0, OUT_HEADER + size);
  if (fate.delayNs > 0) {
    tell({ held: Uint8Array.from(whole), delayNs: fate.delayNs });
    return;
  }
  try {
    writeSync(device, whole);
  } catch {
    // who asked was killed meanwhile, or the disk is unmounted, of which the next read tells
  }
}

function turnOneBit(asked: Buffer): void {
  const at = rng.int(WRITE_DATA_AT, asked.length - 1);
  asked[at] = (asked[at] as number) ^ (1 << rng.int(0, 7));
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
}

function numberOf(code: string): number {
  return (constants.errno as Readonly<Record<string, number>>)[code] ?? constants.errno.EIO;
}
