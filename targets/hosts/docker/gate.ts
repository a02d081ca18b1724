/**
 * The gate: a static program of some 450 bytes that every container of ours starts with, whatever its image has. It
 * waits at a FIFO until the harness lets it through, and then becomes the program of the node, so that nothing runs
 * before we know its process.
 *
 *   gate h                    holds a network namespace; ends when the harness does
 *   gate x PROGRAM ARGUMENT…  output into /ordeal.log; becomes PROGRAM
 *   gate p PROGRAM ARGUMENT…  the same, with the FIFO as stdin and /ordeal/status as descriptor 3: a node program
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';

/** Where a container sees its gate folder and its log. */
export const GATE_FOLDER = '/ordeal';
export const GATE = `${GATE_FOLDER}/gate`;
export const LOG = '/ordeal.log';

const BASE = 0x400000;
const HEADERS = 64 + 56;
const READ_EXECUTE = 5;

/** Sources in `assets/`. */
const CODES: Readonly<Record<string, { readonly machine: number; readonly code: readonly string[] }>> = {
  x64: {
    machine: 62,
    code: [
      '488b3c24488d5c2408488d6cfc10488b4308440fb6204180fc687435488d3505010000ba01040000e8b90000004189c589c7be01000000e8c0000000',
      '4489efbe02000000e8b30000004489efe8b5000000488d35b600000031d2e8870000004189c54489ef488d7424c0ba0100000031c00f054180fc6875',
      '094885c07fe431ffeb5d4883f801bf4600000075524180fc70750a4489ef31f6e85f0000004489efe8610000004180fc70751d488d3567000000ba01',
      '000000e82a00000089c7be03000000e834000000488b7b10488d73104889eab83b0000000f05bf7f000000b8e70000000f05bf9cffffffb801010000',
      '0f0585c0bf4700000078e4c331d2b8240100000f05c3b8030000000f05c32f6f726465616c2f676f002f6f726465616c2f737461747573002f6f7264',
      '65616c2e6c6f6700',
    ],
  },
  arm64: {
    machine: 183,
    code: [
      'e90340f9f3230091740e098b942200916a0640f955014039bfa201718001005401090050228080d231000094f603002a210080d236000094e003162a',
      '410080d233000094e003162a35000094e1060010020080d226000094f603002ae003162ae10301d1220080d2e80780d2010000d4bfa20171a1000054',
      '1f0000f10cffff54000080d2180000141f0400f1c00880d2a1020054bfc2017181000054e003162a010080d21a000094e003162a1c000094bfc20171',
      'c1000054c1030070220080d20b000094610080d211000094600a40f961420091e20314aaa81b80d2010000d4e00f80d2c80b80d2010000d4030080d2',
      '600c8092080780d2010000d44000f8b7c0035fd6e00880d2f7ffff17020080d2080380d2010000d4c0035fd6280780d2010000d4c0035fd62f6f7264',
      '65616c2f676f002f6f726465616c2f737461747573002f6f726465616c2e6c6f6700',
    ],
  },
};

/** The whole program: pure. Throws ORDEAL_MISSING_CAPABILITY for a machine that we have no code for. */
export function gateProgram(arch: string): Buffer {
  const found = CODES[arch];
  if (found === undefined) {
    throw new OrdealError('ORDEAL_MISSING_CAPABILITY', {
      what: `there is no code for the gate of containers on ${arch}`,
      remedy: 'Use an x86-64 or ARM machine, or --host process.',
    });
  }
  const code = Buffer.from(found.code.join(''), 'hex');
  const size = HEADERS + code.length;
  const file = Buffer.alloc(size);
  file.write('\x7fELF\x02\x01\x01', 'latin1');
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(found.machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(BASE + HEADERS), 24);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64);
  file.writeUInt32LE(READ_EXECUTE, 68);
  file.writeBigUInt64LE(BigInt(BASE), 80);
  file.writeBigUInt64LE(BigInt(BASE), 88);
  file.writeBigUInt64LE(BigInt(size), 96);
  file.writeBigUInt64LE(BigInt(size), 104);
  file.writeBigUInt64LE(0x1000n, 112);
  code.copy(file, HEADERS);
  return file;
}

/** A folder of the machine that a container has as its gate folder. */
export interface GateFolder {
  readonly path: string;
  /** What the gate waits at. */
  readonly go: string;
  readonly status: string;
}

/** Makes the folder with the gate in it, and new FIFOs: nothing that an earlier container left unread stays. Throws ORDEAL_NODE_FAILED. */
export function gateFolder(path: string): GateFolder {
  const folder: GateFolder = { path, go: join(path, 'go'), status: join(path, 'status') };
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'gate'), gateProgram(process.arch), { mode: 0o755 });
  for (const fifo of [folder.go, folder.status]) rmSync(fifo, { force: true });
  const { status, stderr, error } = spawnSync('mkfifo', ['-m', '666', folder.go, folder.status], { encoding: 'utf8' });
  if (status !== 0) throw new OrdealError('ORDEAL_NODE_FAILED', { what: `no FIFO can be made: ${(stderr || error?.message || '').trim()}`, where: path });
  return folder;
}
