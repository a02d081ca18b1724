/**
 * Patching the vDSO of one process through /proc/<pid>/mem (Linux): the first bytes of its clock functions become jumps
 * to our code in the image's free tail. A forced write copies the page, so that only this process changes. Values change
 * by plain writes; only when the jumps go in or out must the process stand still for a moment.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { Clock } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { ms } from '../../../harness/time/units.ts';
import { isStopped, readProc, signal, threadsOf } from '../procfs/processes.ts';
import { readElf } from './elf-image.ts';
import { ACTIVE_AT, buildBlock, type ClockSetting, encodeMasks, encodeSlot, MARKER_AT, MARKER_BYTES, MASKS_AT, SLOTS, STUBS, type Stub } from './stub.ts';

const STOP_DEADLINE = ms(5_000);
const POLL = ms(1);
/** Looks without a pause at first: an idle process stops at once. */
const QUICK_LOOKS = 50;

/** Bytes of a function's beginning as they were: enough to take the patch out again. */
export interface OriginalEntry {
  readonly at: number;
  readonly hex: string;
}

export interface VdsoLayout {
  readonly stub: Stub;
  /** Where in the image our block goes. */
  readonly blockAt: number;
  readonly entries: readonly (OriginalEntry & { readonly target: number })[];
}

interface Mapping {
  readonly base: number;
  readonly length: number;
}

/** How the vDSO of this kernel is patched, read from the pristine image of this very process. Throws ORDEAL_MISSING_CAPABILITY. */
export function readOwnLayout(): VdsoLayout {
  const own = withImage(process.pid, 'r', (image) => image);
  if (own === undefined) throw cannot('this process has no vDSO');
  const elf = readElf(own);
  const stub = STUBS.get(elf.machine);
  if (stub === undefined) throw cannot(`there is no clock code for ELF machine ${elf.machine}`);
  const blockAt = Math.ceil(elf.end / 64) * 64;
  if (blockAt + buildBlock(stub, Buffer.alloc(MARKER_BYTES)).length > own.length) throw cannot('the vDSO has no room behind its image');
  const entries = stub.entries.flatMap(({ symbol, at }) => {
    const start = elf.functions.get(symbol);
    return start === undefined ? [] : [{ at: start, hex: own.toString('hex', start, start + stub.jumpBytes), target: blockAt + at }];
  });
  if (entries.length === 0) throw cannot('the vDSO has none of the clock functions');
  return { stub, blockAt, entries };
}

/** Whose patch a process carries: its marker in hex, or undefined. */
export function patchedBy(pid: number, layout: VdsoLayout): string | undefined {
  return withImage(pid, 'r', (image) => {
    const marker = image.toString('hex', layout.blockAt + MARKER_AT, layout.blockAt + MARKER_AT + MARKER_BYTES);
    return layout.entries.every((entry) => isJump(image, entry, layout)) ? marker : undefined;
  });
}

/**
 * Moves the clocks of a process as the setting says, patching it first where it is not patched yet. False when the
 * process is gone. Rejects with ORDEAL_MISSING_CAPABILITY when the kernel refuses, ORDEAL_NODE_FAILED when it does not stop.
 */
export async function setClocks(pid: number, layout: VdsoLayout, marker: Buffer, setting: ClockSetting, clock: Clock): Promise<boolean> {
  const mapping = findVdso(pid);
  const memory = mapping && openMemory(pid, 'r+');
  if (mapping === undefined || memory === undefined) return false;
  try {
    const present = patchedBy(pid, layout);
    if (present === undefined) writeAt(memory, mapping, layout.blockAt, buildBlock(layout.stub, marker));
    const active = readAt(memory, mapping, layout.blockAt + ACTIVE_AT, 1)[0] === 0 ? 0 : 1;
    const next = present === undefined ? 0 : 1 - active;
    writeAt(memory, mapping, layout.blockAt + (SLOTS[next] as number), encodeSlot(setting));
    writeAt(memory, mapping, layout.blockAt + ACTIVE_AT, Buffer.from([(SLOTS[next] as number) - SLOTS[0]]));
    writeAt(memory, mapping, layout.blockAt + MASKS_AT, encodeMasks(setting));
    if (present === undefined) {
      const jumps = layout.entries.map(({ at, target }) => ({ at, bytes: layout.stub.jump(target - at) }));
      await exchangeEntries(pid, memory, mapping, layout.stub.torn, jumps, clock);
    }
    return true;
  } catch (error) {
    if (threadsOf(pid).length === 0) return false;
    throw isRefusal(error) ? cannot('the kernel refuses writes into the memory of a child process', error) : error;
  } finally {
    closeSync(memory);
  }
}

