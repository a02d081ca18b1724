/** What one move does in its window: how long it wants to be, and when it injects and heals. */
import type { FaultInstance, Ns, Rng, Value } from '../../harness/contracts/index.ts';
import { NS_PER_MS } from '../../harness/time/units.ts';
import type { Burst, Move, Rotation } from './packages.ts';
import type { ScriptStep } from './script.ts';
import type { Timing } from './timing.ts';

export interface Window {
  readonly start: Ns;
  readonly end: Ns;
}

/** How much longer than the least a window may be drawn: for one fault all the time, and for many short ones. */
const ROOM_WHOLE = 1.6;
const ROOM_BURST = 3;
const ROOM_ROTATION = 1.2;
/** From this part of its turn on, a fault of a rotation is to be noticed. */
const NOTICED_PART = 0.5;
/** On a slow host, the part of its time for which a fault of a rotation is in force all the same. */
const LEAST_PART = 0.7;

/** The shortest window in which the move makes sense. */
export function leastOf(move: Move, timing: Timing, detectionNs: Ns): number {
  if (!move.rotate || move.rotate.part < NOTICED_PART) return timing.leastWindow;
  return Math.max(timing.leastWindow, (groupsOf(move.rotate) * detectionNs) / move.rotate.part);
}

/** How long a window it draws: between its least and `most`, in whole ms. */
export function drawLength(move: Move, timing: Timing, detectionNs: Ns, most: number, rng: Rng): number {
  const least = leastOf(move, timing, detectionNs);
  const room = move.rotate ? ROOM_ROTATION : move.burst ? ROOM_BURST : ROOM_WHOLE;
  return drawNs(rng, least, Math.min(least * room, most));
}

/** When the move injects and heals. Instances of one window are `<id>`, or `<id>.1`, `<id>.2`, … */
export function stepsOf(move: Move, id: string, window: Window, rng: Rng, detectionNs: Ns): ScriptStep[] {
  if (move.rotate) return rotationSteps(move, move.rotate, id, window, rng);
  if (move.burst) return burstSteps(move, move.burst, id, window, rng, detectionNs);
  const value: FaultInstance = { id, fault: move.fault, options: move.options };
  return [
    { at: window.start, f: 'inject', value },
    { at: window.end, f: 'heal', value, hold: detectionNs },
  ];
}

/** The window in equal turns, one a group of nodes, beginning with a random one. */
function rotationSteps(move: Move, rotation: Rotation, id: string, window: Window, rng: Rng): ScriptStep[] {
  const { option, count, of, part } = rotation;
  const groups = groupsOf(rotation);
  const turn = (window.end - window.start) / groups;
  const first = rng.int(0, of - 1);
  return Array.from({ length: groups }, (_, n): ScriptStep[] => {
    const at = wholeMs(window.start + n * turn);
    const heal = wholeMs(at + Math.max(turn * part, NS_PER_MS));
    const options = { ...recordOf(move.options), [option]: { from: (first + n * count) % of, count } };
    const value: FaultInstance = { id: `${id}.${n + 1}`, fault: move.fault, options };
    return [
      { at, f: 'inject', value, ...(n > 0 && { notAfter: window.end }) },
      { at: heal, f: 'heal', value, hold: ((heal - at) * LEAST_PART) as Ns },
    ];
  }).flat();
}

function burstSteps(move: Move, burst: Burst, id: string, window: Window, rng: Rng, detectionNs: Ns): ScriptStep[] {
  const steps: ScriptStep[] = [];
  let at: number = window.start;
  for (let n = 1; ; n++) {
    const down = drawNs(rng.fork('down').fork(n), burst.down[0] * detectionNs, burst.down[1] * detectionNs);
    const heal = wholeMs(at + Math.max(down, NS_PER_MS));
    if (n > 1 && heal > window.end) return steps;
    // bursts say how long they keep nodes down: a window that short is no test of availability
    const options = { ...recordOf(move.options), downMs: (heal - at) / NS_PER_MS };
    const value: FaultInstance = { id: `${id}.${n}`, fault: move.fault, options };
    // the first one counts as the family's turn and is never left out
    steps.push({ at: at as Ns, f: 'inject', value, ...(n > 1 && { notAfter: window.end }) }, { at: heal, f: 'heal', value });
    at = wholeMs(heal + Math.max(NS_PER_MS, drawNs(rng.fork('gap').fork(n), burst.gap[0] * detectionNs, burst.gap[1] * detectionNs)));
  }
}

/** A uniform time between the two, in whole ms. */
export function drawNs(rng: Rng, least: number, most: number): number {
  const from = Math.ceil(least / NS_PER_MS);
  return rng.int(from, Math.max(from, Math.floor(most / NS_PER_MS))) * NS_PER_MS;
}

/** Down to the ms. */
export function wholeMs(value: number): Ns {
  return (Math.floor(value / NS_PER_MS) * NS_PER_MS) as Ns;
}

function groupsOf({ of, count }: Rotation): number {
  return Math.ceil(of / count);
}

function recordOf(options: Value): Readonly<Record<string, Value>> {
  return options as Readonly<Record<string, Value>>;
}
