/** Packages: what a family of faults does by default, as plain data. `--faults partition,kill` names them. */
import type { System, Value } from '../../harness/contracts/index.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { unknownName } from '../../harness/errors/suggest.ts';
import { minorityOf } from '../grudge/cuts.ts';
import { topologiesFor } from '../grudge/topology.ts';
import { FAULTS } from '../registry/faults.ts';

/** One thing that a package may do in a window. */
export interface Move {
  /** Name of the fault. */
  readonly fault: string;
  readonly options: Value;
  /** The chance of being chosen, relative to the package's other moves. */
  readonly weight: number;
  /** It leaves no majority and yet somebody up: while it holds, no write may be acknowledged. */
  readonly stallsWrites?: true;
  /** Injected and healed again and again inside the window, each time shortly; absent: once, for the whole window. */
  readonly burst?: Burst;
  /** Each group of nodes in its turn, so that whoever leads is among them without anybody knowing who does. */
  readonly rotate?: Rotation;
}

export interface Rotation {
  /** The option of the fault that says whose turn it is. */
  readonly option: 'target' | 'isolate';
  /** Nodes a group. */
  readonly count: number;
  /** All nodes. */
  readonly of: number;
  /** Which part of its turn the fault of a group lasts (0 … 1). */
  readonly part: number;
}

/** Each time is drawn between the two, in multiples of the system's detection time. */
export interface Burst {
  readonly down: readonly [least: number, most: number];
  readonly gap: readonly [least: number, most: number];
}

/** The options of one injection: of a rotation, those of its first turn. */
export function optionsOf({ options, rotate }: Move): Value {
  return rotate === undefined ? options : { ...(options as Readonly<Record<string, Value>>), [rotate.option]: { from: 0, count: rotate.count } };
}

export interface Package {
  readonly family: string;
  /** What its faults act on. Packages of the same resource never overlap in time. */
  readonly resource: string;
  readonly moves: readonly Move[];
}

/** What packages are cut to: the cluster's size, what the system claims, what the host can do. */
export interface PackageScope {
  readonly nodeCount: number;
  /** How many of them stand for the outside world: only what has to do with links concerns them. */
  readonly outside?: number;
  readonly faultModel: System['faultModel'];
  /** Whether the host can inject that fault; all of them where absent. */
  readonly can?: (fault: string) => boolean;
}

interface Family {
  readonly summary: string;
  readonly resource: string;
  moves(scope: PackageScope): readonly Move[];
}

const STALLS = { stallsWrites: true } as const;
const QUICK: Burst = { down: [0.02, 0.3], gap: [0.05, 0.6] };
/** Between two such crashes of everybody a leader is elected and serves. */
const CRASHES: Burst = { down: [0.02, 0.1], gap: [0.3, 0.6] };

/** family → what it does by default, within what the system claims to survive (rule 15). */
export const FAMILIES = {
  partition: { summary: 'cuts the network: between nodes by topology, one way, between clients and nodes', resource: 'links', moves: partitionMoves },
  'response-loss': {
    summary: 'requests arrive and are acted upon, and the answers are lost: of the outside world, or of some nodes',
    resource: 'links',
    moves: responseLossMoves,
  },
  network: {
    summary: 'keeps links between nodes and makes them bad: late, lossy, doubling, out of order, damaging, narrow',
    resource: 'links',
    moves: networkMoves,
  },
  kill: { summary: 'kills and restarts nodes: one, some or all, for long or very shortly', resource: 'processes', moves: killMoves },
  pause: { summary: 'stops nodes and lets them go on', resource: 'processes', moves: pauseMoves },
  clock: { summary: 'makes clocks jump, drift, swing and stand still', resource: 'clocks', moves: clockMoves },
  power: { summary: 'takes the power from nodes: what was not synced is lost', resource: 'processes', moves: powerMoves },
  promotion: { summary: 'makes another node primary by order, with the old one fenced or not', resource: 'processes', moves: promotionMoves },
  membership: {
    summary: 'makes members leave and join, replaces them, turns them into learners',
    resource: 'processes',
    moves: membershipMoves,
  },
  disk: { summary: 'fills disks, slows them, makes them fail', resource: 'disks', moves: diskMoves },
  resources: { summary: 'limits processor time, processes, memory and descriptors', resource: 'processes', moves: resourceMoves },
} as const satisfies Readonly<Record<string, Family>>;

export const FAMILY_NAMES = Object.keys(FAMILIES) as (keyof typeof FAMILIES)[];

/**
 * The package of a family, or of one fault by its name (with the fault's default options). Throws ORDEAL_UNKNOWN_FAULT, and
 * ORDEAL_MISSING_CAPABILITY or ORDEAL_BEYOND_FAULT_MODEL where nothing of it can or may be done here.
 */
