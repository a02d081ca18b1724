/**
 * The machine code that stands in for the vDSO's clock functions, and the data block in front of it: pure bytes.
 *
 * The block: `+0` which slot is active (0 or 80, one byte is written); `+8`, `+12` masks of the clock ids that are moved
 * (wall, monotonic); `+16` and `+96` two slots of ten i64: offset in ns, true time when that was set, rate in 2^-32, half
 * period of a strobe in ns (0: none), its amplitude in ns, for the wall clock and for the monotonic one; `+176` the marker
 * of the run; `+192` code. The code asks the kernel (one system call) and adds `offset + (now - t0) * rate`, and the
 * amplitude in every other half period since the clock's zero. Sources in `assets/`.
 */
import { createHash } from 'node:crypto';

export const SLOTS = [16, 96] as const;
export const ACTIVE_AT = 0;
export const MASKS_AT = 8;
export const MARKER_AT = 176;
export const MARKER_BYTES = 16;
const SHIFT_BYTES = 40;
const CODE_AT = 192;

/** CLOCK_REALTIME, REALTIME_COARSE, TAI. */
const WALL_IDS = 0x821;
/** CLOCK_MONOTONIC, MONOTONIC_RAW, MONOTONIC_COARSE, BOOTTIME. */
const MONOTONIC_IDS = 0xd2;

/** Where true time and the node's time part. */
export interface ClockSetting {
  readonly wall: ClockShift;
  readonly monotonic: ClockShift;
}

/** `offsetNs` at the true time `sinceNs` of that clock, growing by `ppm` millionths of the time that goes by: -1 000 000 is a clock that stands. */
export interface ClockShift {
  readonly offsetNs: bigint;
  readonly sinceNs: bigint;
  readonly ppm: number;
  /** Comes on top in every other `halfNs` of that clock's true time. */
  readonly strobe?: Strobe;
}

export interface Strobe {
  readonly halfNs: bigint;
  readonly amplitudeNs: bigint;
}

export interface Stub {
  readonly code: Buffer;
  /** Functions of the vDSO, and where in the block their replacements are. */
  readonly entries: readonly { readonly symbol: string; readonly at: number }[];
  /** The instruction that leads from the first byte of a function to `distance` bytes further. */
  jump(distance: number): Buffer;
  /** Bytes of that instruction. A program counter inside them, beyond the first, must not be there when they change. */
  readonly jumpBytes: number;
  /** Whether an instruction may be half executed: on machines of fixed-width instructions never. */
  readonly torn: boolean;
}

const X86_64: Stub = {
  code: hex([
    'b8e40000000f0585c00f858200000083ff1f777d4c8d0525ffffff410fb6084d8d4c0810410fa37808720b410fa3780c735f4983c12848690e00ca9a3b48034e084889c8492b',
    '410849f76910480facd0204903014801c84d8b41184d85c07412489131d249f7f0a8014889c8740449034120489941b800ca9a3b49f7f84885d279064c01c248ffc848890648',
    '89560831c0c34885f6740748c706000000004885ff7424574883ec1031ff4889e6e84effffff4158585f4c890731d2b9e803000048f7f14889470831c0c3574883ec1031ff48',
    '89e6e827ffffff585a5f4885ff7403488907c3',
  ]),
  entries: [
    { symbol: '__vdso_clock_gettime', at: CODE_AT },
    { symbol: '__vdso_gettimeofday', at: CODE_AT + 0x92 },
    { symbol: '__vdso_time', at: CODE_AT + 0xca },
  ],
  jump: (distance) => {
    const bytes = Buffer.from([0xe9, 0, 0, 0, 0]);
    bytes.writeInt32LE(distance - 5, 1);
    return bytes;
  },
  jumpBytes: 5,
  torn: true,
};

const AARCH64: Stub = {
  code: hex([
    'e903002a280e80d2010000d4000500b53f7d0071c80400544af9ff104b0140394b010b8b6b4100914c0940b98c25c91aac0000374c0d40b98c25c91a8c0300366ba100910e40',
    '99524e73a7722f4040a9ec410e9b6f0540f98f010fcb700940f9ed7d109bf17d509b2d82cd93700140f9ad01108b6f0d40f9af0000b49009cf9a700000366f1140f9ad010f8b',
    '8c010d8b8f0dce9af0b10e9b7000f8b610020e8bef0500d12f4000a9000080d2c0035fd6410000b43f0000f9800100b4fd7bbda9e01300f900008052e1430091cdffff97ef43',
    '41a90e7d80d2100ace9ae01340f90f4000a9fd7bc3a8000080d2c0035fd6',
  ]),
  entries: [
    { symbol: '__kernel_clock_gettime', at: CODE_AT },
    { symbol: '__kernel_gettimeofday', at: CODE_AT + 0xb0 },
  ],
  jump: (distance) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE((0x14000000 | ((distance >> 2) & 0x3ffffff)) >>> 0);
    return bytes;
  },
  jumpBytes: 4,
  torn: false,
};

/** By the ELF machine number of the vDSO (62, 183). */
export const STUBS: ReadonlyMap<number, Stub> = new Map([
  [62, X86_64],
  [183, AARCH64],
]);

/** The whole block with nothing moved yet. */
export function buildBlock(stub: Stub, marker: Buffer): Buffer {
  const block = Buffer.alloc(CODE_AT + stub.code.length);
  marker.copy(block, MARKER_AT, 0, MARKER_BYTES);
  stub.code.copy(block, CODE_AT);
  return block;
}

/** Sixteen bytes that say whose patch it is. */
export function markerOf(runId: string): Buffer {
  return Buffer.concat([
    Buffer.from('ordeal:\0', 'latin1'),
    createHash('sha256')
      .update(runId)
      .digest()
      .subarray(0, MARKER_BYTES - 8),
  ]);
}

/** One slot. */
export function encodeSlot(setting: ClockSetting): Buffer {
  const bytes = Buffer.alloc(2 * SHIFT_BYTES);
  for (const [i, shift] of [setting.wall, setting.monotonic].entries()) {
    const at = SHIFT_BYTES * i;
    bytes.writeBigInt64LE(shift.offsetNs, at);
    bytes.writeBigInt64LE(shift.sinceNs, at + 8);
    bytes.writeBigInt64LE(rateOf(shift.ppm), at + 16);
    bytes.writeBigInt64LE(shift.strobe?.halfNs ?? 0n, at + 24);
    bytes.writeBigInt64LE(shift.strobe?.amplitudeNs ?? 0n, at + 32);
  }
  return bytes;
}

/** The masks for a setting: a clock that is not moved is not touched. */
export function encodeMasks(setting: ClockSetting): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(isMoved(setting.wall) ? WALL_IDS : 0, 0);
  bytes.writeUInt32LE(isMoved(setting.monotonic) ? MONOTONIC_IDS : 0, 4);
  return bytes;
}

export function isMoved(shift: ClockShift): boolean {
  return shift.offsetNs !== 0n || shift.ppm !== 0 || shift.strobe !== undefined;
}

function rateOf(ppm: number): bigint {
  return BigInt(Math.round((ppm * 2 ** 32) / 1e6));
}

function hex(lines: readonly string[]): Buffer {
  return Buffer.from(lines.join(''), 'hex');
}
