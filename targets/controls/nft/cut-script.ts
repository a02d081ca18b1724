/**
 * The rules that cut links: one table of ours in the bridge family of the switch namespace, one set of directed pairs of
 * addresses. What is cut is always written whole, in one transaction, so that no moment has half a partition.
 */
import type { Change, LinkEnd } from '../../../harness/contracts/index.ts';

/** The name of our table, wherever it stands. */
export const TABLE = 'ordeal';

export type AddressPair = readonly [from: string, to: string];

/** Where cuts are written, and how another process takes them away. */
export interface CutRules {
  /** `Change.kind` and `Change.undo` of every cut. */
  readonly kind: string;
  readonly undo: Change['undo'];
  /** Cuts these links and no others. Rejects with ORDEAL_NODE_FAILED. */
  write(links: readonly (readonly [LinkEnd, LinkEnd])[]): Promise<void>;
}

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
