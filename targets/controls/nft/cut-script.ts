/**
 * The rules that cut links: one table of ours in the bridge family of the switch namespace, one set of directed pairs of
 * addresses. What is cut is always written whole, in one transaction, so that no moment has half a partition.
 */

/** The name of our table, wherever it stands. */
export const TABLE = 'ordeal';

export type AddressPair = readonly [from: string, to: string];

/** Makes the table with nothing cut. Each statement on its own line: nft wants a newline or a semicolon before `}`. */
export function tableScript(): string {
  return [
    `table bridge ${TABLE} {`,
    '  set cut { type ipv4_addr . ipv4_addr; }',
    '  chain links {',
    '    type filter hook forward priority 0; policy accept;',
    '    ip saddr . ip daddr @cut drop',
    '  }',
    '}',
    '',
  ].join('\n');
}

/** Cuts these pairs and no others. */
export function cutScript(pairs: readonly AddressPair[]): string {
  const elements = pairs.map(([from, to]) => `${from} . ${to}`).join(', ');
  const add = pairs.length === 0 ? '' : `add element bridge ${TABLE} cut { ${elements} }\n`;
  return `flush set bridge ${TABLE} cut\n${add}`;
}
