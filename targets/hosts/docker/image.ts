/**
 * What containers run: an image by name, one built of a folder, or (by default) one made of the very program that the
 * system was provisioned with and the libraries that it loads. Images that we made stay at the engine, labelled, so that
 * the next run has them.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type Docker from 'dockerode';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { findExecutable } from '../process/launch.ts';
import { IMAGE_LABEL, unlessGone } from './engine.ts';
import type { DockerOptions } from './options.ts';

/** An image, and where it has the program. */
export interface RunnableImage {
  readonly image: string;
  readonly program: string;
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** An image without any file: what holds a namespace brings its program along. Rejects with ORDEAL_PROVISION_FAILED. */
export function emptyImage(engine: Docker): Promise<string> {
  return imported(engine, 'ordeal/empty:1', ['--no-recursion', 'proc']);
}

/** The image for a program (a name or path of this machine). Rejects with ORDEAL_PROVISION_FAILED, ORDEAL_NODE_FAILED. */
export async function imageFor(engine: Docker, program: string, { image, build }: Pick<DockerOptions, 'image' | 'build'>): Promise<RunnableImage | undefined> {
  if (image === undefined && build === undefined) {
    const file = findExecutable(program);
    return file === undefined ? undefined : { image: await imageOfProgram(engine, file), program: file };
  }
  const name = image ?? (await built(engine, resolve(build as string)));
  const found = await findInside(engine, name, basename(program));
  return found === undefined ? undefined : { image: name, program: found };
}

async function imageOfProgram(engine: Docker, program: string): Promise<string> {
  const files = [program, ...librariesOf(program)];
  const seen = files.map((file) => [file, realpathSync(file), statSync(file).size, statSync(file).mtimeMs]);
  const tag = createHash('sha256').update(JSON.stringify(seen)).digest('hex').slice(0, 16);
  const name = basename(program)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return imported(engine, `ordeal/${name}:${tag}`, ['--dereference', ...files.map((file) => file.slice(1))]);
}

/** What the program's loader would load, and the loader. Throws ORDEAL_PROVISION_FAILED for what is no program of this machine by itself. */
function librariesOf(program: string): readonly string[] {
  if (!isElf(program)) {
    throw new OrdealError('ORDEAL_PROVISION_FAILED', {
      what: `${program} is a script, of which no image can be made`,
      where: '--host docker',
      remedy: 'Name an image that has the program (host option image), or use --host netns.',
    });
  }
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' });
  // `libc.so.6 => /lib/…/libc.so.6 (0x…)`, `/lib64/ld-linux-x86-64.so.2 (0x…)`; a static program has none
  return [...(stdout ?? '').matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path]) => path as string);
}

function isElf(file: string): boolean {
  const fd = openSync(file, 'r');
  try {
    const head = Buffer.alloc(4);
    readSync(fd, head, 0, 4, 0);
    return head.toString('latin1') === '\x7fELF';
  } finally {
    closeSync(fd);
  }
}

/** Imports files of this machine as an image of that name, unless the engine has it. */
async function imported(engine: Docker, name: string, files: readonly string[]): Promise<string> {
  if (await isThere(engine, name)) return name;
  const [repo, tag] = name.split(':') as [string, string];
  const tar = spawn('tar', ['-C', '/', '-c', ...files], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  tar.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => tar.once('close', resolve).once('error', () => resolve(null)));
  await finished(engine, name, () => engine.importImage(tar.stdout, { repo, tag, changes: `LABEL ${IMAGE_LABEL}=${repo}` }));
  if ((await ended) === 0) return name;
  await unlessGone(engine.getImage(name).remove());
  throw cannot(name, `tar: ${said.trim()}`);
}

/** Builds the folder's Dockerfile. The name is of the folder, so that the engine's cache serves the next build. */
async function built(engine: Docker, folder: string): Promise<string> {
  const name = `ordeal/build:${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  const tar = spawn('tar', ['-C', folder, '-c', '.'], { stdio: ['ignore', 'pipe', 'ignore'] });
  tar.once('error', () => {});
  await finished(engine, name, () => engine.buildImage(tar.stdout, { t: name, labels: { [IMAGE_LABEL]: 'ordeal/build' }, rm: true, forcerm: true }));
  if (!(await isThere(engine, name))) throw cannot(name, `there is nothing to build in ${folder}`);
  return name;
}

async function finished(engine: Docker, name: string, begin: () => Promise<NodeJS.ReadableStream>): Promise<void> {
  try {
    const progress = await begin();
    await new Promise<void>((resolve, reject) => engine.modem.followProgress(progress, (error) => (error ? reject(error) : resolve())));
  } catch (cause) {
    throw cannot(name, messageOf(cause), cause);
  }
}

async function isThere(engine: Docker, name: string): Promise<boolean> {
  return engine
    .getImage(name)
    .inspect()
    .then(
      () => true,
      () => false,
    );
}

/** The path of a program inside an image: on its PATH, as what starts it, or at its root. */
async function findInside(engine: Docker, image: string, program: string): Promise<string | undefined> {
  const { Config } = await engine
    .getImage(image)
    .inspect()
    .catch((cause: unknown) => {
      throw cannot(image, `the engine has no such image: ${messageOf(cause)}`, cause);
    });
  const path = Config.Env?.find((entry) => entry.startsWith('PATH='))?.slice('PATH='.length) ?? DEFAULT_PATH;
  const starts = [Config.Entrypoint ?? [], Config.Cmd ?? []].flat().filter((part) => part.startsWith('/') && basename(part) === program);
  const container = await engine.createContainer({ Image: image, Cmd: [program], Labels: { [IMAGE_LABEL]: 'look' } });
  try {
    for (const place of [...starts, ...path.split(':').map((folder) => `${folder}/${program}`), `/${program}`])
      if (
        await container.infoArchive({ path: place }).then(
          () => true,
          () => false,
        )
      )
        return place;
    return undefined;
  } finally {
    await unlessGone(container.remove({ force: true, v: true }));
  }
}

function cannot(image: string, what: string, cause?: unknown): OrdealError {
  return new OrdealError('ORDEAL_PROVISION_FAILED', {
    what: `no image ${image}: ${what}`,
    where: '--host docker',
    remedy: 'Bring the image to the engine (docker pull, docker build, docker load), or leave the host options image and build out.',
    cause,
  });
}
