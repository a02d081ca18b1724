/**
 * One run's claim on a part of loopback (rule 22): a lock file names its owner, and a part whose owner is dead is taken
 * over. Lock files of all users lie in one folder, since they share one loopback.
 */
import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { bootId, identify, isAlive, type ProcessIdentity } from '../../controls/procfs/processes.ts';

export interface Claim {
  /** Which part: first … last of what was asked for. */
  readonly part: number;
  /** The lock file, and who it says holds it: for `releaseLock` in another process. */
  readonly lock: Lock;
  release(): void;
}

export interface Lock {
  readonly path: string;
  readonly owner: Owner;
}

export interface Owner extends ProcessIdentity {
  readonly bootId: string;
  readonly runId: string;
}

export interface ClaimRequest {
  readonly runId: string;
  /** Where lock files lie; the machine's temporary folder by default. */
  readonly folder?: string;
  readonly first: number;
  readonly last: number;
}

/** Claims the first free part, looking from one that the run id chooses. Throws ORDEAL_PORT_IN_USE when all are claimed by living runs. */
export function claimPart(request: ClaimRequest): Claim {
  const folder = request.folder ?? join(tmpdir(), 'ordeal-loopback');
  openFolder(folder);
  const owner: Owner = { ...(identify(process.pid) ?? { pid: process.pid, startTime: '' }), bootId: bootId(), runId: request.runId };
  const count = request.last - request.first + 1;
  const start = hash(request.runId) % count;
  for (let i = 0; i < count; i++) {
    const part = request.first + ((start + i) % count);
    const path = join(folder, `${part}.lock`);
    if (create(path, owner) || (isStale(path) && takeOver(path, owner))) {
      const lock: Lock = { path, owner };
      return { part, lock, release: () => releaseLock(lock) };
    }
  }
  throw new OrdealError('ORDEAL_PORT_IN_USE', {
    what: `all ${count} parts of loopback are claimed by living runs`,
    where: folder,
    remedy: 'End other runs, or remove lock files there whose runs are gone.',
  });
}

/** The ids of the runs that live and hold a claim in that folder. */
export function livingRuns(folder: string): ReadonlySet<string> {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return new Set();
  }
  const locks = names.filter((name) => name.endsWith('.lock')).map((name) => join(folder, name));
  return new Set(locks.filter((path) => !isStale(path)).flatMap((path) => readOwner(path)?.runId ?? []));
}

function openFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  try {
    chmodSync(folder, 0o1777);
  } catch {
    // Another user's folder, opened by that user.
  }
}

/** Creates the lock whole or not at all: nobody ever reads half an owner. */
function create(path: string, owner: Owner): boolean {
  const draft = `${path}.${owner.pid}.${owner.runId}`;
  writeFileSync(draft, JSON.stringify(owner));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Under a lock of its own, so that of two runs that find the same dead owner only one takes over. */
function takeOver(path: string, owner: Owner): boolean {
  const guard = `${path}.takeover`;
  if (!create(guard, owner)) {
    // A run that died in this very place leaves its guard; it goes now, and the part is free for the next run.
    if (isStale(guard)) rmSync(guard, { force: true });
    return false;
  }
  try {
    if (!isStale(path)) return false;
    rmSync(path, { force: true });
    return create(path, owner);
  } catch {
    // Another user's lock in a sticky folder: not ours to remove.
    return false;
  } finally {
    rmSync(guard, { force: true });
  }
}

function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

function isStale(path: string): boolean {
  const owner = readOwner(path);
  if (owner === undefined) return false;
  return owner.bootId !== bootId() || !ownerLives(owner);
}

function ownerLives(owner: Owner): boolean {
  if (owner.startTime !== '') return isAlive(owner);
  // Without /proc only the pid can be asked after.
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Removes the lock file if that owner still holds it. */
export function releaseLock({ path, owner }: Lock): void {
  const now = readOwner(path);
  if (now?.pid === owner.pid && now.startTime === owner.startTime && now.runId === owner.runId) rmSync(path, { force: true });
}

function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
