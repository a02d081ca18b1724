import { describe, expect, it } from 'vitest';
import { readElf } from './elf-image.ts';
import { buildBlock, encodeMasks, encodeSlot, MARKER_AT, markerOf, STUBS } from './stub.ts';
import { patchedBy, readOwnLayout } from './vdso-patch.ts';

const here = process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');
const still = { offsetNs: 0n, sinceNs: 5n, ppm: 0 };

describe('the block that stands in for clock functions', () => {
  it('begins each replacement where its entry says, on every machine', () => {
    const begins = { 62: ['b8e40000000f05', '4885f67407', '574883ec10'], 183: ['e903002a280e80d2', '410000b43f0000f9'] };
    for (const [machine, stub] of STUBS) {
      const block = buildBlock(stub, markerOf('r'));
      const found = stub.entries.map(({ at }, i) => block.toString('hex', at, at + begins[machine as 62][i]!.length / 2));
      expect(found).toEqual(begins[machine as 62]);
      expect(block.subarray(0, MARKER_AT).every((byte) => byte === 0)).toBe(true);
    }
  });

  it('jumps to where it is told', () => {
    expect(STUBS.get(62)!.jump(0x1000).toString('hex')).toBe('e9fb0f0000');
    expect(STUBS.get(62)!.jump(-16).toString('hex')).toBe('e9ebffffff');
    expect(STUBS.get(183)!.jump(0x1000).readUInt32LE().toString(16)).toBe('14000400');
    expect(STUBS.get(183)!.jump(-16).readUInt32LE().toString(16)).toBe('17fffffc');
  });

  it('encodes offsets, rates and which clocks are moved', () => {
    const setting = {
      wall: { offsetNs: -7n, sinceNs: 9n, ppm: 500_000 },
      monotonic: { offsetNs: 0n, sinceNs: 3n, ppm: -1_000_000, strobe: { halfNs: 5n, amplitudeNs: -6n } },
    };
    const slot = encodeSlot(setting);
    expect([0, 8, 16, 24, 32].map((at) => slot.readBigInt64LE(at))).toEqual([-7n, 9n, 2n ** 31n, 0n, 0n]);
    expect([40, 48, 56, 64, 72].map((at) => slot.readBigInt64LE(at))).toEqual([0n, 3n, -(2n ** 32n), 5n, -6n]);
    expect([0, 4].map((at) => encodeMasks(setting).readUInt32LE(at))).toEqual([0x821, 0xd2]);
    expect([0, 4].map((at) => encodeMasks({ wall: still, monotonic: still }).readUInt32LE(at))).toEqual([0, 0]);
    expect([0, 4].map((at) => encodeMasks({ wall: still, monotonic: { ...still, offsetNs: 1n } }).readUInt32LE(at))).toEqual([0, 0xd2]);
  });

  it('carries a marker of its run', () => {
    expect(markerOf('a')).toEqual(markerOf('a'));
    expect(markerOf('a')).not.toEqual(markerOf('b'));
    expect(markerOf('a').length).toBe(16);
  });
});

describe('a vDSO image', () => {
  it('is refused when it is none', () => {
    expect(() => readElf(Buffer.alloc(10))).toThrow(/no 64-bit ELF/);
    expect(() => readElf(Buffer.alloc(8_192))).toThrow(/no 64-bit ELF/);
  });

  it.skipIf(!here)(`gives the layout of this kernel${here ? '' : ' (skipped: no vDSO that we know)'}`, () => {
    const layout = readOwnLayout();
    expect(layout.entries.length).toBe(layout.stub.entries.length);
    for (const { at, hex, target } of layout.entries) {
      expect(at).toBeLessThan(layout.blockAt);
      expect(hex.length).toBe(2 * layout.stub.jumpBytes);
      expect(target).toBeGreaterThanOrEqual(layout.blockAt + 192);
    }
    expect(patchedBy(process.pid, layout)).toBeUndefined();
    expect(patchedBy(0x7ffffff0, layout)).toBeUndefined();
  });
});
