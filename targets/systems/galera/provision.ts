/** Where MariaDB, Galera and what copies a member's state come from, and as whom they run: a copy that root receives is refused. */
import { accessSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { findBinary } from '../../provision/find-binary.ts';
import { asNotRoot } from '../../provision/not-root.ts';
import { provisionFirstData } from './first-data.ts';
import { loadDriver } from './session.ts';
import type { MariadbPrograms } from './settings.ts';

/** `mariadb-server` has the scripts of state transfers, which read settings by a client's program and copy by rsync. */
const PACKAGES = {
  distribution: 'mariadb-server-core',
  with: ['galera-4', 'mariadb-server', 'mariadb-client-core', 'libaio1', 'liburing2', 'libnuma1', 'rsync', 'libpopt0', 'libxxhash0', 'socat', 'libwrap0'],
};
const PROVIDERS = ['usr/lib/galera/libgalera_smm.so', 'usr/lib/libgalera_smm.so'];

export type ProvisionedGalera = MariadbPrograms & {
  readonly version: string;
  readonly from: string;
  /** The folder of the programs that copy a member's state. */
  readonly transfer: string;
  /** The data that every member begins with. */
  readonly firstData: string;
};

/** Finds programs and driver, and makes the data that members begin with. Throws ORDEAL_PROVISION_FAILED. */
export async function provisionGalera(signal: AbortSignal): Promise<ProvisionedGalera> {
  await loadDriver();
  const found = await findBinary(
    { binary: 'mariadbd', source: PACKAGES, folders: ['usr/sbin'], versionArguments: ['--version'], versionPattern: /Ver (\S+)/ },
    signal,
  );
  const server = realpathSync(found.path);
  // …/usr/sbin/mariadbd
  const root = dirname(dirname(dirname(server)));
  const programs = {
    server,
    provider: providerBelow(root),
    share: join(root, 'usr/share/mysql'),
    asUser: await asNotRoot('Galera', signal),
    env: found.env ?? {},
  };
  const firstData = await provisionFirstData(programs, found.version, signal);
  return { ...programs, version: found.version, from: found.from, transfer: join(root, 'usr/bin'), firstData };
}

function providerBelow(root: string): string {
  const provider = PROVIDERS.map((path) => join(root, path)).find(exists);
  if (provider !== undefined) return provider;
  throw new OrdealError('ORDEAL_PROVISION_FAILED', {
    what: `there is no ${PROVIDERS.join(' and no ')} below ${root}`,
    where: 'galera',
    remedy: 'Install the package: apt-get install galera-4.',
  });
}

function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
