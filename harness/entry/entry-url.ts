/**
 * Where worker threads and child processes start. In a checkout modules are `.ts`; in the published package the same
 * modules are `.js`, and the compiler does not rewrite names inside strings: so no other place builds such a name.
 */
import { fileURLToPath } from 'node:url';

/** The URL of the module `name` (without its ending, relative: `./node-main`) beside the module whose `import.meta.url` is `importer`. */
export function entryUrl(importer: string, name: string): URL {
  const ending = importer.slice(importer.lastIndexOf('.'));
  return new URL(`${name}${ending}`, importer);
}

/** The same as a path, for the argv of a child process. */
export function entryPath(importer: string, name: string): string {
  return fileURLToPath(entryUrl(importer, name));
}
