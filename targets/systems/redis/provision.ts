/** Where Redis comes from. One program is server and sentinel. */
import { findBinary } from '../../provision/find-binary.ts';

export type ProvisionedRedis = {
  readonly server: string;
  readonly version: string;
  readonly from: string;
  /** Where its libraries are, where they were unpacked beside it. */
  readonly env: Readonly<Record<string, string>>;
};

/** `redis-server` of that package is a link to a program of `redis-tools`; the others are its libraries. */
const PACKAGES = { distribution: 'redis-server', with: ['redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'] };

/** Finds the program. Throws ORDEAL_PROVISION_FAILED. */
export async function provisionRedis(signal: AbortSignal): Promise<ProvisionedRedis> {
  const found = await findBinary({ binary: 'redis-server', source: PACKAGES, versionArguments: ['--version'], versionPattern: /Redis server v=(\S+)/ }, signal);
  return { server: found.path, version: found.version, from: found.from, env: found.env ?? {} };
}
