/** Proof of disk faults (rule 13): the witness uses the disk as any program does, and says what came of it. */
import type { DiskOperation, DiskParams, NodeId } from '../../../harness/contracts/index.ts';
import { NS_PER_MS } from '../../../harness/time/units.ts';
import type { DiskCondition } from './disk-condition.ts';
import { CANARY, type NodeDisks } from './node-disks.ts';
import type { WitnessAnswer } from './witness-protocol.ts';

export interface DiskQuestion {
  readonly disks: Pick<NodeDisks, 'ask' | 'loseHidden'>;
  readonly node: NodeId;
  readonly params: DiskParams;
  /** What the disk should be: with the change, or (`undone`) without it. */
  readonly wanted: DiskCondition;
  readonly expect: 'applied' | 'undone';
}

interface Sighting {
  readonly holds: boolean;
  readonly measured: string;
}

/** A reading that a busy machine made late is taken again. */
const READINGS = 4;
/** How much of a delay must show. */
const MOST_OF_IT = 0.9;
/** What happens with a chance is looked for so often that missing it is out of the question, within the time of a probe. */
const MISSED = 1e-6;
const MOST_TRIES = 400;
const KNOWN_TEXT = 'what was written '.repeat(60);

/** Rejects when the witness is gone. */
export function probeDisk(question: DiskQuestion): Promise<Sighting> {
  switch (question.params.type) {
    case 'full':
      return probeFull(question);
    case 'slow':
      return probeSlow(question, question.params.delay);
    case 'error':
      return probeErrors(question, question.params.operations, question.params.share);
    case 'lying-fsync':
      return probeLying(question);
    default:
      return probeCorrupt(question, question.params.share);
  }
}

async function probeFull({ disks, node, wanted }: DiskQuestion): Promise<Sighting> {
  const { error } = await disks.ask(node, 'space', { op: 'write', text: KNOWN_TEXT, synced: false });
  await disks.ask(node, 'space', { op: 'remove' });
  return { holds: (error === 'ENOSPC') === wanted.full && (wanted.full || error === undefined), measured: said('a write', error) };
}

async function probeSlow({ disks, node, wanted, expect }: DiskQuestion, delayNs: number): Promise<Sighting> {
  const least = expect === 'applied' ? wanted.delayNs * MOST_OF_IT : 0;
  const most = expect === 'applied' ? Number.POSITIVE_INFINITY : wanted.delayNs + delayNs * MOST_OF_IT;
  let quickest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < READINGS; i++) {
    quickest = Math.min(quickest, (await disks.ask(node, CANARY, { op: 'glance' })).tookNs);
    if (expect === 'undone' && quickest < most) break;
  }
  return { holds: quickest >= least && quickest < most, measured: `a read took ${(quickest / NS_PER_MS).toFixed(1)} ms` };
}

async function probeErrors(question: DiskQuestion, operations: readonly DiskOperation[], share: number): Promise<Sighting> {
  const { disks, node, wanted } = question;
  const sightings: Sighting[] = [];
  for (const operation of operations) {
    const use = (): Promise<WitnessAnswer> => {
      if (operation === 'read') return disks.ask(node, CANARY, { op: 'glance' });
      return disks.ask(node, CANARY, { op: 'append', text: operation === 'write' ? '.' : '', synced: operation === 'fsync' });
    };
    const tries = triesFor(share);
    const { seen, of } = await look(tries, async () => (await use()).error === 'EIO');
    sightings.push(judge(question, (wanted.errors[operation] ?? 0) > 0, seen, `${operation}: ${seen} of ${of} failed with EIO`));
  }
  return { holds: sightings.every(({ holds }) => holds), measured: sightings.map(({ measured }) => measured).join(', ') };
}

/** A loss of power brings back the file of the probe before, whose removal was not synced: each has a name of its own. */
let oaths = 0;

/** A loss of power in small: what the witness wrote and synced is there afterwards, or it is not. */
async function probeLying(question: DiskQuestion): Promise<Sighting> {
  const { disks, node, wanted } = question;
  const oath = `oath-${++oaths}`;
  const written = await disks.ask(node, oath, { op: 'write', text: KNOWN_TEXT, synced: true });
  if (written.error !== undefined) return { holds: false, measured: said('a write with fsync', written.error) };
  await disks.loseHidden(node);
  const { text } = await disks.ask(node, oath, { op: 'read' });
  await disks.ask(node, oath, { op: 'remove' });
  const kept = text === KNOWN_TEXT;
  return judge(question, wanted.lying, kept ? 0 : 1, `what was written with fsync was ${kept ? 'kept' : 'lost'} when the power was`);
}

async function probeCorrupt(question: DiskQuestion, share: number): Promise<Sighting> {
  const { disks, node, wanted } = question;
  const { seen, of } = await look(triesFor(share), async () => {
    const { error } = await disks.ask(node, 'words', { op: 'write', text: KNOWN_TEXT, synced: false });
    return error === undefined && (await disks.ask(node, 'words', { op: 'read' })).text !== KNOWN_TEXT;
  });
  await disks.ask(node, 'words', { op: 'remove' });
  return judge(question, wanted.corrupt > 0, seen, `${seen} of ${of} writes read back otherwise`);
}

/** What is still wanted by another change may show or not: nothing is said of this one. */
function judge({ expect }: DiskQuestion, wanted: boolean, seen: number, measured: string): Sighting {
  if (expect === 'applied') return { holds: wanted && seen > 0, measured };
  return { holds: wanted || seen === 0, measured: wanted ? `${measured}; another change wants it so` : measured };
}

/** Until it is seen once, or has been tried so often. */
async function look(tries: number, sees: () => Promise<boolean>): Promise<{ readonly seen: number; readonly of: number }> {
  for (let of = 1; of <= tries; of++) if (await sees()) return { seen: 1, of };
  return { seen: 0, of: tries };
}

function triesFor(share: number): number {
  return share >= 1 ? 1 : Math.min(MOST_TRIES, Math.ceil(Math.log(MISSED) / Math.log(1 - share)));
}

function said(what: string, error: string | undefined): string {
  return error === undefined ? `${what} was accepted` : `${what} was refused: ${error}`;
}