export function packageFor(name: string, scope: PackageScope): Package {
  const family: Family | undefined = name in FAMILIES ? FAMILIES[name as keyof typeof FAMILIES] : undefined;
  if (!family) return singleFault(name, scope);
  const { nodeCount, outside = 0 } = scope;
  const allowed = family.moves(family.resource === 'links' ? scope : { ...scope, nodeCount: nodeCount - outside });
  if (allowed.length === 0) throw outsideClaims(name, scope);
  const moves = allowed.filter((move) => scope.can?.(move.fault) ?? true);
  if (moves.length === 0) throw missing(name);
  return { family: name, resource: family.resource, moves };
}

function singleFault(name: string, scope: PackageScope): Package {
  const entry = FAULTS[name];
  if (!entry) throw unknownName('ORDEAL_UNKNOWN_FAULT', 'fault', name, [...new Set([...FAMILY_NAMES, ...Object.keys(FAULTS)])], '--faults');
  if (scope.can && !scope.can(name)) throw missing(name);
  const { resource } = FAMILIES[entry.family as keyof typeof FAMILIES];
  return { family: entry.family, resource, moves: [{ fault: name, options: {}, weight: 1 }] };
}

/** Nothing of the family is left: the system claims less, or there are too few nodes for it. */
function outsideClaims(name: string, { nodeCount, faultModel }: PackageScope): OrdealError {
  const { crashes, powerLoss, clocks } = faultModel;
  return new OrdealError('ORDEAL_BEYOND_FAULT_MODEL', {
    what: `the faults "${name}" are outside what the system claims to survive (crashes: ${crashes}, loss of power: ${powerLoss}, clocks: ${clocks}), or need more than ${nodeCount} node(s)`,
    where: '--faults',
    value: name,
    remedy: 'Leave them out, use more nodes, or add --beyond-fault-model: a conviction is then headed "outside what the system claims".',
  });
}

function missing(name: string): OrdealError {
  return new OrdealError('ORDEAL_MISSING_CAPABILITY', {
    what: `this host cannot inject "${name}"`,
    where: '--faults',
    value: name,
    remedy: 'See `ordeal doctor` for what each host can do.',
  });
}

/** Whatever needs no knowledge of who is primary, so that two variants of a system meet the same faults. */
function partitionMoves({ nodeCount }: PackageScope): readonly Move[] {
  const weights: Readonly<Record<string, number>> = { majority: 3, 'isolate-one': 2, 'random-halves': 2, 'majorities-ring': 2, bridge: 1, ring: 1 };
  const topologies = topologiesFor(nodeCount)
    .filter((topology) => topology in weights)
    .map((topology): Move => ({ fault: 'partition', options: { topology }, weight: weights[topology] ?? 1, ...(stalls(topology, nodeCount) && STALLS) }));
  if (topologies.length === 0) return [{ fault: 'isolate-clients', options: { target: 'all', direction: 'both' }, weight: 1 }];
  return [
    ...topologies,
    ...(nodeCount >= 3 ? [turns('partition', 'isolate', nodeCount, 0.8, 6)] : []),
    { fault: 'partition-one-way', options: { target: 'one', direction: 'random' }, weight: 2 },
    { fault: 'isolate-clients', options: { target: 'one', direction: 'replies' }, weight: 1 },
  ];
}

function responseLossMoves({ outside = 0 }: PackageScope): readonly Move[] {
  const own: Move = { fault: 'response-loss', options: { target: 'one' }, weight: 1 };
  const theirs: Move = { fault: 'response-loss', options: { target: 'outside' }, weight: 2 };
  return outside > 0 ? [theirs, own] : [own];
}

function networkMoves(): readonly Move[] {
  const move = (fault: string, options: Value, weight: number): Move => ({ fault, options, weight });
  return [
    move('delay', { target: 'one' }, 2),
    move('delay', { target: 'all', delayMs: 50, jitterMs: 50 }, 1),
    move('loss', { target: 'one' }, 2),
    move('loss', { target: 'one', loss: 0.3, burst: 10 }, 1),
    move('duplicate', { target: 'all' }, 1),
    move('reorder', { target: 'all' }, 1),
    move('corrupt', { target: 'one' }, 1),
    move('bandwidth', { target: 'one' }, 1),
  ];
}

/** No more than half of the nodes hear each other in both directions. */
function stalls(topology: string, nodeCount: number): boolean {
  const halved = nodeCount % 2 === 0 && topology === 'random-halves';
  return halved || topology === 'majorities-ring' || topology === 'ring' || (nodeCount === 2 && topology === 'isolate-one');
}

function killMoves({ nodeCount, faultModel }: PackageScope): readonly Move[] {
  // a crash of everybody loses less than a power failure of everybody
  const beyondMinority = faultModel.powerLoss === 'all';
  const few: Move[] = [
    { fault: 'kill', options: { target: 'one' }, weight: 2 },
    { fault: 'restart', options: { target: 'one' }, weight: 1, burst: QUICK },
  ];
  if (nodeCount >= 3) few.push(turns('restart', 'target', nodeCount, 0.3, 2));
  if (nodeCount >= 5) few.push({ fault: 'kill', options: { target: 'minority' }, weight: 2 });
  const many: Move[] = [
    { fault: 'kill', options: { target: 'all' }, weight: 1 },
    { fault: 'restart', options: { target: 'majority' }, weight: 2, burst: QUICK },
    { fault: 'restart', options: { target: 'all' }, weight: 5, burst: CRASHES },
  ];
  return [...(faultModel.crashes === 'none' || nodeCount < 3 ? [] : few), ...(beyondMinority ? many : [])];
}

