import { afterEach, describe, expect, it, vi } from 'vitest';
import { isOrphan, labelsOf } from './engine.ts';
import { docker } from './host.ts';

afterEach(() => vi.unstubAllEnvs());

describe('what is at the engine', () => {
  it('belongs to its run as long as the process that made it lives', () => {
    const Labels = labelsOf('abc');
    expect(Labels['ordeal.run']).toBe('abc');
    expect(isOrphan({ Labels })).toBe(false);
    const owner = JSON.parse(Labels['ordeal.owner'] as string) as object;
    const labelled = (change: object) => ({ Labels: { ...Labels, 'ordeal.owner': JSON.stringify({ ...owner, ...change }) } });
    expect(isOrphan(labelled({ startTime: '1' }))).toBe(true);
    expect(isOrphan(labelled({ bootId: 'an earlier one' }))).toBe(true);
    // whether it lives cannot be seen from here
    expect(isOrphan(labelled({ startTime: '1', pidNamespace: 'pid:[1]' }))).toBe(false);
  });

  it('is left alone where nothing says that it is ours', () => {
    for (const Labels of [undefined, {}, { 'ordeal.run': 'abc' }, { 'ordeal.run': 'abc', 'ordeal.owner': 'somebody' }])
      expect(isOrphan({ Labels })).toBe(false);
  });
});

it.skipIf(process.platform !== 'linux')('names the engine that does not answer, and the remedy, for everything that it could do', async () => {
  vi.stubEnv('DOCKER_HOST', 'unix:///nowhere/docker.sock');
  const probed = [...(await docker.probe())];
  expect(probed.map(([name]) => name)).toEqual(expect.arrayContaining(['exec', 'net.cut', 'net.shape', 'process.kill', 'clock.jump']));
  for (const [, { ok, found, remedy }] of probed)
    expect({ ok, found, remedy }).toEqual({
      ok: false,
      found: expect.stringContaining('no Docker engine answers at unix:///nowhere/docker.sock'),
      remedy: expect.stringMatching(/Start Docker.*DOCKER_HOST.*--host netns/),
    });
});

it('takes an image or a folder to build, not both', () => {
  expect(docker.options.parse({ image: 'etcd:3' })).toMatchObject({ image: 'etcd:3', keepData: false });
  expect(() => docker.options.parse({ image: 'etcd:3', build: '.' })).toThrow(/not both/);
});
