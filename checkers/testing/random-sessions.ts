/** A few client processes that do one thing after another and are answered at random. */

import type { Below } from './law-trial.ts';
import type { Asked } from './random-clients.ts';
import type { WrittenEvent, WrittenExtras } from './written-history.ts';

/** What a client is answered where it succeeds. */
export type SessionAnswer = (asked: Asked) => WrittenEvent[3];

/** So many steps: a process asks, or the one that asked is answered. One whose outcome is unknown comes back as another. */
export function randomSessions(below: Below, processes: number, steps: number, ask: (process: number) => Asked, answer: SessionAnswer): WrittenEvent[] {
  const events: WrittenEvent[] = [];
  const names = Array.from({ length: processes }, (_, i) => i);
  const open = new Map<number, Asked>();
  let fresh = processes;
  for (let step = 0; step < steps; step++) {
    const slot = below(processes);
    const process = names[slot]!;
    const asked = open.get(process);
    if (asked === undefined) {
      const next = ask(process);
      open.set(process, next);
      events.push([process, 'invoke', next[0], next[1], next[2] ?? {}]);
      continue;
    }
    open.delete(process);
    const [f, , extras] = asked;
    const base: WrittenExtras = extras?.key === undefined ? {} : { key: extras.key };
    const outcome = below(12);
    if (outcome === 0) {
      events.push([process, 'info', f, null, base]);
      names[slot] = fresh++;
    } else if (outcome === 1) events.push([process, 'fail', f, null, { ...base, error: { code: 'refused', message: '' } }]);
    else if (outcome === 2) events.push([process, 'ok', f, null, { ...base, applied: false }]);
    else events.push([process, 'ok', f, answer(asked), base]);
  }
  return events;
}
