/** What the harness asks of the detour, the process that carries the packets of shaped links. */
import type { LinkShape } from '../../../harness/contracts/index.ts';

export interface ShapedLink {
  readonly from: string;
  readonly to: string;
  /** In order of injection; each by the id of its change. */
  readonly shapes: readonly { readonly id: string; readonly shape: LinkShape }[];
}

export type DetourRequest =
  /** Makes one TUN device a place, by its address. */
  | { readonly op: 'open'; readonly seed: number; readonly devices: readonly { readonly address: string; readonly name: string }[] }
  /** From now on these links are shaped so, and no others. */
  | { readonly op: 'shape'; readonly links: readonly ShapedLink[] }
  /** From now on nothing passes over these links, and what is on its way over them is lost. */
  | { readonly op: 'cut'; readonly links: readonly (readonly [from: string, to: string])[] };
