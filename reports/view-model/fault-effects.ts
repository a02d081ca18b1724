/** What the nemesis did, in words, from the parameters that its operations carry. */
import type { History } from '../../harness/contracts/index.ts';
import { eventType, INFO, NEMESIS } from '../../harness/history/columns.ts';
import { NS_PER_MS } from '../../harness/time/units.ts';
import { type Fields, fields, items, numberOr, strings } from './reading.ts';
import type { NodeSpan } from './report-view.ts';
import { clipped, listed } from './wording.ts';

export interface Effect {
  readonly words: string;
  /** Which node was disturbed how. */
  readonly states: ReadonlyMap<string, NodeSpan['state']>;
}

/** By fault id. One pass over the events of the nemesis. */
export function faultEffects(history: History): Map<string, Effect> {
  const effects = new Map<string, Effect>();
  const { columns } = history;
  const inject = history.fs.indexOf('inject');
  if (inject < 0) return effects;
  for (let i = 0; i < history.length; i++) {
    if (columns.process[i] !== NEMESIS || columns.f[i] !== inject || eventType(columns, i) !== INFO) continue;
    const outcome = fields(history.value(columns.value[i]!));
    const changes = items(outcome['changes']).map(fields);
    if (typeof outcome['id'] === 'string') effects.set(outcome['id'], effectOf(changes, history.nodes));
  }
  return effects;
}

function effectOf(changes: readonly Fields[], nodes: readonly string[]): Effect {
  const words: string[] = [];
  const states = new Map<string, NodeSpan['state']>();
  for (const change of changes) {
    const params = fields(change['params']);
    const named = strings(params['nodes']).length > 0 ? strings(params['nodes']) : strings(change['nodes']);
    const links = linksOf(change);
    const told = links.length > 0 ? cutInWords(links, nodes) : processInWords(params, named);
    words.push(told.words);
    for (const node of links.length > 0 ? cutNodes(links, nodes) : named) states.set(node, told.state);
  }
  return { words: clipped([...new Set(words)].join('; '), 120), states };
}

/** One change of a fault: `n1 cut from n2, n3`, `n2 killed`. `change` as the journal has it. */
export function changeInWords(change: unknown): string {
  const links = linksOf(fields(change));
  const ends = [...new Set(links.flat())].filter((end) => end !== 'clients').sort();
  return clipped((links.length > 0 ? cutInWords(links, ends) : processInWords(fields(fields(change)['params']), nodesOf(fields(change)))).words, 120);
}

/** What is cut: links that are only made bad have an effect of their own. */
function linksOf(change: Fields): [string, string][] {
  const params = fields(change['params']);
  return params['type'] === 'shape' || params['type'] === 'lose' ? [] : linksIn(params);
}

function linksIn(params: Fields): [string, string][] {
  return items(params['links'])
    .map(strings)
    .filter((link) => link.length === 2) as [string, string][];
}

function nodesOf(change: Fields): string[] {
  const named = strings(fields(change['params'])['nodes']);
  return named.length > 0 ? named : strings(change['nodes']);
}

interface Told {
  readonly words: string;
  readonly state: NodeSpan['state'];
}

