/**
 * Which of the known processes holds the other end of a local TCP connection (Linux): the row of the kernel's socket
 * table with the dialler's address and ours gives an inode; the process that has it open is the dialler. Reading the
 * table takes milliseconds, so it is read once for many connections.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { isAlive, type ProcessIdentity, processTree, readProc } from '../procfs/processes.ts';
import type { Endpoint } from './proxy-protocol.ts';

/** A connection as we see it: who dialled from where, and which of our sockets they reached. */
export interface Connection {
  readonly dialler: Endpoint;
  readonly us: Endpoint;
}

/** For each connection the process that dialled, or whose descendant did; `gone` when the dialler has closed its end, `unknown` when none of these holds it. */
export function holdersOf<P extends ProcessIdentity>(connections: readonly Connection[], processes: readonly P[]): readonly (P | 'gone' | 'unknown')[] {
  const inodes = inodesOf(connections);
  const holders = inodes.some((inode) => inode !== undefined) ? socketsOf(processes) : new Map<string, P>();
  return inodes.map((inode) => (inode === undefined ? 'gone' : (holders.get(inode) ?? 'unknown')));
}

function inodesOf(connections: readonly Connection[]): readonly (string | undefined)[] {
  let found: (string | undefined)[] = connections.map(() => undefined);
  for (const [name, address] of [
    ['net/tcp', tableAddress],
    ['net/tcp6', mappedTableAddress],
  ] as const) {
    if (found.every((inode) => inode !== undefined)) break;
    const table = readProc(name) ?? '';
    found = found.map((inode, i) => inode ?? findInode(table, address((connections[i] as Connection).dialler), address((connections[i] as Connection).us)));
  }
  return found;
}

/** The inode of the socket whose own address is `local` and whose peer is `remote`; undefined when nobody holds it. Pure. */
export function findInode(table: string, local: string, remote: string): string | undefined {
  const at = table.indexOf(` ${local} ${remote} `);
  if (at < 0) return undefined;
  // After the two addresses: state, queues, timer, retransmissions, uid, timeout, inode.
  const inode = table
    .slice(at + local.length + remote.length + 3, table.indexOf('\n', at))
    .trim()
    .split(/\s+/)[6];
  return inode === undefined || inode === '0' ? undefined : inode;
}

/** `127.1.0.2:9` as the kernel writes it: the address as a little-endian word, both in upper-case hexadecimal. */
export function tableAddress(endpoint: Endpoint): string {
  const bytes = endpoint.host.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return `${bytes.reverse().join('')}:${endpoint.port.toString(16).padStart(4, '0')}`.toUpperCase();
}

/** The same for an IPv4 connection of an IPv6 socket (the JVM's usual kind). */
function mappedTableAddress(endpoint: Endpoint): string {
  return `0000000000000000FFFF0000${tableAddress(endpoint)}`;
}

/** Every socket that these processes and their descendants have open. */
function socketsOf<P extends ProcessIdentity>(processes: readonly P[]): ReadonlyMap<string, P> {
  const sockets = new Map<string, P>();
  for (const process of processes) {
    if (!isAlive(process)) continue;
    for (const pid of processTree(process.pid)) for (const inode of socketInodes(pid)) if (!sockets.has(inode)) sockets.set(inode, process);
  }
  return sockets;
}

function socketInodes(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  try {
    return readdirSync(folder).flatMap((fd) => /^socket:\[(\d+)\]$/.exec(linkOf(`${folder}/${fd}`))?.[1] ?? []);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
