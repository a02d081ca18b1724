/**
 * What numbered datagrams over a link prove of its shape (rule 13): pure. Expected is what the shapes of the link amount
 * to together, with the change in question and without it; what fits both proves nothing. Tolerances are statistical (four
 * standard errors), and what a busy machine adds to every packet is taken from the untouched link beside it.
 */
import type { LinkShape, Ns } from '../../../harness/contracts/index.ts';
import { ms, NS_PER_MS } from '../../../harness/time/units.ts';
import type { Sighting } from '../nft/link-probe-main.ts';
import type { Traffic, TrafficPlan } from '../nft/witnesses.ts';

const QUIET_MS = 40;
/** What all traffic of a probe may take (a probe has five seconds), and one round beside the delay; ms. */
export const TRAFFIC_MS = 2_400;
const ROUND_MS = 40;
const RATE_SECONDS = 0.5;
const RATE_BYTES = 1_000;
/** IP and UDP headers: they pass through the queue as well. */
const HEADER_BYTES = 28;
const STANDARD_ERRORS = 4;
/** Of timers and polls, in ms, and in parts. */
const SLACK_MS = 3;
const DELAY_PART = 0.1;
const RATE_PART = 0.15;

/** What the shapes of one link amount to together. */
interface Expected {
  readonly delayMs: number;
  readonly jitterMs: number;
  readonly lost: number;
  readonly burst: number;
  readonly doubled: number;
  readonly heldBack: number;
  readonly bytesPerSecond: number;
}

/** What was seen of one link. `pace`: bytes a second between the first and the last arrival. */
interface Seen {
  readonly arrived: number;
  readonly sent: number;
  readonly doubled: number;
  readonly overtaken: number;
  readonly medianMs: number;
  readonly pace: number;
}

export interface LinkVerdict {
  readonly fits: boolean;
  /** Whether it would not fit otherwise as well. */
  readonly tells: boolean;
  readonly measured: string;
}

export function expectedOf(shapes: readonly LinkShape[]): Expected {
  const share = (of: (shape: LinkShape) => number): number => 1 - shapes.reduce((left, shape) => left * (1 - of(shape)), 1);
  const sum = (of: (shape: LinkShape) => number): number => shapes.reduce((total, shape) => total + of(shape), 0);
  return {
    delayMs: sum(({ delay = 0 }) => delay) / NS_PER_MS,
    jitterMs: sum(({ jitter = 0 }) => jitter) / NS_PER_MS,
    lost: share(({ loss = 0, corrupt = 0 }) => 1 - (1 - loss) * (1 - corrupt)),
    burst: Math.max(1, ...shapes.map(({ burst = 1 }) => burst)),
    doubled: share(({ duplicate = 0 }) => duplicate),
    heldBack: share(({ reorder = 0 }) => reorder),
    bytesPerSecond: Math.min(...shapes.map(({ bytesPerSecond }) => bytesPerSecond ?? Number.POSITIVE_INFINITY)),
  };
}

/** Over an untouched link: little, and long enough to tell how busy the machine is. */
export const IDLE_TRAFFIC: TrafficPlan = { rounds: 6, perRound: 10, bytes: 64, quiet: ms(500) };

/** A shape by what shows it: few packets at a time that are late, many to count, as many as the link carries. */
export function aspectsOf({ delay, jitter, distribution, bytesPerSecond, ...counted }: LinkShape): readonly LinkShape[] {
  return [
    ...(delay === undefined ? [] : [{ delay, ...(jitter !== undefined && { jitter }), ...(distribution && { distribution }) }]),
    ...(Object.keys(counted).length === 0 ? [] : [counted]),
    ...(bytesPerSecond === undefined ? [] : [{ bytesPerSecond }]),
  ];
}

/** The traffic that shows one aspect, over links that are shaped by all of these, in so many ms. */
export function trafficFor(shape: LinkShape, all: readonly LinkShape[], withinMs: number): TrafficPlan {
  const { delayMs, jitterMs, bytesPerSecond } = expectedOf(all);
  const holdMs = Math.max(0, ...all.map(({ reorder, holdBack = ms(10) }) => (reorder === undefined ? 0 : holdBack / NS_PER_MS)));
  const quiet = ms(Math.ceil(QUIET_MS + delayMs + 4 * jitterMs + holdMs)) as Ns;
  if (shape.bytesPerSecond !== undefined) {
    const count = Math.ceil((bytesPerSecond * RATE_SECONDS) / RATE_BYTES);
    return { rounds: 1, perRound: Math.min(400, Math.max(10, count)), bytes: RATE_BYTES, quiet: ms(quiet / NS_PER_MS + (2e3 * RATE_BYTES) / bytesPerSecond) };
  }
  const counts = shape.loss !== undefined || shape.duplicate !== undefined || shape.corrupt !== undefined || shape.reorder !== undefined;
  // many packets to count, in rounds of which two fit any buffer, since two nodes may send to one that gets no processor; few at a time to measure how late they are, for a burst delays itself
  const [datagrams, most] = counts ? [1_200, 12] : [60, 12];
  const roundMs = ROUND_MS + delayMs + 2 * jitterMs + holdMs;
  const rounds = Math.min(most, Math.max(1, Math.floor(withinMs / roundMs)));
  return { rounds, perRound: Math.ceil(datagrams / rounds), bytes: 64, quiet };
}

