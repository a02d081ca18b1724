/** Where ZooKeeper comes from: the distribution's packages, unpacked into a cache, and a Java that is there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { unpackPackage } from '../../provision/distribution-package.ts';
import { findBinary } from '../../provision/find-binary.ts';

export type ProvisionedZookeeper = {
  readonly java: string;
  /** The folder of the classes. */
  readonly classes: string;
  readonly version: string;
  readonly from: string;
};

const PACKAGE = 'libzookeeper-java';
/** What its server needs. */
const LIBRARIES = [
  'libcommons-cli-java',
  'libdropwizard-metrics-java',
  'libjackson2-annotations-java',
  'libjackson2-core-java',
  'libjackson2-databind-java',
  'libjctools-java',
  'liblog4j1.2-java',
  'libnetty-java',
  'libslf4j-java',
  'libsnappy-java',
];
/** Finds Java and the classes. Throws ORDEAL_PROVISION_FAILED. */
export async function provisionZookeeper(signal: AbortSignal): Promise<ProvisionedZookeeper> {
  const java = await findBinary(
    { binary: 'java', source: { distribution: 'openjdk-17-jre-headless' }, versionArguments: ['-version'], versionPattern: /version "([^"]+)"/ },
    signal,
  );
  const { root, file } = await unpackPackage(PACKAGE, signal, LIBRARIES);
  const classes = join(root, 'usr/share/java');
  const missing = classpathIn(classes).find((path) => !existsSync(path));
  if (missing !== undefined) throw new OrdealError('ORDEAL_PROVISION_FAILED', { what: `the packages of ZooKeeper have no ${missing}`, where: PACKAGE });
  const version = /_([^-_]+)-/.exec(file)?.[1] ?? 'unknown';
  return { java: java.path, classes, version: `${version} on Java ${java.version}`, from: `distribution package ${file}` };
}

const JARS = [
  'zookeeper',
  'zookeeper-jute',
  'commons-cli',
  'metrics-core',
  'jackson-annotations',
  'jackson-core',
  'jackson-databind',
  'jctools-core',
  'log4j-1.2',
  'netty-all',
  'slf4j-api',
  'slf4j-simple',
  'snappy-java',
];

/** The files that its server loads. */
export function classpathIn(classes: string): readonly string[] {
  return JARS.map((jar) => join(classes, `${jar}.jar`));
}
