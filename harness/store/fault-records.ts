/** From the lines of `faults.jsonl` to one record per injected fault: what a report and `results.json` show. Pure. */
import type { JournalEntry } from '../contracts/index.ts';
import type { FaultRecord } from './results.ts';

interface Draft {
  readonly record: FaultRecord;
  /** Per change: whether every proof so far held, and whether the undoing was seen. */
  readonly changes: Map<string, { bitten: boolean; undone: boolean }>;
}

/** One record per fault instance, in order of planning. A window not proven to its end counts as not bitten (rule 12). */
export function faultRecords(entries: readonly JournalEntry[]): FaultRecord[] {
  const drafts = new Map<string, Draft>();
  const owner = new Map<string, Draft>();
  for (const entry of entries) {
    if (entry.type === 'owner' || entry.type === 'closed') continue;
    if (entry.type === 'planned') plan(entry, drafts, owner);
    else note(entry, owner.get(entry.change));
  }
  return [...drafts.values()].map(({ record, changes }) => ({
    ...record,
    proven: [...changes.values()].every((change) => change.bitten),
    healed: [...changes.values()].every((change) => change.undone),
  }));
}

function plan(entry: JournalEntry & { type: 'planned' }, drafts: Map<string, Draft>, owner: Map<string, Draft>): void {
  const { instance, change } = entry;
  let draft = drafts.get(instance.id);
  if (!draft) {
    const record: FaultRecord = {
      id: instance.id,
      fault: instance.fault,
      family: entry.family,
      nodes: [],
      kinds: [],
      plannedNs: entry.time,
      proven: false,
      healed: false,
      evidence: [],
    };
    draft = { record, changes: new Map() };
    drafts.set(instance.id, draft);
  }
  for (const node of change.nodes) if (!draft.record.nodes.includes(node)) draft.record.nodes.push(node);
  if (!draft.record.kinds.includes(change.kind)) draft.record.kinds.push(change.kind);
  draft.changes.set(change.id, { bitten: false, undone: false });
  owner.set(change.id, draft);
}

function note(entry: Extract<JournalEntry, { readonly change: string }>, draft: Draft | undefined): void {
  const change = draft?.changes.get(entry.change);
  if (!draft || !change) return;
  if (entry.type === 'failed') {
    change.bitten = false;
    draft.record.evidence.push(`failed: ${entry.message}`);
    return;
  }
  draft.record.evidence.push(`${entry.type}: ${entry.evidence.measured}`);
  const holds = entry.evidence.holds && entry.evidence.independent;
  if (entry.type === 'applied') {
    change.bitten = holds;
    draft.record.appliedNs = entry.time;
  } else if (entry.type === 'verified') {
    change.bitten = change.bitten && holds;
  } else {
    change.undone = entry.evidence.holds;
    draft.record.undoneNs = entry.time;
  }
}