/** Judges one link by what the change is about. `idleMs`: the median of an untouched link. */
export function judgeTraffic(shape: LinkShape, wanted: Expected, other: Expected, traffic: Traffic, idleMs: number): LinkVerdict {
  const seen = seenIn(traffic);
  const name = `${traffic.link[0]}→${traffic.link[1]}`;
  const limit = Math.min(wanted.bytesPerSecond, other.bytesPerSecond);
  const findings: { readonly fits: boolean; readonly tells: boolean; readonly words: string }[] = [];
  const about = (fits: (expected: Expected) => boolean, words: string): void => void findings.push({ fits: fits(wanted), tells: !fits(other), words });
  if (shape.delay !== undefined) about((expected) => delayFits(expected, seen, idleMs), `median ${seen.medianMs.toFixed(1)} ms, ${wanted.delayMs} wanted`);
  if (shape.loss !== undefined || shape.corrupt !== undefined) {
    const lost = 1 - seen.arrived / seen.sent;
    about(
      ({ lost: share, burst }) => shareFits(share, lost, seen.sent / (2 * burst - 1)),
      `${percent(lost)} of ${seen.sent} lost, ${percent(wanted.lost)} wanted`,
    );
  }
  if (shape.duplicate !== undefined) {
    const doubled = seen.doubled / Math.max(1, seen.arrived);
    about(({ doubled: share }) => shareFits(share, doubled, seen.arrived), `${percent(doubled)} doubled, ${percent(wanted.doubled)} wanted`);
  }
  if (shape.reorder !== undefined) {
    const overtaken = seen.overtaken / Math.max(1, seen.arrived);
    about(({ heldBack }) => shareFits(heldBack, overtaken, seen.arrived), `${percent(overtaken)} overtaken, ${percent(wanted.heldBack)} wanted`);
  }
  if (shape.bytesPerSecond !== undefined)
    about(({ bytesPerSecond }) => paceFits(bytesPerSecond, limit, seen.pace), paceInWords(seen.pace, wanted.bytesPerSecond));
  return {
    fits: seen.arrived > 0 && findings.every(({ fits }) => fits),
    tells: findings.every(({ tells }) => tells),
    measured: `${name}: ${findings.map(({ words }) => words).join(', ')}`,
  };
}

export function medianOf(traffic: Traffic): number {
  return seenIn(traffic).medianMs;
}

function seenIn({ sent, sightings }: Traffic): Seen {
  const first = new Map<number, Sighting>();
  for (const sighting of sightings) if (!first.has(sighting[0])) first.set(sighting[0], sighting);
  const inOrder = [...first.values()];
  const took = inOrder.map(([, , tookMs]) => tookMs).sort((a, b) => a - b);
  let greatest = -1;
  let overtaken = 0;
  for (const [number] of inOrder) {
    if (number < greatest) overtaken++;
    greatest = Math.max(greatest, number);
  }
  const spanMs = (inOrder.at(-1)?.[1] ?? 0) - (inOrder[0]?.[1] ?? 0);
  const pace = spanMs <= 0 ? Number.POSITIVE_INFINITY : ((inOrder.length - 1) * (RATE_BYTES + HEADER_BYTES) * 1e3) / spanMs;
  return { arrived: first.size, sent, doubled: sightings.length - first.size, overtaken, medianMs: took[Math.floor(took.length / 2)] ?? Number.NaN, pace };
}

function delayFits({ delayMs, jitterMs }: Expected, { medianMs, arrived }: Seen, idleMs: number): boolean {
  const off = DELAY_PART * delayMs + (STANDARD_ERRORS * jitterMs) / Math.sqrt(Math.max(1, arrived));
  return medianMs >= delayMs - off && medianMs <= delayMs + off + SLACK_MS + 2 * idleMs;
}

/** Four standard errors of so many draws, and half a point for what is lost otherwise. */
function shareFits(share: number, seen: number, draws: number): boolean {
  return Math.abs(seen - share) <= STANDARD_ERRORS * Math.sqrt((share * (1 - share)) / Math.max(1, draws)) + 0.005;
}

/** Where there is no limit, packets come clearly faster than the limit in question would let them. */
function paceFits(wanted: number, limit: number, pace: number): boolean {
  return wanted === Number.POSITIVE_INFINITY ? pace > (1 + 2 * RATE_PART) * limit : Math.abs(pace - wanted) <= RATE_PART * wanted;
}

function paceInWords(pace: number, wanted: number): string {
  const kilo = (bytes: number): string => (Number.isFinite(bytes) ? `${(bytes / 1e3).toFixed(0)} kB/s` : 'no limit');
  return `${kilo(pace)}, ${kilo(wanted)} wanted`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
