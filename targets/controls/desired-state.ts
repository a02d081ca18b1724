/**
 * What the nemesis wants of links, processes and clocks (rule 11), as pure functions of the set of active changes.
 *
 * A control keeps an `Active<P>`: change id → params. `activate` and `retire` give the next one; the state that is wanted
 * (`cutLinks`, `processWish`, `clockWish`) is computed from the whole set, so that it is always exactly the union and
 * healing one fault never lifts another; `linkSteps` and `processSteps` say what a mechanism must do to get from one set
 * to the next. Nothing here knows a host kind.
 *
 * Conflicts, as written rules:
 * - kill × pause: *down beats paused*. A paused process that is killed dies; a killed one that is to be paused stays down
 *   and is paused as part of its next start, before it can serve.
 * - pause × freeze (a pause by the freezer): it stands while one change of either kind wants it; each is undone by its own
 *   means. A frozen process that is killed is thawed as it dies.
 * - kill × kill, kill × power-loss: down until the last of them is undone. A loss of power while the process is already
 *   down by a kill still loses what was unsynced; a kill adds nothing to a loss of power.
 * - jump × jump, drift × drift on one clock: offsets add, rates (ppm) add.
 * - strobe × strobe on one clock: the one injected last swings it; the other comes back when that is healed.
 * - freeze × anything on one clock: *frozen beats running*. It stands where the earliest active freeze found it, neither
 *   drifts nor swings, and jumps still set it. Healed, it is where it would be if it had never stood.
 * - disks: full while one change fills it; delays add; chances of an error or a turned bit combine; lying while one lies.
 * - limits of resources: the tightest counts.
 * - link cuts: a link is cut while at least one active change cuts it, each direction for itself.
 * - silence × refusal on one link: *silence beats refusal*, for who hears nothing of a packet cannot refuse it.
 */
import type { ClockParams, LinkEnd, LinkParams, NodeId, Ns, ProcessParams } from '../../harness/contracts/index.ts';

/** The active changes of one control: change id → params, in order of injection. */
export type Active<P> = ReadonlyMap<string, P>;

/** `active` and this change. The same map when the change is active already (apply is idempotent). */
export function activate<P>(active: Active<P>, id: string, params: P): Active<P> {
  return active.has(id) ? active : new Map([...active, [id, params]]);
}

/** `active` without that change. The same map when it is not active (undo is idempotent). */
export function retire<P>(active: Active<P>, id: string): Active<P> {
  if (!active.has(id)) return active;
  const next = new Map(active);
  next.delete(id);
  return next;
}

export type DirectedLink = readonly [from: LinkEnd, to: LinkEnd];

/** A link as a map key: `n1>n2`. */
export function linkKey(from: LinkEnd, to: LinkEnd): string {
  return `${from}>${to}`;
}

/** Every link that is to be cut now, each once, by `linkKey`. */
export function cutLinks(active: Active<LinkParams>): ReadonlyMap<string, DirectedLink> {
  const cut = new Map<string, DirectedLink>();
  for (const params of active.values()) {
    for (const link of params.links) cut.set(linkKey(link[0], link[1]), link);
  }
  return cut;
}

/** Of the links that are to be cut now, those that refuse: no active change cuts them in silence. By `linkKey`. */
export function refusedLinks(active: Active<LinkParams>): ReadonlyMap<string, DirectedLink> {
  const refused = new Map(cutLinks(active));
  for (const { links, by } of active.values()) if (by !== 'reject') for (const link of links) refused.delete(linkKey(link[0], link[1]));
  return refused;
}

/** What must be cut and what must be restored to get from one set of changes to another. */
export function linkSteps(
  before: Active<LinkParams>,
  after: Active<LinkParams>,
): { readonly cut: readonly DirectedLink[]; readonly heal: readonly DirectedLink[] } {
  const was = cutLinks(before);
  const is = cutLinks(after);
  return {
    cut: [...is].filter(([key]) => !was.has(key)).map(([, link]) => link),
    heal: [...was].filter(([key]) => !is.has(key)).map(([, link]) => link),
  };
}

/** `run`: nothing is wanted of the process. `down`: by kill or loss of power. */
export type ProcessWish = 'run' | 'pause' | 'down';

/** What a node's process is to be, by the union of the active changes: down beats paused. */
export function processWish(active: Active<ProcessParams>, node: NodeId): ProcessWish {
  let wish: ProcessWish = 'run';
  for (const params of active.values()) {
    if (!params.nodes.includes(node)) continue;
    if (params.type !== 'pause') return 'down';
    wish = 'pause';
  }
  return wish;
}

