/**
 * A package of the distribution, downloaded and unpacked into a cache: nothing is installed and no root is needed.
 * `apt-get download` with lists of our own where the machine has none; `dpkg-deb -x`. Works offline once cached.
 */
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';
import { cacheFolder, givenUp, publish } from './package-cache.ts';

const run = promisify(execFile);

export interface UnpackedPackage {
  /** The folder that the package's files lie under: `<root>/usr/bin/…`. */
  readonly root: string;
  /** The file that was unpacked: name, version and architecture. */
  readonly file: string;
}

/**
 * From the cache, or from the package manager; `others` are packages that are unpacked into the same root, in their order:
 * those that it cannot run without, and that not every machine has. Throws ORDEAL_PROVISION_FAILED, also when given up.
 */
export async function unpackPackage(name: string, signal: AbortSignal, others: readonly string[] = []): Promise<UnpackedPackage> {
  const folder = join(cacheFolder(), 'packages', name);
  const marker = join(folder, 'file');
  if (existsSync(marker)) return { root: join(folder, 'root'), file: readFileSync(marker, 'utf8') };
  if (signal.aborted) throw givenUp(name, signal);
  mkdirSync(join(cacheFolder(), 'packages'), { recursive: true });
  // made beside its place and renamed there: whoever finds the folder finds it whole
  const making = mkdtempSync(`${folder}.`);
  try {
    for (const other of others) await unpackInto(other, making, signal);
    writeFileSync(join(making, 'file'), basename(await unpackInto(name, making, signal)));
    publish(making, folder);
    return { root: join(folder, 'root'), file: readFileSync(marker, 'utf8') };
  } catch (cause) {
    if (signal.aborted) throw givenUp(name, signal);
    const what = `the package ${name} cannot be had from the distribution: ${messageOf(cause)}`;
    throw new OrdealError('ORDEAL_PROVISION_FAILED', { what, where: name, cause });
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/** Gives the file that it was. */
async function unpackInto(name: string, making: string, signal: AbortSignal): Promise<string> {
  await download(name, making, signal);
  const [file] = globSync(join(making, '*.deb'));
  if (file === undefined) throw new Error(`the package manager downloaded nothing for ${name}`);
  await run('dpkg-deb', ['-x', file, join(making, 'root')], { signal });
  rmSync(file);
  return file;
}

async function download(name: string, folder: string, signal: AbortSignal): Promise<void> {
  try {
    await run('apt-get', ['download', name], { cwd: folder, signal });
  } catch {
    signal.throwIfAborted();
    // no package lists on this machine (a fresh container): fetch some into the cache, which needs no root
    const lists = join(cacheFolder(), 'apt-lists');
    mkdirSync(join(lists, 'partial'), { recursive: true });
    const own = ['-o', `Dir::State::Lists=${lists}`, '-o', 'Debug::NoLocking=1', '-o', 'APT::Sandbox::User=root'];
    await run('apt-get', [...own, 'update'], { signal });
    await run('apt-get', [...own, 'download', name], { cwd: folder, signal });
  }
}