/** Takes our patch out of a process, if it carries it. The code stays: a thread may be inside. Succeeds when the process is gone. */
export async function restoreClocks(pid: number, blockAt: number, originals: readonly OriginalEntry[], marker: string, clock: Clock): Promise<void> {
  const mapping = findVdso(pid);
  const memory = mapping && openMemory(pid, 'r+');
  if (mapping === undefined || memory === undefined) return;
  try {
    if (readAt(memory, mapping, blockAt + MARKER_AT, MARKER_BYTES).toString('hex') !== marker) return;
    writeAt(memory, mapping, blockAt + MASKS_AT, Buffer.alloc(8));
    // The first bytes of a jump are never in the middle of an instruction: any moment is good, but all threads must see it whole.
    await exchangeEntries(
      pid,
      memory,
      mapping,
      false,
      originals.map(({ at, hex }) => ({ at, bytes: Buffer.from(hex, 'hex') })),
      clock,
    );
  } catch (error) {
    if (threadsOf(pid).length > 0) throw error;
  } finally {
    closeSync(memory);
  }
}

/** Writes the beginnings of the functions while the process stands still, and no thread inside what changes. */
async function exchangeEntries(
  pid: number,
  memory: number,
  mapping: Mapping,
  torn: boolean,
  entries: readonly { readonly at: number; readonly bytes: Buffer }[],
  clock: Clock,
): Promise<void> {
  const end = clock.now() + STOP_DEADLINE;
  const held = isStopped(pid);
  const isInside = (counter: number): boolean => entries.some(({ at, bytes }) => counter > mapping.base + at && counter < mapping.base + at + bytes.length);
  for (;;) {
    try {
      if (!held) signal(pid, 'SIGSTOP');
      for (let looks = 0; !isStopped(pid); looks++) {
        if (threadsOf(pid).length === 0) return;
        if (clock.now() > end) throw new OrdealError('ORDEAL_NODE_FAILED', { what: `process ${pid} does not stop, so its clock cannot be moved` });
        if (looks > QUICK_LOOKS) await clock.sleep(POLL);
      }
      if (!torn || !programCounters(pid).some(isInside)) {
        for (const { at, bytes } of entries) writeAt(memory, mapping, at, bytes);
        return;
      }
      if (held) throw new OrdealError('ORDEAL_NODE_FAILED', { what: `process ${pid} was paused inside a clock function` });
    } finally {
      if (!held) signal(pid, 'SIGCONT');
    }
    await clock.sleep(POLL);
  }
}

/** Where each thread stands. */
function programCounters(pid: number): readonly number[] {
  return threadsOf(pid).flatMap((thread) => {
    const last = readProc(`${pid}/task/${thread}/syscall`)?.trim().split(' ').pop();
    return last?.startsWith('0x') ? [Number(last)] : [];
  });
}

function isJump(image: Buffer, entry: VdsoLayout['entries'][number], layout: VdsoLayout): boolean {
  const jump = layout.stub.jump(entry.target - entry.at);
  return image.subarray(entry.at, entry.at + jump.length).equals(jump);
}

function withImage<T>(pid: number, mode: 'r' | 'r+', use: (image: Buffer) => T): T | undefined {
  const mapping = findVdso(pid);
  const memory = mapping && openMemory(pid, mode);
  if (mapping === undefined || memory === undefined) return undefined;
  try {
    return use(readAt(memory, mapping, 0, mapping.length));
  } catch {
    return undefined;
  } finally {
    closeSync(memory);
  }
}

function findVdso(pid: number): Mapping | undefined {
  const range = readProc(`${pid}/maps`)
    ?.split('\n')
    .find((line) => line.endsWith('[vdso]'))
    ?.split(' ')[0]
    ?.split('-');
  if (range === undefined) return undefined;
  // User addresses are below 2^47; a BigInt position would be ignored by `writeSync`.
  const [base, end] = range.map((text) => Number.parseInt(text, 16));
  return base === undefined || end === undefined ? undefined : { base, length: end - base };
}

function openMemory(pid: number, mode: 'r' | 'r+'): number | undefined {
  try {
    return openSync(`/proc/${pid}/mem`, mode);
  } catch (error) {
    if (threadsOf(pid).length === 0) return undefined;
    throw cannot('the memory of a process of ours may not be opened', error);
  }
}

function readAt(memory: number, mapping: Mapping, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(memory, bytes, 0, length, mapping.base + at);
  return bytes;
}

function writeAt(memory: number, mapping: Mapping, at: number, bytes: Buffer): void {
  writeSync(memory, bytes, 0, bytes.length, mapping.base + at);
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EIO' || error.code === 'EACCES' || error.code === 'EPERM');
}

function cannot(what: string, cause?: unknown): OrdealError {
  return new OrdealError('ORDEAL_MISSING_CAPABILITY', {
    what,
    remedy: 'Boot with proc_mem.force_override=always, allow ptrace of descendants, or use --host sim.',
    cause,
  });
}