/** By what means a node's process is to stand: each by itself holds it. */
export function pauseMeans(active: Active<ProcessParams>, node: NodeId): ReadonlySet<'signal' | 'freezer'> {
  const pauses = [...active.values()].filter((params) => params.type === 'pause' && params.nodes.includes(node));
  return new Set(pauses.map(({ by }) => by ?? 'signal'));
}

/**
 * One thing to do to one process. `power-loss` ends it if it runs, and loses what it had not synced. `start-paused`: it
 * must stand still before it can serve.
 */
export interface ProcessStep {
  readonly node: NodeId;
  readonly step: 'kill' | 'power-loss' | 'pause' | 'resume' | 'start' | 'start-paused';
}

/** What must be done to get from one set of changes to another; at most one step a node. */
export function processSteps(before: Active<ProcessParams>, after: Active<ProcessParams>): readonly ProcessStep[] {
  const nodes = new Set<NodeId>();
  for (const active of [before, after]) for (const params of active.values()) for (const node of params.nodes) nodes.add(node);
  const steps: ProcessStep[] = [];
  for (const node of nodes) {
    const step = processStep(before, after, node);
    if (step !== undefined) steps.push({ node, step });
  }
  return steps;
}

function processStep(before: Active<ProcessParams>, after: Active<ProcessParams>, node: NodeId): ProcessStep['step'] | undefined {
  if (!losesPower(before, node) && losesPower(after, node)) return 'power-loss';
  const was = processWish(before, node);
  const is = processWish(after, node);
  if (was === is) return undefined;
  if (is === 'down') return 'kill';
  if (was === 'down') return is === 'pause' ? 'start-paused' : 'start';
  return is === 'pause' ? 'pause' : 'resume';
}

function losesPower(active: Active<ProcessParams>, node: NodeId): boolean {
  for (const params of active.values()) if (params.type === 'power-loss' && params.nodes.includes(node)) return true;
  return false;
}

/** Whether a loss of power leaves parts of what that node had not synced. */
export function hasTornWrites(active: Active<ProcessParams>, node: NodeId): boolean {
  for (const params of active.values()) if (params.torn && params.nodes.includes(node)) return true;
  return false;
}

/** What is wanted of one node's clocks: 0 everywhere is the true time. */
export interface ClockWish {
  readonly wallOffset: Ns;
  readonly monotonicOffset: Ns;
  readonly wallPpm: number;
  readonly monotonicPpm: number;
}

/** The sum of the active jumps and drifts of a node; `strobeOn` and `frozenSince` say the rest. */
export function clockWish(active: Active<ClockParams>, node: NodeId): ClockWish {
  const wish = { wallOffset: 0, monotonicOffset: 0, wallPpm: 0, monotonicPpm: 0 };
  for (const params of active.values()) {
    if (!params.nodes.includes(node)) continue;
    const wall = params.scope !== 'monotonic';
    const monotonic = params.scope !== 'wall';
    if (params.type === 'jump') {
      if (wall) wish.wallOffset += params.offset;
      if (monotonic) wish.monotonicOffset += params.offset;
    } else if (params.type === 'drift') {
      if (wall) wish.wallPpm += params.ppm;
      if (monotonic) wish.monotonicPpm += params.ppm;
    }
  }
  return { ...wish, wallOffset: wish.wallOffset as Ns, monotonicOffset: wish.monotonicOffset as Ns };
}

/** Whether the change is about that clock of that node. */
export function concerns(params: ClockParams, node: NodeId, clock: 'wall' | 'monotonic'): boolean {
  return params.nodes.includes(node) && (params.scope === 'both' || params.scope === clock);
}

/** The strobe that swings a clock of a node: the last one. */
export function strobeOn(active: Active<ClockParams>, node: NodeId, clock: 'wall' | 'monotonic'): { readonly amplitude: Ns; readonly half: Ns } | undefined {
  let last: { readonly amplitude: Ns; readonly half: Ns } | undefined;
  for (const params of active.values()) if (params.type === 'strobe' && concerns(params, node, clock)) last = params;
  return last;
}

/** Since when a clock of a node stands: the earliest `since` of the active freezes; undefined while it runs. */
export function frozenSince<T extends number | bigint>(
  active: Active<ClockParams>,
  since: ReadonlyMap<string, T>,
  node: NodeId,
  clock: 'wall' | 'monotonic',
): T | undefined {
  let earliest: T | undefined;
  for (const [id, params] of active) {
    if (params.type !== 'freeze' || !concerns(params, node, clock)) continue;
    const at = since.get(id);
    if (at !== undefined && (earliest === undefined || at < earliest)) earliest = at;
  }
  return earliest;
}
