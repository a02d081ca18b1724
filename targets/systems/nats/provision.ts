/** Where NATS comes from. */
import { findBinary } from '../../provision/find-binary.ts';

export type ProvisionedNats = {
  readonly server: string;
  readonly version: string;
  readonly from: string;
};

/** Finds the program. Throws ORDEAL_PROVISION_FAILED. */
export async function provisionNats(signal: AbortSignal): Promise<ProvisionedNats> {
  const found = await findBinary(
    { binary: 'nats-server', source: { distribution: 'nats-server' }, versionArguments: ['--version'], versionPattern: /nats-server: v(\S+)/ },
    signal,
  );
  return { server: found.path, version: found.version, from: found.from };
}
