/** Keys and values as the gateway takes them: base64. Everything that ordeal writes lies under one prefix. */

const PREFIX = 'ordeal/';

export const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
export const decode = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

/** What lies under the prefix: each kind has a part of its own. */
type Kind = 'register' | 'set' | 'id' | 'lock' | 'resource' | 'watched' | 'semaphore' | 'election';

/** The key of a register, of an element of a set, … */
export const keyOf = (kind: Kind, name: string | number): string => encode(`${PREFIX}${kind}/${name}`);

/** All keys of a kind, as `range` takes them: from the prefix to the prefix with its last byte one higher. */
export function rangeOf(kind: Kind): { readonly key: string; readonly range_end: string } {
  return { key: encode(`${PREFIX}${kind}/`), range_end: encode(`${PREFIX}${kind}0`) };
}

/** Everything that ordeal ever writes. */
export const EVERYTHING = { key: encode(PREFIX), range_end: encode('ordeal0') } as const;
