/**
 * What Node made of modules (types stripped, code compiled) is kept in a folder, so that a process that loads them again
 * starts in half the time. The command line says where (`bin/ordeal.js`); worker threads inherit it, and processes of
 * ordeal's own code are given it. Programs of users and servers under test are not.
 */
import module from 'node:module';

const NAME = 'NODE_COMPILE_CACHE';

/** For the environment of a process that runs ordeal's code: empty where nothing is kept. */
export function compileCacheEnvironment(): Readonly<Record<string, string>> {
  const folder = process.env[NAME];
  return folder === undefined ? {} : { [NAME]: folder };
}

/** Keeps what was compiled so far: for processes that are killed, while Node does it when a process ends by itself. */
export function keepCompiled(): void {
  // absent before Node 22.10
  module.flushCompileCache?.();
}
