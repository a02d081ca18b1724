/**
 * The keys by which machines are known, as sshd(8) describes the file: names with wildcards and negation, `[host]:port`,
 * hashed names, `@revoked`. Certificates (`@cert-authority`) are not understood: such lines vouch for nothing.
 */
import { createHmac } from 'node:crypto';
import { matches } from './login.ts';

export interface KnownHost {
  readonly marker: 'none' | 'revoked';
  readonly patterns: readonly string[];
  /** `ssh-ed25519`, `ssh-rsa`, … */
  readonly type: string;
  /** In base 64. */
  readonly key: string;
}

/** `unknown`: nothing is known of the machine. `changed`: it is known by other keys. */
export type Acquaintance = 'known' | 'unknown' | 'changed' | 'revoked';

/** The lines of a file, without those that say nothing: pure. */
export function readKnownHosts(text: string): readonly KnownHost[] {
  return text.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/);
    if (words[0] === undefined || words[0] === '' || words[0].startsWith('#')) return [];
    const marker = words[0].startsWith('@') ? words.shift() : undefined;
    const [names, type, key] = words;
    if (names === undefined || type === undefined || key === undefined || (marker !== undefined && marker !== '@revoked')) return [];
    return [{ marker: marker === undefined ? 'none' : 'revoked', patterns: names.split(','), type, key } as const];
  });
}

/** The types of keys by which a machine is known, to be asked of it before others. */
export function knownTypes(hosts: readonly KnownHost[], host: string, port: number): readonly string[] {
  return [...new Set(about(hosts, host, port).flatMap(({ marker, type }) => (marker === 'none' ? [type] : [])))];
}

/** What is to be thought of a machine that shows this key (as on the wire): pure. */
export function acquaintance(hosts: readonly KnownHost[], host: string, port: number, shown: Buffer): Acquaintance {
  const key = shown.toString('base64');
  const lines = about(hosts, host, port);
  if (lines.some((line) => line.marker === 'revoked' && line.key === key)) return 'revoked';
  const known = lines.filter(({ marker }) => marker === 'none');
  if (known.some((line) => line.key === key)) return 'known';
  return known.length === 0 ? 'unknown' : 'changed';
}

function about(hosts: readonly KnownHost[], host: string, port: number): readonly KnownHost[] {
  const name = port === 22 ? host : `[${host}]:${port}`;
  return hosts.filter(({ patterns }) => {
    const means = (pattern: string): boolean => (pattern.startsWith('|1|') ? hashes(pattern, name) : matches(pattern, name));
    return patterns.some((pattern) => means(pattern)) && !patterns.some((pattern) => pattern.startsWith('!') && means(pattern.slice(1)));
  });
}

/** `|1|salt|hash`: the name under HMAC-SHA1. */
function hashes(pattern: string, name: string): boolean {
  const [, , salt = '', hash = ''] = pattern.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}
