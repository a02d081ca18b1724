/** Porcupine beside us: the driver in bench/porcupine, built where there is a Go toolchain, one process a history. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtInModel } from '../../checkers/linearizability/models/catalogue.ts';
import { CAS, DIFFERS, READ } from '../../checkers/linearizability/problem/operation-classes.ts';
import { NEVER, prepare } from '../../checkers/linearizability/problem/prepare.ts';
import type { History } from '../../harness/contracts/index.ts';

const DRIVER = fileURLToPath(new URL('../porcupine/', import.meta.url));

export interface Taken {
  /** `true`, `false`, `unknown`; `no memory` where the process did not survive. */
  readonly verdict: string;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** The path of the driver, built in `folder`; undefined where there is no Go or the module cannot be had: `why`. */
export function buildDriver(folder: string): { readonly path: string } | { readonly why: string } {
  if (spawnSync('go', ['version']).status !== 0) return { why: 'there is no Go toolchain here' };
  const path = join(folder, 'porcupine-driver');
  const built = spawnSync('go', ['build', '-o', path, '.'], { cwd: DRIVER, encoding: 'utf8' });
  return built.status === 0 ? { path } : { why: `the driver could not be built: ${built.stderr.trim()}` };
}

/** Writes the operations as the driver reads them. */
export async function writeForDriver(history: History, path: string): Promise<void> {
  const { keys, classes } = prepare(history, builtInModel('cas-register'));
  const out = createWriteStream(path);
  for (const { key, count, call, ret, cls } of keys) {
    const name = key >= 0 ? key : 0;
    for (let op = 0; op < count; op++) {
      const kind = classes.kind(cls[op]!);
      const value = (id: number): number => (id < 0 ? 0 : Number(classes.values.value(id)));
      const [from, to] = [classes.from(cls[op]!), classes.to(cls[op]!)].map(value) as [number, number];
      const code = kind === READ ? 0 : kind === CAS || kind === DIFFERS ? 2 : 1;
      const line = `${code} ${name} ${from} ${kind === READ ? from : to} ${call[op]} ${ret[op] === NEVER ? -1 : ret[op]} ${kind === DIFFERS ? 1 : 0}\n`;
      if (!out.write(line)) await once(out, 'drain');
    }
  }
  out.end();
  await once(out, 'finish');
}

/** Runs the driver on one file, with so much time and address space. */
export function runDriver(driver: string, path: string, seconds: number, memoryBytes: number): Taken {
  const limit = `ulimit -v ${Math.round(memoryBytes / 1024)}; exec "$0" "$1" "$2"`;
  const ran = spawnSync('sh', ['-c', limit, driver, path, String(seconds)], { encoding: 'utf8' });
  if (ran.status !== 0) return { verdict: 'no memory', cpuMs: Number.NaN, peakBytes: memoryBytes };
  const { verdict, cpuMs, peakBytes } = JSON.parse(ran.stdout) as Taken;
  return { verdict: verdict === 'Ok' ? 'true' : verdict === 'Illegal' ? 'false' : 'unknown', cpuMs, peakBytes };
}
