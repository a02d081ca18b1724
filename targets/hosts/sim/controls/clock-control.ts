/**
 * `sim.clocks`: jumps, drifts, strobes and freezes of a node's clocks (rule 17). A drift moves both clocks by default, and
 * timers with the monotonic one; all else moves the wall clock only. Proven by the node's own reading of its clocks, twice, against true time.
 */
import type { Change, ClockParams, Control, Evidence, NodeId, Ns, Value } from '../../../../harness/contracts/index.ts';
import { OrdealError } from '../../../../harness/errors/ordeal-error.ts';
import { type Active, activate, clockWish, concerns, frozenSince, retire, strobeOn } from '../../../controls/desired-state.ts';
import { type Drift, type WallWish, wallAt } from '../node-clock.ts';
import { type ControlSurroundings, evidenceOf, type Finding, nodeNamed } from './probe-window.ts';

/** Between the two readings: long enough for one part in a million to show. */
const READING_NS = 100_000_000;
const MILLION = 1_000_000;
/** A clock that ran backwards, or stood still, would stop every timer for ever. */
const MOST_PPM = 900_000;

export class ClockControl implements Control<ClockParams> {
  readonly #around: ControlSurroundings;
  readonly #since = new Map<string, number>();
  #active: Active<ClockParams> = new Map();

  constructor(around: ControlSurroundings) {
    this.#around = around;
  }

  /** Throws ORDEAL_BAD_OPTION for what a simulated clock cannot do, a RangeError for a node that does not exist. */
  plan(id: string, params: ClockParams): Change {
    for (const node of params.nodes) this.#around.network.indexOf(node);
    refuseImpossible(params);
    return { id, kind: 'sim.clocks', nodes: params.nodes, params: params as unknown as Value, undo: null };
  }

  async apply(change: Change): Promise<void> {
    if (!this.#since.has(change.id)) this.#since.set(change.id, this.#around.clock.now());
    this.#become(activate(this.#active, change.id, paramsOf(change)), change.nodes);
  }

  async undo(change: Change): Promise<void> {
    this.#since.delete(change.id);
    this.#become(retire(this.#active, change.id), change.nodes);
  }

  async probe(change: Change, expect: 'applied' | 'undone'): Promise<Evidence> {
    const params = paramsOf(change);
    const active = expect === 'applied' ? activate(this.#active, change.id, params) : retire(this.#active, change.id);
    const first = change.nodes.map((node) => this.#read(node));
    // one half of a strobe later the clock is on the other side
    await this.#around.clock.sleep((params.type === 'strobe' ? params.half : READING_NS) as Ns);
    return evidenceOf(change.nodes.map((node, index) => this.#judge(node, first[index] as Reading, this.#read(node), active)));
  }

  /** What programs on that node would read, and what the time truly is. */
  #read(node: NodeId): Reading {
    const now = this.#around.clock.now();
    const { clock } = nodeNamed(this.#around, node);
    return { true: now, wall: clock.wallNs(now), monotonic: clock.monotonic(now) };
  }

  #judge(node: NodeId, first: Reading, second: Reading, active: Active<ClockParams>): Finding {
    const wish = this.#wallWish(active, node, first.true);
    const elapsed = second.true - first.true;
    const right = (reading: Reading): boolean => Math.abs(reading.wall - wallAt(wish, reading.true)) < MILLION;
    const monotonicPpm = rate(second.monotonic - first.monotonic, elapsed);
    const wallPpm = rate(second.wall - first.wall, elapsed);
    const wantedPpm = rate(wallAt(wish, second.true) - wallAt(wish, first.true), elapsed);
    return {
      holds: right(first) && right(second) && wallPpm === wantedPpm && monotonicPpm === clockWish(active, node).monotonicPpm,
      independent: true,
      what: node,
      saw: `reads a wall clock ${inMs(first)} ms off, ${wish.swing === undefined ? `running ${signed(wallPpm)} ppm` : `then ${inMs(second)} ms`}, its monotonic clock ${signed(monotonicPpm)} ppm`,
    };
  }

  #wallWish(active: Active<ClockParams>, node: NodeId, now: number): WallWish {
    return {
      jumps: clockWish(active, node).wallOffset,
      drifts: this.#drifts(active, node, now),
      swing: strobeOn(active, node, 'wall'),
      // a freeze that is asked about and was not applied counts from now
      frozenSince: frozenSince(active, new Map([...active.keys()].map((id) => [id, this.#since.get(id) ?? now])), node, 'wall'),
    };
  }

  #drifts(active: Active<ClockParams>, node: NodeId, now: number): readonly Drift[] {
    const drifts: Drift[] = [];
    for (const [id, params] of active) {
      if (params.type !== 'drift' || !concerns(params, node, 'wall')) continue;
      drifts.push({ since: this.#since.get(id) ?? now, ppm: params.ppm });
    }
    return drifts;
  }

  #become(next: Active<ClockParams>, nodes: readonly NodeId[]): void {
    this.#active = next;
    const now = this.#around.clock.now();
    for (const id of nodes) {
      const node = nodeNamed(this.#around, id);
      node.clock.setWall(this.#wallWish(next, id, now));
      if (node.clock.setMonotonicRate(now, clockWish(next, id).monotonicPpm)) node.rearmTimers();
    }
  }
}

interface Reading {
  readonly true: number;
  readonly wall: number;
  readonly monotonic: number;
}

function rate(gone: number, elapsed: number): number {
  return Math.round(((gone - elapsed) * MILLION) / elapsed);
}

function inMs(reading: Reading): string {
  return signed(Math.round((reading.wall - reading.true) / MILLION));
}

function signed(value: number): string {
  return value < 0 ? `${value}` : `+${value}`;
}

function refuseImpossible(params: ClockParams): void {
  const refuse = (what: string, remedy: string): never => {
    throw new OrdealError('ORDEAL_BAD_OPTION', { what, where: `clock ${params.type} on sim`, value: params, remedy });
  };
  if (params.type !== 'drift' && params.scope !== 'wall') refuse(`a simulated monotonic clock never jumps and never stands still`, 'Use scope: wall.');
  if (params.type === 'jump') {
    if (!Number.isSafeInteger(params.offset) || params.offset === 0) refuse(`a jump by ${params.offset} ns is none`, 'Give an offset other than 0.');
  } else if (params.type === 'strobe') {
    if (!(params.half > 0) || params.amplitude === 0) refuse('a strobe needs a half period and an amplitude', 'Give both, other than 0.');
  } else if (params.type === 'drift' && (!Number.isSafeInteger(params.ppm) || params.ppm === 0 || Math.abs(params.ppm) > MOST_PPM)) {
    refuse(`a drift of ${params.ppm} ppm cannot be simulated`, `Give an integer other than 0, at most ${MOST_PPM} either way.`);
  }
}

function paramsOf(change: Change): ClockParams {
  return change.params as unknown as ClockParams;
}
