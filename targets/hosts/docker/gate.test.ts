import { expect, it } from 'vitest';
import { gateProgram } from './gate.ts';

it.each([
  ['x64', 62],
  ['arm64', 183],
])('is one loadable program of %s, with nothing after its code', (arch, machine) => {
  const file = gateProgram(arch);
  expect(file.toString('latin1', 0, 4)).toBe('\x7fELF');
  expect(file.readUInt16LE(18)).toBe(machine);
  expect(Number(file.readBigUInt64LE(96))).toBe(file.length);
  const names = file.toString('latin1');
  for (const name of ['/ordeal/go\0', '/ordeal/status\0', '/ordeal.log\0']) expect(names).toContain(name);
});

it('is refused for a machine without code', () => {
  expect(() => gateProgram('mips')).toThrow(expect.objectContaining({ code: 'ORDEAL_MISSING_CAPABILITY' }));
});