function processInWords(params: Fields, nodes: readonly string[]): Told {
  const who = listed(nodes);
  switch (params['type']) {
    case 'shape':
      return { words: `links of ${who}: ${Object.keys(fields(params['shape'])).join(', ')}`, state: 'disturbed' };
    case 'lose':
      return { words: `${lostAnswers(linksIn(params))} lost`, state: 'disturbed' };
    case 'kill':
      return { words: `${who} killed`, state: 'killed' };
    case 'power-loss':
      return { words: `${who} lost power`, state: 'killed' };
    case 'pause':
      return { words: `${who} ${params['by'] === 'freezer' ? 'frozen' : 'paused'}`, state: 'paused' };
    case 'jump': {
      const offset = numberOr(params['offset']);
      return { words: `clock of ${who} moved${offset === null ? '' : ` by ${signed(offset / NS_PER_MS)} ms`}`, state: 'clock' };
    }
    case 'drift':
      return { words: `clock of ${who} drifts${numberOr(params['ppm']) === null ? '' : ` by ${signed(numberOr(params['ppm'])!)} ppm`}`, state: 'clock' };
    case 'strobe': {
      const amplitude = numberOr(params['amplitude']);
      return { words: `clock of ${who} swings${amplitude === null ? '' : ` by ${signed(amplitude / NS_PER_MS)} ms`}`, state: 'clock' };
    }
    case 'freeze':
      return { words: `clock of ${who} stands still`, state: 'clock' };
    case 'cpu':
      return { words: `${who} at ${numberOr(params['millis']) ?? '?'} thousandths of a processor`, state: 'disturbed' };
    case 'memory':
      return { words: `${who} with ${(numberOr(params['bytes']) ?? 0) / 2 ** 20} MiB of memory`, state: 'disturbed' };
    case 'processes':
    case 'descriptors':
      return { words: `${who} without more ${params['type']}`, state: 'disturbed' };
    default: {
      const disk = DISKS[String(params['type'])];
      return disk === undefined ? { words: `${who} disturbed`, state: 'disturbed' } : { words: `disk of ${who} ${disk}`, state: 'disk' };
    }
  }
}

/** `answers of n2 to n1, n3`. */
function lostAnswers(links: readonly (readonly [string, string])[]): string {
  const answering = [...new Set(links.map(([node]) => node))];
  const asking = [...new Set(links.map(([, end]) => end))];
  return `answers of ${listed(answering)} to ${listed(asking)}`;
}

const DISKS: Readonly<Record<string, string>> = {
  full: 'full',
  slow: 'slow',
  error: 'fails',
  'lying-fsync': 'forgets what it says it keeps',
  corrupt: 'turns bits',
};

const signed = (value: number): string => `${value > 0 ? '+' : ''}${Math.round(value * 10) / 10}`;

/** `n1 cut from n2, n3` where the cut is whole and both ways, else the directed links. */
function cutInWords(links: readonly (readonly [string, string])[], nodes: readonly string[]): Told {
  const cut = new Set(links.map(([from, to]) => `${from} ${to}`));
  const bothWays = links.every(([from, to]) => cut.has(`${to} ${from}`));
  const between = links.every(([from, to]) => nodes.includes(from) && nodes.includes(to));
  const sides = bothWays && between ? components(nodes, cut) : [];
  const whole = sides.length > 1 && sides.every((side) => side.every((node) => nodes.every((other) => side.includes(other) || cut.has(`${node} ${other}`))));
  if (whole && sides.length === 2) return { words: `${sides[0]!.join(', ')} cut from ${sides[1]!.join(', ')}`, state: 'cut' };
  if (whole) return { words: sides.map((side) => side.join(' ')).join(' | '), state: 'cut' };
  const arrow = bothWays ? '↔' : '→';
  const shown = bothWays ? links.filter(([from, to]) => from < to) : links;
  return { words: `${shown.map(([from, to]) => `${from} ${arrow} ${to}`).join(', ')} cut`, state: 'cut' };
}

/** Groups of nodes that can still talk both ways, the largest last, as partitions are usually written. */
function components(nodes: readonly string[], cut: ReadonlySet<string>): string[][] {
  const left = new Set(nodes);
  const groups: string[][] = [];
  for (const node of nodes) {
    if (!left.delete(node)) continue;
    const group = [node];
    for (const member of group) {
      for (const other of [...left]) if (!cut.has(`${member} ${other}`) && !cut.has(`${other} ${member}`) && left.delete(other)) group.push(other);
    }
    groups.push(group.sort());
  }
  return groups.sort((a, b) => a.length - b.length);
}

/** The nodes that lost more than others did: the smaller side of a cut, or all that a link was cut from or to. */
function cutNodes(links: readonly (readonly [string, string])[], nodes: readonly string[]): string[] {
  const lost = new Map<string, number>();
  for (const end of links.flat()) if (nodes.includes(end)) lost.set(end, (lost.get(end) ?? 0) + 1);
  const most = Math.max(0, ...lost.values());
  return [...lost].filter(([, times]) => times === most).map(([node]) => node);
}
