/** The cache that fetched software lies in: what is found there is whole, because it was made beside its place and renamed. */
import { existsSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';

/** `$XDG_CACHE_HOME/ordeal` (`~/.cache/ordeal` where unset). */
export function cacheFolder(): string {
  const xdg = process.env['XDG_CACHE_HOME'];
  return xdg && isAbsolute(xdg) ? join(xdg, 'ordeal') : join(homedir(), '.cache', 'ordeal');
}

/** Puts a folder that has its `file` marker in its place. Another process may have been first: then its folder stays. */
export function publish(making: string, folder: string): void {
  try {
    renameSync(making, folder);
  } catch (error) {
    if (!existsSync(join(folder, 'file'))) throw error;
  }
}

/** That a signal ended it, not the package manager. */
export function givenUp(name: string, { reason }: AbortSignal): OrdealError {
  return new OrdealError('ORDEAL_PROVISION_FAILED', { what: `given up: ${messageOf(reason)}`, where: name, remedy: 'Start it again.', cause: reason });
}
