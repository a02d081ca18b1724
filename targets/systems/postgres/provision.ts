/** Where PostgreSQL's programs come from, and as whom they run: the server refuses to be root. */
import { accessSync, constants, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { findBinary } from '../../provision/find-binary.ts';
import { asNotRoot } from '../../provision/not-root.ts';
import { loadDriver } from './session.ts';

/** Of the distributions that have it, the newest packages first. */
const VERSION = 15;
const FOLDER = `usr/lib/postgresql/${VERSION}/bin`;

export type ProvisionedPostgres = {
  readonly postgres: string;
  readonly initdb: string;
  /** Absent where it is not beside the server: then there can be no standbys. */
  readonly basebackup?: string;
  readonly version: string;
  readonly from: string;
  /** The command that programs are started by, empty where they can be started as they are: see `startedHereAs`. */
  readonly asUser: readonly string[];
};

/** Finds programs and driver. Throws ORDEAL_PROVISION_FAILED. */
export async function provisionPostgres(signal: AbortSignal): Promise<ProvisionedPostgres> {
  await loadDriver();
  const found = await findBinary(
    {
      binary: 'postgres',
      source: { distribution: `postgresql-${VERSION}` },
      folders: [FOLDER],
      versionArguments: ['--version'],
      versionPattern: /\(PostgreSQL\) (\S+)/,
    },
    signal,
  );
  // a link on the PATH: the other programs are beside what it points to
  const postgres = realpathSync(found.path);
  const initdb = beside(postgres, 'initdb');
  if (initdb === undefined) {
    throw new OrdealError('ORDEAL_PROVISION_FAILED', { what: `there is no initdb beside ${postgres}`, where: 'initdb' });
  }
  const basebackup = beside(postgres, 'pg_basebackup');
  return { postgres, initdb, ...(basebackup && { basebackup }), version: found.version, from: found.from, asUser: await asNotRoot('PostgreSQL', signal) };
}

/** What must be there before there can be standbys. Throws ORDEAL_PROVISION_FAILED. */
export function requireBasebackup({ basebackup, postgres }: ProvisionedPostgres): void {
  if (basebackup !== undefined) return;
  throw new OrdealError('ORDEAL_PROVISION_FAILED', {
    what: `there is no pg_basebackup beside ${postgres}, so there can be no standbys`,
    where: 'pg_basebackup',
    remedy: `Install postgresql-client-${VERSION}, or use --nodes 1.`,
  });
}

function beside(postgres: string, name: string): string | undefined {
  const path = join(dirname(postgres), name);
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}
