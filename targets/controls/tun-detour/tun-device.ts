/**
 * A TUN device without an addon: Node opens /dev/net/tun, and a program of 190 bytes that we write makes the one system
 * call that Node has not, `ioctl(3, TUNSETIFF, {name, IFF_TUN | IFF_NO_PI})`, on the descriptor that it inherits.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';

const BASE = 0x400000;
const HEADERS = 64 + 56;
const IFREQ_BYTES = 40;
const IFF_TUN_NO_PI = 0x1001;
const READ_WRITE_EXECUTE = 7;

/** Machine code that ends where the `ifreq` begins, and the ELF machine number. Its exit status is errno. */
const CALLS: Readonly<Record<string, { readonly machine: number; readonly code: string }>> = {
  x64: { machine: 62, code: 'b810000000bf03000000beca540440488d150e0000000f0589c7f7dfb83c0000000f0590' },
  arm64: { machine: 183, code: 'a80380d2600080d241998ad28100a8f2c2000010010000d4e00300cba80b80d2010000d41f2003d5' },
};

/** Opens a TUN device of that name in our network namespace; it is gone when the descriptor is closed. Throws ORDEAL_MISSING_CAPABILITY. */
export function openTun(name: string): number {
  const program = programFor(process.arch, name);
  let fd: number;
  try {
    fd = openSync('/dev/net/tun', 'r+');
  } catch (error) {
    throw cannot(
      `/dev/net/tun cannot be opened: ${messageOf(error)}`,
      'Load the module tun (modprobe tun); run as root, or let users open it (sudo chmod 666 /dev/net/tun).',
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'ordeal-tun-'));
  try {
    const file = join(folder, 'attach');
    writeFileSync(file, program, { mode: 0o700 });
    const { status, error } = spawnSync(file, [], { stdio: ['ignore', 'ignore', 'ignore', fd] });
    if (error !== undefined) throw cannot(`a program in ${tmpdir()} cannot be run: ${error.message}`, 'Set TMPDIR to a folder that is not mounted noexec.');
    if (status !== 0) throw cannot(`the kernel refuses a TUN device (errno ${status})`, 'Run as root, or in a user namespace.');
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The whole program: pure. Throws ORDEAL_MISSING_CAPABILITY for a machine that we have no code for. */
export function programFor(arch: string, name: string): Buffer {
  const call = CALLS[arch];
  if (call === undefined) throw cannot(`there is no code to make TUN devices on ${arch}`, 'Use an x86-64 or ARM machine.');
  const code = Buffer.from(call.code, 'hex');
  const size = HEADERS + code.length + IFREQ_BYTES;
  const file = Buffer.alloc(size);
  file.write('\x7fELF\x02\x01\x01', 'latin1');
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(call.machine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(BASE + HEADERS), 24);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(64, 52);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64);
  file.writeUInt32LE(READ_WRITE_EXECUTE, 68);
  file.writeBigUInt64LE(BigInt(BASE), 80);
  file.writeBigUInt64LE(BigInt(BASE), 88);
  file.writeBigUInt64LE(BigInt(size), 96);
  file.writeBigUInt64LE(BigInt(size), 104);
  file.writeBigUInt64LE(0x1000n, 112);
  code.copy(file, HEADERS);
  file.write(name, HEADERS + code.length, 15, 'latin1');
  file.writeUInt16LE(IFF_TUN_NO_PI, HEADERS + code.length + 16);
  return file;
}

function cannot(what: string, remedy: string): OrdealError {
  return new OrdealError('ORDEAL_MISSING_CAPABILITY', { what, remedy });
}
