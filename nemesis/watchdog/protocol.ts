/** What the run and its watchdog say to each other: JSON lines on the watchdog's stdin and stdout. */
import type { JournalEntry } from '../../harness/contracts/index.ts';
import type { ProcessIdentity } from '../journal/owner.ts';

/** From the run. The end of this stream without `bye` means that the run died. */
export type ToWatchdog =
  | {
      readonly type: 'hello';
      readonly journal: string;
      /** Url of the module whose export `undo` undoes changes by kind. */
      readonly undoModule: string;
      /** Time of the journal's clock, ns. */
      readonly now: number;
      /** The run's row among registered runs, empty where there is none. */
      readonly registration: string;
    }
  | { readonly type: 'entry'; readonly ordinal: number; readonly entry: JournalEntry }
  /** A process that must not outlive the run, and one that has ended. */
  | { readonly type: 'guard' | 'release'; readonly process: ProcessIdentity }
  | { readonly type: 'bye' };

/** From the watchdog. */
export type FromWatchdog =
  | { readonly type: 'ready' }
  | { readonly type: 'held'; readonly ordinal: number }
  | { readonly type: 'unfit'; readonly message: string };

/** One message as a line. */
export function lineOf(message: ToWatchdog | FromWatchdog): string {
  return `${JSON.stringify(message)}\n`;
}

/** Splits chunks of a stream into whole lines and hands over the message of each; what cannot be parsed is left out. */
export function lineReader<M>(onMessage: (message: M) => void): (chunk: string) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      let message: M;
      try {
        message = JSON.parse(line) as M;
      } catch {
        continue;
      }
      onMessage(message);
    }
  };
}
