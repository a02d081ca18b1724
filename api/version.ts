/** The version of this package. */
import { readFileSync } from 'node:fs';

/** The nearest package.json named ordeal above this module: the checkout's, or the installed package's. */
function readVersion(): string {
  for (const up of ['../package.json', '../../package.json']) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { name?: string; version?: string };
      if (manifest.name === 'ordeal' && manifest.version) return manifest.version;
    } catch {
      // not there: one folder up, since compiled files lie in dist/
    }
  }
  return '0.0.0';
}

export const VERSION = readVersion();
