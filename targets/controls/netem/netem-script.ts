/**
 * Shapes of links as command lines of `tc`: on the device of who sends, a class for each destination that is shaped, and in
 * it `netem` with the parameters of the shape. All other packets pass by the classes. Pure.
 */
import type { LinkShape } from '../../../harness/contracts/index.ts';
import { NS_PER_MS, NS_PER_S } from '../../../harness/time/units.ts';

/** What leaves for that address, and the shapes that act on it, one after the other. */
export interface ShapedDestination {
  readonly to: string;
  readonly shapes: readonly LinkShape[];
}

const HOLD_BACK_NS = 10 * NS_PER_MS;
/** Of packets that wait: longer than any round of a probe or window of TCP. */
const QUEUE_PACKETS = 10_000;
const PACKET_BYTES = 1_500;
/** Numbers of classes and of queues below them, in hexadecimal as `tc` reads them. */
const FIRST_CLASS = 0x10;
const FIRST_QUEUE = 0x1000;

/** For `tc -batch`: shapes what leaves by the device for these addresses, and nothing else. `handle` differs from the one before, so that the kernel makes all anew. */
export function netemScript(device: string, handle: number, destinations: readonly ShapedDestination[]): string {
  if (destinations.length === 0) return '';
  const root = handle.toString(16);
  let queue = FIRST_QUEUE;
  const lines = destinations.flatMap(({ to, shapes }, index) => {
    const name = `${root}:${(FIRST_CLASS + index).toString(16)}`;
    let parent = name;
    return [
      // the class itself holds nothing back: it is where the queues hang
      `class add dev ${device} parent ${root}: classid ${name} htb rate 100gbit quantum 200000`,
      ...netemStages(shapes).map((stage) => {
        const own = (queue++).toString(16);
        const line = `qdisc add dev ${device} parent ${parent} handle ${own}: netem ${stage}`;
        parent = `${own}:1`;
        return line;
      }),
      `filter add dev ${device} parent ${root}: protocol ip prio 1 u32 match ip dst ${to}/32 flowid ${name}`,
    ];
  });
  return [`qdisc replace dev ${device} root handle ${root}: htb default 0`, ...lines, ''].join('\n');
}

/** What takes everything of it away. */
export const unshapedScript = (device: string): string => `qdisc del dev ${device} root\n`;

/**
 * The parameters of `netem`, one queue or two. Shapes that act one after the other are one: times add, shares combine, the
 * narrowest rate counts (newer kernels refuse one doubling `netem` below another). Holding back is told by its contrary:
 * `netem` delays all packets but those that it sends at once; where there is a delay besides, it takes a queue of its own.
 */
export function netemStages(shapes: readonly LinkShape[]): readonly string[] {
  const { delay, jitter, distribution, loss, burst, duplicate, corrupt, reorder, holdBack, bytesPerSecond } = combined(shapes);
  const both = delay > 0 && reorder > 0;
  const first = [
    ...(delay > 0 ? [`delay ${micros(delay)}${jitter > 0 ? ` ${micros(jitter)}${distribution === 'normal' ? ' distribution normal' : ''}` : ''}`] : []),
    ...(reorder > 0 && !both ? [held(holdBack, reorder)] : []),
    ...(loss > 0 ? [lost(loss, burst)] : []),
    ...(duplicate > 0 ? [`duplicate ${percent(duplicate)}`] : []),
    ...(corrupt > 0 ? [`corrupt ${percent(corrupt)}`] : []),
    ...(bytesPerSecond === undefined ? [] : [`rate ${Math.round(bytesPerSecond * 8)}bit`]),
    // a rate has a queue of one second
    `limit ${bytesPerSecond === undefined ? QUEUE_PACKETS : Math.max(10, Math.ceil(bytesPerSecond / PACKET_BYTES))}`,
  ].join(' ');
  return both ? [first, `${held(holdBack, reorder)} limit ${QUEUE_PACKETS}`] : [first];
}

/** Gilbert's model in netem's words: from good to bad, from bad to good; in the bad state all is lost, in the good one nothing. */
function lost(loss: number, burst: number): string {
  if (burst <= 1 || loss >= 1) return `loss ${percent(loss)}`;
  const leave = 1 / burst;
  return `loss gemodel ${percent(Math.min(1, (leave * loss) / (1 - loss)))} ${percent(leave)}`;
}

/** Sent at once: whoever is not held back. */
function held(holdBack: number, share: number): string {
  return `delay ${micros(holdBack)} reorder ${percent(1 - share)}`;
}

function combined(shapes: readonly LinkShape[]) {
  const share = (of: (shape: LinkShape) => number | undefined): number => 1 - shapes.reduce((left, shape) => left * (1 - (of(shape) ?? 0)), 1);
  const sum = (of: (shape: LinkShape) => number | undefined): number => shapes.reduce((total, shape) => total + (of(shape) ?? 0), 0);
  const rates = shapes.flatMap(({ bytesPerSecond }) => (bytesPerSecond === undefined ? [] : [bytesPerSecond]));
  return {
    delay: sum(({ delay }) => delay),
    jitter: sum(({ jitter }) => jitter),
    distribution: shapes.some(({ distribution }) => distribution === 'normal') ? 'normal' : 'uniform',
    loss: share(({ loss }) => loss),
    burst: Math.max(1, ...shapes.map(({ burst = 1 }) => burst)),
    duplicate: share(({ duplicate }) => duplicate),
    corrupt: share(({ corrupt }) => corrupt),
    reorder: share(({ reorder }) => reorder),
    holdBack: Math.max(0, ...shapes.map(({ reorder, holdBack = HOLD_BACK_NS }) => (reorder === undefined ? 0 : holdBack))),
    bytesPerSecond: rates.length === 0 ? undefined : Math.min(...rates),
  };
}

function micros(ns: number): string {
  return `${Math.round((ns / NS_PER_S) * 1e6)}us`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(4))}%`;
}
