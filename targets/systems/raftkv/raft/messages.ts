/** What raftkv's nodes say to each other, and what a log holds. All of it is JSON: on real hosts it travels as such. */

import type { Members } from './members.ts';

/** What a client wants of the state machine. Reads are here too: `reads: 'log'` sends them through the log. */
export type Command =
  | { readonly op: 'read'; readonly key: string }
  | { readonly op: 'write'; readonly key: string; readonly value: number }
  /** Writes where the register `guard` holds what is expected: a fenced write. */
  | { readonly op: 'write-if'; readonly key: string; readonly value: number; readonly guard: string; readonly expected: number }
  | { readonly op: 'cas'; readonly key: string; readonly from: number | null; readonly to: number }
  | { readonly op: 'set-read'; readonly key: string }
  | { readonly op: 'set-add'; readonly key: string; readonly element: number | string }
  | { readonly op: 'counter-read'; readonly key: string }
  | { readonly op: 'counter-increment'; readonly key: string; readonly tag: number | string }
  | { readonly op: 'generate' };

/** What one log entry does to the state machine. */
export type Payload =
  /** The entry by which a new leader learns what is committed. */
  | { readonly kind: 'no-op' }
  /** Opens a client session; its id is the entry's index. `client` tells a repeat from another client's request. */
  | { readonly kind: 'open'; readonly client: string }
  | { readonly kind: 'command'; readonly session: number; readonly sequence: number; readonly command: Command }
  /** These are the members from here on, as soon as it is in a log. */
  | { readonly kind: 'members'; readonly members: Members };

/** Immutable; its index is its place in the log, counted from 1. */
export type Entry = { readonly term: number; readonly payload: Payload };

export type RaftMessage =
  /** `pre`: would you vote for me in `term`? Changes nothing at the one who is asked. */
  | { readonly type: 'request-vote'; readonly term: number; readonly lastIndex: number; readonly lastTerm: number; readonly pre: boolean }
  | { readonly type: 'vote'; readonly term: number; readonly granted: boolean; readonly pre: boolean }
  /** Also the heartbeat. `round` is echoed: the leader proves by it that it led after the round began. */
  | {
      readonly type: 'append';
      readonly term: number;
      readonly previousIndex: number;
      readonly previousTerm: number;
      readonly entries: readonly Entry[];
      readonly commit: number;
      readonly round: number;
    }
  /** `index`: accepted, the last index known to agree; refused, where the leader should try next. */
  | {
      readonly type: 'appended';
      readonly term: number;
      readonly accepted: boolean;
      readonly previousIndex: number;
      readonly index: number;
      readonly round: number;
    };
