/** One healer a journal: a lock file beside it that names its owner; a dead owner's lock counts for nothing. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { livenessOf, type OwnerIdentity, thisOwner } from '../journal/owner.ts';

export interface HealLock {
  release(): void;
}

/** The lock of a journal; undefined when another process that lives is healing it. Where locks cannot be written, healing goes on without. */
export function lockJournal(journal: string): HealLock | undefined {
  const path = `${journal}.healing`;
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(path, JSON.stringify(thisOwner()), { flag: 'wx' });
      return { release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return { release: () => undefined };
      if (isHeld(path)) return undefined;
      rmSync(path, { force: true });
    }
  }
  return undefined;
}

function isHeld(path: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(path, 'utf8')) as OwnerIdentity;
    return livenessOf(owner) === 'alive';
  } catch {
    return false;
  }
}
