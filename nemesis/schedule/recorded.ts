/** The schedule of a run that was: replay feeds recorded fault instances and never regenerates them. */
import type { Event, FaultInstance, Generator, JournalEntry, Ns } from '../../harness/contracts/index.ts';
import { asInstance, type ScriptStep, scripted } from './script.ts';

/**
 * From the journal: each instance at the time at which it was planned, healed when its last proof began. `origin` is the
 * start of the workload on the journal's clock.
 */
export function scheduleFromJournal(entries: readonly JournalEntry[], origin: Ns = 0 as Ns): Generator {
  const instances = new Map<string, FaultInstance>();
  const injected = new Map<string, number>();
  const instanceOf = new Map<string, string>();
  const healed = new Map<string, number>();
  for (const entry of entries) {
    if (entry.type === 'planned') {
      const { id } = entry.instance;
      instanceOf.set(entry.change.id, id);
      if (!instances.has(id)) {
        instances.set(id, entry.instance);
        injected.set(id, entry.time);
      }
    } else if (entry.type === 'verified') {
      const id = instanceOf.get(entry.change);
      if (id !== undefined) healed.set(id, entry.time);
    }
  }
  const steps: ScriptStep[] = [];
  for (const [id, value] of instances) {
    steps.push({ at: ((injected.get(id) ?? 0) - origin) as Ns, f: 'inject', value });
    const heal = healed.get(id);
    if (heal !== undefined) steps.push({ at: (heal - origin) as Ns, f: 'heal', value });
  }
  return scripted(steps);
}

/** From the history: what the nemesis was asked, exactly when. Times of the events count from the start of the workload. */
export function scheduleFromEvents(events: Iterable<Pick<Event, 'type' | 'process' | 'f' | 'value' | 'time'>>): Generator {
  const steps: ScriptStep[] = [];
  for (const event of events) {
    if (event.process !== 'nemesis' || event.type !== 'invoke') continue;
    const value = asInstance(event.value);
    if (value && (event.f === 'inject' || event.f === 'heal')) steps.push({ at: event.time, f: event.f, value });
  }
  return scripted(steps);
}
