import { expect, it } from 'vitest';
import { programFor } from './tun-device.ts';

it.each([
  ['x64', 62],
  ['arm64', 183],
])('writes a program for %s whose entry, segment and request are where they belong', (arch, machine) => {
  const program = programFor(arch, 'dtest1n1');
  expect(program.toString('latin1', 0, 4)).toBe('\x7fELF');
  expect(program.readUInt16LE(18)).toBe(machine);
  expect(program.readBigUInt64LE(24)).toBe(0x400078n);
  expect(program.readBigUInt64LE(96)).toBe(BigInt(program.length));
  const request = program.subarray(-40);
  expect(request.toString('latin1', 0, 16)).toBe('dtest1n1'.padEnd(16, '\0'));
  expect(request.readUInt16LE(16)).toBe(0x1001);
});

it('cuts a name to what an interface may be called, and refuses machines that it has no code for', () => {
  expect(programFor('x64', 'a'.repeat(40)).subarray(-40).toString('latin1', 0, 16)).toBe(`${'a'.repeat(15)}\0`);
  expect(() => programFor('mips', 'x')).toThrow(/no code to make TUN devices on mips/);
});
