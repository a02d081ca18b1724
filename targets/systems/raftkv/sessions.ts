/**
 * Client sessions (Raft §8; Ongaro's thesis, §6.3): a command is applied once, however often it is in the log. A client
 * numbers its commands and has one under way at a time, so the answer to the latest is all that must be kept. Sessions
 * are part of the replicated state: every node makes them from the log alone. They are not expired.
 */
import type { BugName } from './bugs.ts';
import type { Entry } from './raft/messages.ts';
import { type Answer, StateMachine } from './state-machine.ts';

/** What an applied entry gives its client. */
export type Applied =
  | { readonly ok: Answer }
  /** An earlier command than the latest of its session: nobody waits for it any more. */
  | { readonly error: 'superseded' }
  | { readonly error: 'no-session' };

export class Sessions {
  readonly machine = new StateMachine();
  readonly #latest = new Map<number, { sequence: number; answer: Answer | undefined }>();
  readonly #bug: BugName | undefined;

  constructor(bug: BugName | undefined) {
    this.#bug = bug;
  }

  /** Applies the entry at `index`: called for every committed entry, in order. */
  apply(index: number, { payload }: Entry): Applied {
    if (payload.kind === 'no-op' || payload.kind === 'members') return { ok: { value: null } };
    if (payload.kind === 'open') {
      this.#latest.set(index, { sequence: 0, answer: undefined });
      return { ok: { value: index } };
    }
    const session = this.#latest.get(payload.session);
    if (session === undefined) return { error: 'no-session' };
    if (this.#bug === 'no-session-dedup') return { ok: this.machine.apply(payload.command) };
    if (payload.sequence < session.sequence) return { error: 'superseded' };
    if (payload.sequence > session.sequence) {
      session.sequence = payload.sequence;
      session.answer = this.machine.apply(payload.command);
    }
    return { ok: session.answer! };
  }

  /** The answer of a command that was applied already. */
  answered(session: number, sequence: number): Answer | undefined {
    const latest = this.#latest.get(session);
    return latest?.sequence === sequence ? latest.answer : undefined;
  }
}
