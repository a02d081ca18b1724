/**
 * Where RabbitMQ comes from: the distribution's package, as it is installed. It is many packages (Erlang's are its own), and
 * Erlang's programs name the folder that they were made for, so that it is not unpacked into a cache like others.
 */
import { globSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { findBinary } from '../../provision/find-binary.ts';
import { loadDriver } from './session.ts';

const SERVERS = '/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server';
const SERVER_FOLDER = /^rabbitmq_server-(\S+)$/;

export type ProvisionedRabbitmq = {
  /** The script that becomes the server. */
  readonly server: string;
  readonly epmd: string;
  readonly version: string;
  readonly from: string;
};

/** Finds programs and driver. Throws ORDEAL_PROVISION_FAILED. */
export async function provisionRabbitmq(signal: AbortSignal): Promise<ProvisionedRabbitmq> {
  await loadDriver();
  const server = globSync(SERVERS).sort().at(-1);
  if (server === undefined)
    throw new OrdealError('ORDEAL_PROVISION_FAILED', {
      what: `there is no RabbitMQ at ${SERVERS}`,
      where: 'rabbitmq-server',
      remedy: 'Install the package: apt-get install rabbitmq-server (its service need not run: ordeal starts brokers of its own).',
    });
  const folder = dirname(dirname(server));
  const version = SERVER_FOLDER.exec(basename(folder))?.[1] ?? 'unknown';
  const epmd = await findBinary(
    { binary: 'erl', source: { distribution: 'erlang-base' }, versionArguments: ['-version'], versionPattern: /version (\S+)/ },
    signal,
  );
  return { server, epmd: epmd.path.replace(/erl$/, 'epmd'), version: `${version} on Erlang's emulator ${epmd.version}`, from: folder };
}