function pauseMoves({ nodeCount }: PackageScope): readonly Move[] {
  const one: Move = { fault: 'pause', options: { target: 'one' }, weight: 2 };
  if (nodeCount < 3) return [one];
  return [
    one,
    turns('pause', 'target', nodeCount, 0.8, 3),
    { fault: 'pause', options: { target: 'majority' }, weight: 1, ...STALLS },
    { fault: 'pause', options: { target: 'all' }, weight: 1 },
  ];
}

function clockMoves({ nodeCount, faultModel }: PackageScope): readonly Move[] {
  if (faultModel.clocks === 'none') return [];
  const targets = nodeCount >= 3 ? ['one', 'minority', 'all'] : ['one', 'all'];
  return targets.flatMap((target): Move[] => [
    { fault: 'clock-jump', options: { target }, weight: 2 },
    { fault: 'clock-drift', options: { target }, weight: 1 },
    { fault: 'clock-strobe', options: { target }, weight: 1 },
    { fault: 'clock-freeze', options: { target }, weight: 1 },
  ]);
}

function powerMoves({ nodeCount, faultModel }: PackageScope): readonly Move[] {
  if (faultModel.powerLoss === 'none') return [];
  const few: Move[] = nodeCount < 3 ? [] : [{ fault: 'power', options: { target: 'one' }, weight: 1 }];
  if (faultModel.powerLoss === 'minority') return few;
  return [
    ...few,
    { fault: 'power', options: { target: 'all' }, weight: 2 },
    { fault: 'power', options: { target: 'all' }, weight: 4, burst: CRASHES },
    { fault: 'power', options: { target: 'majority' }, weight: 1, burst: QUICK },
  ];
}

function promotionMoves({ nodeCount, faultModel }: PackageScope): readonly Move[] {
  if (nodeCount < 2) return [];
  const forced: Move = { fault: 'forced-promotion', options: {}, weight: 1 };
  // the old primary is killed
  const survives = faultModel.powerLoss === 'all' || (faultModel.crashes === 'minority' && nodeCount >= 3);
  return survives ? [{ fault: 'failover', options: {}, weight: 1 }, forced] : [forced];
}

/** Of three members two stay: whoever cannot lose one has none to spare. */
function membershipMoves({ nodeCount, faultModel }: PackageScope): readonly Move[] {
  if (faultModel.crashes === 'none' || nodeCount < 3) return [];
  const few: Move[] = [
    { fault: 'leave', options: { target: 'one' }, weight: 3 },
    { fault: 'replace', options: { target: 'one' }, weight: 2 },
    { fault: 'join', options: { target: 'one' }, weight: 1 },
    { fault: 'promote', options: { target: 'one' }, weight: 1 },
  ];
  return nodeCount < 5 ? few : [...few, { fault: 'leave', options: { target: 'minority' }, weight: 2 }];
}

/** Nobody claims to survive a disk that lies or turns bits: `disk-lie` and `disk-corrupt` are for who names them. */
function diskMoves({ nodeCount, faultModel }: PackageScope): readonly Move[] {
  const slow: Move[] = [
    { fault: 'disk-slow', options: { target: 'one' }, weight: 2 },
    { fault: 'disk-slow', options: { target: 'all', delayMs: 20 }, weight: 1 },
  ];
  // whoever dies of its disk has crashed
  if (faultModel.crashes === 'none' || nodeCount < 3) return slow;
  return [
    ...slow,
    { fault: 'disk-full', options: { target: 'one' }, weight: 2 },
    { fault: 'disk-error', options: { target: 'one' }, weight: 2 },
    { fault: 'disk-error', options: { target: 'one', operations: ['fsync'] }, weight: 1 },
  ];
}

/** Who may open, start or keep nothing more may die of it, which is a crash. */
function resourceMoves({ nodeCount, faultModel }: PackageScope): readonly Move[] {
  const quota: Move = { fault: 'cpu-quota', options: { target: 'one' }, weight: 2 };
  if (faultModel.crashes === 'none' || nodeCount < 3) return [quota];
  return [quota, ...['descriptor-limit', 'process-limit', 'memory-limit'].map((fault) => ({ fault, options: { target: 'one' }, weight: 1 }))];
}

/** One group after the other: as few groups as leave the others a majority. */
function turns(fault: string, option: Rotation['option'], nodeCount: number, part: number, weight: number): Move {
  return { fault, options: {}, weight, rotate: { option, count: minorityOf(nodeCount), of: nodeCount, part } };
}
