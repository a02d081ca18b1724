/**
 * The checker `lost-update` (P4; Berenson et al., SIGMOD 1995): read-modify-writes of a register that carries a version.
 * Each says which version it changed and which it made. Of two that changed the same version one update is lost, as
 * neither can have seen the other; of two that made the same version one has overwritten the other. An acknowledged
 * update is there afterwards: no read that begins later shows a version from before it. Versions only grow, and each is
 * made once. Only acknowledged updates convict; what is unknown may have happened or not. O(events).
 */
import { z } from 'zod';
import type { Anomaly, Budget, Checker, History, Reason, Result, Value } from '../../harness/contracts/index.ts';
import { whenAt, whoAt, words } from '../columns/events.ts';
import { conclude } from '../verdict/conclude.ts';
import { spellOutByType } from '../verdict/spelled-out.ts';
import { LOST_UPDATE_ANOMALIES, scanUpdates, type UpdateFinding, type Updates } from './updates.ts';

const options = z.strictObject({
  update: z
    .string()
    .default('update')
    .describe(
      'The name of the operation that changes a register (a key): asks with {"from"}, the version that it read, and {"to"}, the one it makes, by default one more.',
    ),
  read: z.string().default('read').describe('The name of the operation that reads the version: a number, or {"version"}.'),
});

export type LostUpdateOptions = z.infer<typeof options>;

/** See the head of the file. */
export const lostUpdate: Checker<LostUpdateOptions> = {
  name: 'lost-update',
  summary: 'No two acknowledged updates are based on the same version, and none is gone afterwards.',
  options,
  check(history: History, names: LostUpdateOptions, budget: Budget): Result {
    const updates = scanUpdates(history, names, budget);
    const { anomalies, counts } = spellOutByType(updates.found, LOST_UPDATE_ANOMALIES, (finding) => tell(history, names, finding));
    const { acknowledged, refused, unknown, reads, contended } = updates;
    return conclude('lost-update', { acknowledged, refused, unknown, reads, contended, anomalies: counts }, anomalies, openQuestions(updates, names));
  },
};

function tell(history: History, names: LostUpdateOptions, { type, before, at }: UpdateFinding): Anomaly {
  const { key, value } = history.event(at);
  const register = key === undefined ? 'the register' : words(key);
  const asked = words(history.event(history.columns.pair[before] ?? before).value);
  const mine = words(history.event(history.columns.pair[at] ?? at).value);
  const first = `${whoAt(history, before)} at ${whenAt(history, before)} (${asked})`;
  const stories: Readonly<Record<UpdateFinding['type'], () => string>> = {
    'lost-update': () =>
      `${whoAt(history, at)} was acknowledged an update of ${register} at ${whenAt(history, at)} (${mine}) from the same version as ${first}: one of them is lost`,
    'version-twice': () => `${whoAt(history, at)} made a version of ${register} at ${whenAt(history, at)} (${mine}) that there was already, by ${first}`,
    'missing-update': () =>
      `${whoAt(history, at)} read ${words(value)} from ${register} at ${whenAt(history, at)}, without the update that was acknowledged to ${first}`,
  };
  const data: Value = { ...names, before, at };
  return { type, ops: [before, at], sentence: stories[type](), certificate: { kind: `lost-update/${type}`, data } };
}

function openQuestions({ acknowledged, contended, unclear }: Updates, { update }: LostUpdateOptions): Reason[] {
  const reasons: Reason[] = [];
  if (acknowledged === 0) reasons.push({ code: 'nothing-acknowledged', message: `no "${update}" was acknowledged, so nothing could be lost` });
  else if (contended === 0) {
    const message = 'no version was to be changed by two, so no update was in danger';
    reasons.push({ code: 'nothing-contended', message, remedy: 'Let more clients update fewer keys.' });
  }
  if (unclear.length > 0) reasons.push({ code: 'ambiguous-version', message: `${unclear.length} operations name no version (event ${unclear[0]})` });
  return reasons;
}
