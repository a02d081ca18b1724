/**
 * Proof of clock faults (rule 13): what the node itself says its clocks are, asked over a path without faults. A node
 * program tells both clocks; an HTTP server tells the wall clock, to the second. Where a node tells nothing, or the
 * shift is too small for what it tells, the fault is applied and not proven.
 */
import type { Clock, ClockParams, Evidence, NodeId, Ns } from '../../../harness/contracts/index.ts';
import { ms } from '../../../harness/time/units.ts';
import type { ClockSighting, Contact, NodeProcesses } from '../process-signals/node-processes.ts';
import { isTrueTime, offsetAt, type TrueTime } from './clock-setting.ts';
import type { ClockSetting, ClockShift } from './stub.ts';
import { trueTime } from './true-time.ts';

const CONTACT_PATIENCE = ms(1_000);
/** Between two readings: never in step with a strobe. */
const SHORTEST_PAUSE_MS = 70;
const PAUSE_SPREAD_MS = 60;
/** Between a node's reading and its answer on the wire lies at most what the exchange took, and this much of rounding. */
const ROUNDING_MS = 2;
const ROUNDING_NS = 2_000_000n;

export interface ClockQuestion {
  readonly processes: NodeProcesses;
  readonly clock: Clock;
  readonly params: ClockParams;
  readonly expect: 'applied' | 'undone';
  /** How long a busy node is given to answer, and a drift to become visible. */
  readonly patience: Ns;
  /** What the node's clocks should be now, by all active changes with this one or (undone) without it. */
  wanted(node: NodeId): ClockSetting;
  /** What they would be otherwise: a reading that fits this as well proves nothing. */
  other(node: NodeId): ClockSetting;
  /** Whether the node's memory shows the patch: our own doing, no proof. */
  isPatched(node: NodeId): boolean;
}

/** An exchange with the node: true time before and after, and what it said between. */
export interface Reading {
  readonly before: TrueTime;
  readonly after: TrueTime;
  readonly sighting: ClockSighting;
}

/** The least and the greatest offset from true time, in ms, that a reading allows. */
export interface OffsetRange {
  readonly least: number;
  readonly most: number;
}

interface NodeEvidence {
  readonly verdict: 'proven' | 'refuted' | 'no-reading' | 'down';
  readonly measured: string;
  /** Where the clock is to swing: on which side of the swing each clock was seen, `wall rest`, `wall swing`. */
  readonly sides?: readonly string[];
}

export async function probeClocks(question: ClockQuestion): Promise<Evidence> {
  const found = await Promise.all(question.params.nodes.map((node) => probeNode(question, node)));
  const of = (verdict: NodeEvidence['verdict']): boolean => found.some((evidence) => evidence.verdict === verdict);
  const measured = found.map((evidence, i) => `${question.params.nodes[i]}: ${evidence.measured}`).join('; ');
  // A node that another fault holds down has no clock; the others carry the proof.
  const nothingToRefuse = question.expect === 'undone' || of('proven') || of('no-reading');
  return { holds: !of('refuted') && nothingToRefuse, independent: !of('no-reading'), measured };
}

async function probeNode(question: ClockQuestion, node: NodeId): Promise<NodeEvidence> {
  const { processes, clock, params, expect } = question;
  const swings = params.type === 'strobe';
  const end = clock.now() + question.patience;
  const sides = new Set<string>();
  let refuted: NodeEvidence | undefined;
  for (let readings = 0; ; readings++) {
    if (processes.identity(node) === undefined) return { verdict: 'down', measured: 'down' };
    const before = trueTime();
    const contact: Contact = await processes.contact(node, CONTACT_PATIENCE);
    const after = trueTime();
    const found =
      contact.clocks === undefined
        ? unread(question, node, contact)
        : judgeReading(params, question.wanted(node), question.other(node), { before, after, sighting: contact.clocks });
    if (found.verdict === 'refuted') refuted = found;
    for (const side of found.sides ?? []) sides.add(side);
    const wanted = swings ? sidesOf(question, node).filter((side) => contact.clocks?.monotonicNs !== undefined || side.startsWith('wall')) : [];
    if (found.verdict === 'proven' && wanted.every((side) => sides.has(side))) return found;
    // A jump that is too small to be told stays so; a drift grows, a date may be an old one, a busy node may answer yet.
    const untold = found.verdict === 'no-reading' && contact.reply === 'answered';
    if (untold && !swings && (contact.clocks === undefined || (params.type === 'jump' && !isSwinging(question, node)) || expect === 'undone'))
      return unlessUnpatched(question, node, found);
    if (clock.now() >= end) return unlessUnpatched(question, node, atLast(swings ? (refuted ?? found) : found, wanted, sides));
    await clock.sleep(ms(SHORTEST_PAUSE_MS + ((readings * 29) % PAUSE_SPREAD_MS)));
  }
}

/** A clock that was to swing and was seen on one side alone does not. */
function atLast(found: NodeEvidence, wanted: readonly string[], seen: ReadonlySet<string>): NodeEvidence {
  const missing = wanted.filter((side) => !seen.has(side));
  if (missing.length === 0 || found.verdict !== 'proven') return found;
  return { verdict: 'refuted', measured: `${found.measured}, never seen at ${missing.join(', ')}` };
}

/** Who could not tell by the clock can by the memory that nothing was done. */
function unlessUnpatched(question: ClockQuestion, node: NodeId, found: NodeEvidence): NodeEvidence {
  if (found.verdict !== 'no-reading' || question.expect === 'undone' || question.isPatched(node)) return found;
  return { verdict: 'refuted', measured: `${found.measured}; its memory does not carry the patch` };
}

