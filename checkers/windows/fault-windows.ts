/**
 * The fault windows of a run, read from what the nemesis wrote into the history: `inject` and `heal` operations that end
 * as `info` with `{id, fault, family, changes: [{id, kind, nodes, params, evidence, verified?}], error?}`.
 *
 * A window reaches from the completed injection to the invocation of its heal. It is *proven* when independent evidence
 * says that every change held when injected and still held just before healing (rules 12, 13). A window that the
 * workload's end cut short carries no proof of its end, so it is not proven.
 */
import type { History, Value } from '../../harness/contracts/index.ts';
import { eventType, INFO, INVOKE, NEMESIS } from '../../harness/history/columns.ts';
import { endOfWorkload, type RunPhases } from '../columns/run-phases.ts';

/** What a fault does to reachability. */
export interface Disturbance {
  /** Nodes that do not answer: killed, paused, without power, disk full. */
  readonly down: readonly string[];
  /** Directed links that are cut; an end may be `clients`. */
  readonly cuts: readonly (readonly [from: string, to: string])[];
  /** False where a change cuts links that it does not name: nothing can be said of majorities. */
  readonly understood: boolean;
}

export interface FaultWindow {
  readonly id: string;
  readonly fault: string;
  readonly family: string;
  /** Index of the invocation of the injection. */
  readonly begun: number;
  /** Index of its completion: from here on the fault holds. */
  readonly start: number;
  /** Index of the invocation of its heal, or of the end of the workload; events before it are inside. */
  readonly end: number;
  /** Index of the completion of the heal; -1 where it was not healed by an operation. */
  readonly healed: number;
  /** Something was done: there are changes, and no error. */
  readonly injected: boolean;
  readonly proven: boolean;
  /** Why it is not proven; empty where it is. */
  readonly doubt: string;
  /** Nodes that the changes name, sorted. */
  readonly nodes: readonly string[];
  readonly disturbance: Disturbance;
}

type Record = { readonly [key: string]: Value };

/** All windows in order of injection. O(events + windows). */
export function faultWindows(history: History, phases: RunPhases): FaultWindow[] {
  const { columns } = history;
  const inject = history.fs.indexOf('inject');
  const heal = history.fs.indexOf('heal');
  const injections: { readonly at: number; readonly outcome: Record }[] = [];
  const heals = new Map<Value, { readonly invoke: number; readonly complete: number; readonly outcome: Record }>();
  for (let i = 0; i < history.length; i++) {
    if (columns.process[i] !== NEMESIS) continue;
    const outcome = recordOf(history.value(columns.value[i]!));
    const type = eventType(columns, i);
    if (columns.f[i] === inject && type === INFO) injections.push({ at: i, outcome });
    else if (columns.f[i] === heal && type === INVOKE && !heals.has(outcome['id'] ?? null)) {
      const complete = columns.pair[i]!;
      heals.set(outcome['id'] ?? null, { invoke: i, complete, outcome: complete < 0 ? {} : recordOf(history.value(columns.value[complete]!)) });
    }
  }
  const workloadEnd = endOfWorkload(history, phases);
  return injections.map(({ at, outcome }): FaultWindow => {
    const changes = changesOf(outcome);
    const healing = heals.get(outcome['id'] ?? null);
    const later = healing !== undefined && healing.invoke > at ? healing : undefined;
    const injected = changes.length > 0 && outcome['error'] === undefined;
    const doubt = injected ? doubtOf(changes, later && later.complete >= 0 ? changesOf(later.outcome) : undefined) : notInjected(outcome);
    return {
      id: String(outcome['id'] ?? '?'),
      fault: String(outcome['fault'] ?? '?'),
      family: String(outcome['family'] ?? outcome['fault'] ?? '?'),
      begun: columns.pair[at]! < 0 ? at : columns.pair[at]!,
      start: at,
      end: later?.invoke ?? Math.max(at, workloadEnd),
      healed: later?.complete ?? -1,
      injected,
      proven: doubt === '',
      doubt,
      nodes: [...new Set(changes.flatMap((change) => stringsOf(change['nodes'])))].sort(),
      disturbance: disturbanceOf(changes),
    };
  });
}

function notInjected(outcome: Record): string {
  return outcome['error'] === undefined ? 'it changed nothing' : String(outcome['error']);
}

/** Why these changes are not proven from beginning to end; empty where they are. */
function doubtOf(injected: readonly Record[], healed: readonly Record[] | undefined): string {
  for (const change of injected) {
    const doubt = evidenceDoubt(change['evidence'], 'when it was injected');
    if (doubt !== '') return doubt;
  }
  if (healed === undefined) return 'the run ended before it was healed, so nothing proves it to its end';
  for (const change of injected) {
    const end = healed.find((other) => other['id'] === change['id']);
    const doubt = evidenceDoubt(end?.['verified'], 'before it was healed');
    if (doubt !== '') return doubt;
  }
  return '';
}

function evidenceDoubt(evidence: Value | undefined, when: string): string {
  const { holds, independent, measured } = recordOf(evidence);
  if (holds !== true) return holds === false ? `it did not hold ${when}: ${String(measured)}` : `nothing was measured ${when}`;
  return independent === true ? '' : `applied, not proven: there was no independent reading ${when}`;
}

const DOWN = ['kill', 'pause', 'power-loss', 'full'];

function disturbanceOf(changes: readonly Record[]): Disturbance {
  const down: string[] = [];
  const cuts: [string, string][] = [];
  let understood = true;
  for (const change of changes) {
    const params = recordOf(change['params']);
    if (DOWN.includes(String(params['type']))) down.push(...stringsOf(params['nodes'] ?? change['nodes']));
    // links that are only made bad go on carrying
    if (params['type'] === 'shape') continue;
    if (params['type'] === 'cut' || params['links'] !== undefined) {
      const links = linksOf(params['links']);
      understood &&= links.length > 0;
      cuts.push(...links);
    }
  }
  return { down, cuts, understood };
}

function linksOf(value: Value | undefined): [string, string][] {
  if (!Array.isArray(value)) return [];
  const links: [string, string][] = [];
  for (const link of value as readonly Value[]) {
    const [from, to] = stringsOf(link);
    if (from !== undefined && to !== undefined) links.push([from, to]);
  }
  return links;
}

function changesOf(outcome: Record): Record[] {
  const changes = outcome['changes'];
  return Array.isArray(changes) ? (changes as readonly Value[]).map(recordOf) : [];
}

function recordOf(value: Value | undefined): Record {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record) : {};
}

function stringsOf(value: Value | undefined): string[] {
  return Array.isArray(value) ? (value as readonly Value[]).filter((item) => typeof item === 'string') : [];
}
