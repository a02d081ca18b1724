/** What the workload `leader-election` asks of a system: under each key an election. */

export type ElectionOperation =
  /**
   * Wants to lead, for the lease (ms) at most, as `leader`, a number of its own. Completes with `Elected` when it leads; fails
   * where somebody else does. A client leads one election at a time: it gives up the one before.
   */
  | { readonly f: 'elect'; readonly key: number; readonly value: { readonly leader: number; readonly lease: number } }
  /** Asks who leads. Completes with `Elected`; fails where nobody does. */
  | { readonly f: 'inspect'; readonly key: number; readonly value: null };

/** Each term has one leader. */
export type Elected = readonly [term: number, leader: number];
