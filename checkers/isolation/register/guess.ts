/** What a guess at the order of transactions over registers gives. */

/** Orders of versions, all keys in one array, and who reads them. */
export interface GuessedVersions {
  /** Last writes of transactions that took effect, in the guessed order: of key k, `writes[start[k] .. start[k + 1])`. */
  readonly start: Int32Array;
  readonly writes: Int32Array;
  /** Transactions that read version v first: `readers[readStart[v] .. readStart[v + 1])`. */
  readonly readStart: Int32Array;
  readonly readers: Int32Array;
}

export interface Guess extends GuessedVersions {
  /** The order of transactions: of all that took effect, in real time. */
  readonly order: Int32Array;
}
