/**
 * Secrets of configurations (rule 10). A plan holds only where a secret is to be found, so that none gets into `run.json` or to
 * a worker; the value is read when the options are, and kept out of whatever this thread writes from then on.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { OrdealError } from '../errors/ordeal-error.ts';

/** Shorter ones would be found everywhere, and a text without them would be no text. */
const SHORTEST = 4;
const PLACEHOLDER = /\$\{secret:(\w+)\}/g;
/** The user and password in an address. */
const USER_INFO = /([a-z][a-z\d+.-]*:\/\/)[^\s/?#@"'\\]+@/gi;

/** By each form in which it may be written, longest first: what stands for it. */
let hidden: readonly (readonly [written: string, instead: string])[] = [];

/**
 * The value of an environment variable, as an option or a part of one: `{ password: secret('PGPASSWORD') }`. It is read when the
 * test runs and appears in no file, report or message of the run.
 */
export function secret(variable: string): string {
  return `\${secret:${variable}}`;
}

/** Options with the values of their secrets. Throws ORDEAL_BAD_CONFIG where the variable is not set or too short to be hidden. */
export function revealed<T>(options: T): T {
  if (typeof options === 'string') return options.replaceAll(PLACEHOLDER, (_, variable: string) => read(variable)) as T;
  if (Array.isArray(options)) return options.map(revealed) as T;
  if (typeof options !== 'object' || options === null) return options;
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [key, revealed(value)])) as T;
}

/** The text without the values of secrets that were revealed, and without users and passwords in addresses. */
export function redacted(text: string): string {
  let result = text.includes('@') ? text.replaceAll(USER_INFO, '$1…@') : text;
  for (const [written, instead] of hidden) result = result.replaceAll(written, instead);
  return result;
}

/** The same for a file that others wrote. Leaves it alone where there is nothing to hide. */
export function redactFile(path: string): void {
  if (!existsSync(path)) return;
  const text = readFileSync(path, 'utf8');
  const clean = redacted(text);
  if (clean !== text) writeFileSync(path, clean);
}

function read(variable: string): string {
  const value = process.env[variable];
  if (value === undefined || value.length < SHORTEST) {
    throw new OrdealError('ORDEAL_BAD_CONFIG', {
      what: value === undefined ? `the environment variable ${variable}, a secret, is not set` : `the secret in ${variable} is too short to be hidden`,
      where: `secret('${variable}')`,
      remedy: value === undefined ? `Set ${variable} and start again.` : `Use one of at least ${SHORTEST} characters.`,
    });
  }
  const forms = new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), Buffer.from(value).toString('base64')]);
  const added = [...forms].map((written) => [written, `[secret ${variable}]`] as const);
  hidden = [...hidden.filter(([written]) => !forms.has(written)), ...added].sort(([a], [b]) => b.length - a.length);
  return value;
}
