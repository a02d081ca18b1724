/** The commits that a coordinator has decided on. What is not among them is rolled back (presumed abort). */
import { existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

export interface Decisions {
  /** Returns when the decision lasts, as far as it is to. */
  commit(id: number): void;
  isCommitted(id: number): boolean;
}

/** On a file, synced before anybody is told. */
export function loggedDecisions(file: string): Decisions {
  const whole = existsSync(file) ? wholeLinesIn(readFileSync(file, 'utf8')) : '';
  const committed = new Set(
    whole
      .split('\n')
      .filter((line) => line !== '')
      .map(Number),
  );
  const log = openSync(file, 'a');
  // the next decision must not be written behind a piece of another
  ftruncateSync(log, whole.length);
  return {
    commit(id) {
      writeSync(log, `${id}\n`);
      fsyncSync(log);
      committed.add(id);
    },
    isCommitted: (id) => committed.has(id),
  };
}

/** In memory. */
export function forgottenDecisions(): Decisions {
  const committed = new Set<number>();
  return { commit: (id) => committed.add(id), isCommitted: (id) => committed.has(id) };
}

/** What was not written to the end of its line was decided by nobody. */
function wholeLinesIn(text: string): string {
  return text.slice(0, text.lastIndexOf('\n') + 1);
}
