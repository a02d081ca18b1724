/**
 * What the workload `lock` asks of a system: a lock with a lease under each key, and behind it a resource, a register that
 * whoever has the lock reads and then writes. Values that are written are unique in the run; the register is absent (null) at first.
 */

/** Leases and holds in ms. */
export type LockOperation =
  /**
   * Takes the lock, for the lease at most; nobody renews it. Completes with `LockGrant`; with `applied: false` where somebody
   * else has it. `hold`: how long the holder is going to take from then until its update.
   */
  | { readonly f: 'acquire'; readonly key: number; readonly value: { readonly lease: number; readonly hold: number } }
  /** Reads the resource. */
  | { readonly f: 'read'; readonly key: number; readonly value: null }
  /** Writes the resource. */
  | { readonly f: 'update'; readonly key: number; readonly value: LockUpdate }
  /** Gives back what the token was granted for. */
  | { readonly f: 'release'; readonly key: number; readonly value: number | null };

/** The fencing token, greater than all before it; null where the lock has none. The lease may be longer than was asked for. */
export type LockGrant = { readonly token: number | null; readonly lease: number };

/**
 * `from`: what the holder had read; `to`: what it writes. `plain` writes whatever happens; `fenced` writes in one step with the
 * question whether the token's lock is still held, and completes with `applied: false` where it is not.
 */
export type LockUpdate = { readonly token: number | null; readonly from: number | null; readonly to: number; readonly write: 'plain' | 'fenced' };