function sidesOf({ params, wanted }: ClockQuestion, node: NodeId): readonly string[] {
  const setting = wanted(node);
  return clocksOf(params).flatMap((name) => (setting[name].strobe === undefined ? [] : [`${name} rest`, `${name} swing`]));
}

function isSwinging({ wanted }: ClockQuestion, node: NodeId): boolean {
  const { wall, monotonic } = wanted(node);
  return wall.strobe !== undefined || monotonic.strobe !== undefined;
}

function unread(question: ClockQuestion, node: NodeId, contact: Contact): NodeEvidence {
  const patched = question.isPatched(node);
  const saw = `${contact.reply === 'answered' ? 'does not tell its clock' : contact.reply}; its memory ${patched ? 'carries' : 'does not carry'} the patch`;
  return { verdict: patched === !isTrueTime(question.wanted(node)) ? 'no-reading' : 'refuted', measured: saw };
}

type ClockName = 'wall' | 'monotonic';

function clocksOf({ scope }: ClockParams): readonly ClockName[] {
  return scope === 'both' ? ['wall', 'monotonic'] : [scope];
}

/** Pure: what one reading shows of the clocks that the change is about. */
export function judgeReading(params: ClockParams, wanted: ClockSetting, other: ClockSetting, reading: Reading): NodeEvidence {
  const seen = clocksOf(params).flatMap((name) => {
    const range = rangeOf(name, reading);
    if (range === undefined) return [];
    const [before, after] = name === 'wall' ? [reading.before.wallNs, reading.after.wallNs] : [reading.before.monotonicNs, reading.after.monotonicNs];
    return [{ name, range, wanted: possibleOffsets(wanted[name], before, after), other: possibleOffsets(other[name], before, after) }];
  });
  const measured = seen
    .map(({ name, range, wanted }) => `${name} clock ${inSeconds(range)} s from true, ${wanted.map(inWords).join(' or ')} s wanted`)
    .join(', ');
  if (seen.length === 0) return { verdict: 'no-reading', measured: 'does not tell its monotonic clock' };
  if (!seen.every(({ range, wanted }) => overlapsAny(range, wanted))) return { verdict: 'refuted', measured };
  const sides = seen.flatMap(({ name, range }) => sideOf(name, range, wanted[name], reading));
  if (seen.every(({ range, other }) => overlapsAny(range, other))) return { verdict: 'no-reading', measured: `${measured}: too little to tell`, sides };
  return { verdict: 'proven', measured, sides };
}

function rangeOf(name: ClockName, { before, after, sighting }: Reading): OffsetRange | undefined {
  if (name === 'wall') return offsetRange(inMs(before.wallNs), inMs(after.wallNs), sighting.wallMs, sighting.resolutionMs);
  if (sighting.monotonicNs === undefined) return undefined;
  return offsetRange(inMs(before.monotonicNs), inMs(after.monotonicNs), sighting.monotonicNs / 1e6, 0);
}

/**
 * Pure: how far, in ms, a clock may be from true at some moment between two. A drift passes through a range of offsets; a
 * strobe rests or swings by the half period that the moment is in, and may do either where that cannot be told.
 */
export function possibleOffsets(shift: ClockShift, before: bigint, after: bigint): readonly OffsetRange[] {
  const ends = [inMs(offsetAt(shift, before)), inMs(offsetAt(shift, after))];
  const rest = { least: Math.min(...ends), most: Math.max(...ends) };
  if (shift.strobe === undefined) return [rest];
  const { halfNs, amplitudeNs } = shift.strobe;
  const swing = { least: rest.least + inMs(amplitudeNs), most: rest.most + inMs(amplitudeNs) };
  const first = (before - ROUNDING_NS) / halfNs;
  if (first !== (after + ROUNDING_NS) / halfNs) return [rest, swing];
  return first % 2n === 0n ? [rest] : [swing];
}

/** The side of a swing that the reading shows, if it shows one alone. */
function sideOf(name: ClockName, range: OffsetRange, { strobe, ...still }: ClockShift, { before, after }: Reading): readonly string[] {
  if (strobe === undefined) return [];
  const [from, to] = name === 'wall' ? [before.wallNs, after.wallNs] : [before.monotonicNs, after.monotonicNs];
  const swung = { ...still, offsetNs: still.offsetNs + strobe.amplitudeNs };
  const [atRest, swinging] = [still, swung].map((shift) => overlapsAny(range, possibleOffsets(shift, from, to)));
  return atRest === swinging ? [] : [`${name} ${atRest ? 'rest' : 'swing'}`];
}

function inMs(ns: bigint): number {
  return Number(ns / 1_000n) / 1e3;
}

/** Pure. A clock that rounds down by up to `resolution` was read at some moment between `before` and `after`; all in ms. */
export function offsetRange(before: number, after: number, read: number, resolution: number): OffsetRange {
  return { least: read - after - ROUNDING_MS, most: read + resolution - before + ROUNDING_MS };
}

function overlapsAny(range: OffsetRange, offsets: readonly OffsetRange[]): boolean {
  return offsets.some(({ least, most }) => range.least <= most && least <= range.most);
}

function inWords({ most }: OffsetRange): string {
  return (most / 1e3).toFixed(3);
}

function inSeconds({ least, most }: OffsetRange): string {
  return `${(least / 1e3).toFixed(3)} to ${(most / 1e3).toFixed(3)}`;
}
