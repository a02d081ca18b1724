/** The one sentence about a cycle, in the words of the domain. */
import type { DependencyView } from '../../isolation-view.ts';
import { listed, valueInWords } from '../../wording.ts';
import type { MicroOp, Transaction } from './transactions.ts';

/** `Read skew: T9 saw the 3 that T4 appended to x, and missed the 5 that it appended to y`. Short cycles say what happened, long ones who precedes whom. */
export function headlineOf(phenomenon: string, steps: readonly DependencyView[], of: (index: number) => Transaction): string {
  const words = steps.length === 2 ? pairInWords(steps, of) : missInWords(steps, of);
  return `${phenomenon}: ${words ?? circleInWords(steps, of)}`;
}

/** Whether a read was late in time, which has a name of its own. */
export function isStaleRead(steps: readonly DependencyView[]): boolean {
  return steps.length === 2 && steps.some(({ kind }) => kind === 'rw') && steps.some(({ kind }) => kind === 'realtime' || kind === 'process');
}

function pairInWords(steps: readonly DependencyView[], of: (index: number) => Transaction): string | undefined {
  const [one, other] = [...steps].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)) as [DependencyView, DependencyView];
  const kinds = `${one.kind} ${other.kind}`;
  const name = (index: number): string => of(index).name;
  if (kinds === 'wr rw') return `${name(one.to)} saw ${written(one.from, one.fromOp, of)}, and missed ${written(other.to, other.toOp, of)}`;
  if (kinds === 'wr wr') return `${name(one.to)} saw ${written(one.from, one.fromOp, of)}, and ${name(other.to)} saw ${written(other.from, other.fromOp, of)}`;
  if (kinds === 'rw rw')
    return `${name(one.from)} missed ${written(one.to, one.toOp, of)}, and ${name(other.from)} missed ${written(other.to, other.toOp, of)}`;
  if (kinds === 'rw realtime' || kinds === 'rw process') return `${name(one.from)} missed ${written(one.to, one.toOp, of)}, although ${other.words}`;
  if (kinds === 'wr ww') return `${name(one.to)} saw ${written(one.from, one.fromOp, of)}, and yet ${other.words}`;
  if (kinds === 'wr realtime' || kinds === 'wr process') return `${name(one.to)} saw ${written(one.from, one.fromOp, of)}, although ${other.words}`;
  if (kinds === 'ww realtime' || kinds === 'ww process') return `${one.words}, although ${other.words}`;
  if (kinds === 'ww ww') return `${one.words}, and ${other.words}`;
  return undefined;
}

/** Of a longer cycle with one miss: what was seen, if anything, and what was missed although it came before. */
function missInWords(steps: readonly DependencyView[], of: (index: number) => Transaction): string | undefined {
  const misses = steps.filter(({ kind }) => kind === 'rw');
  const [miss] = misses;
  if (miss === undefined || misses.length > 1) return undefined;
  const last = steps.find(({ to }) => to === miss.from);
  const seen = last?.kind === 'wr' ? `saw ${written(last.from, last.fromOp, of)}, and ` : '';
  const later = of(last?.kind === 'wr' ? last.from : miss.from).name;
  return `${of(miss.from).name} ${seen}missed ${written(miss.to, miss.toOp, of)}, although ${of(miss.to).name} came before ${later}`;
}

const ORDER: readonly DependencyView['kind'][] = ['wr', 'rw', 'ww', 'realtime', 'process', 'finding'];

/** `the 3 that T4 appended to x`. */
function written(index: number, op: number | null, of: (index: number) => Transaction): string {
  const transaction = of(index);
  const micro: MicroOp | undefined = transaction.ops[op ?? -1];
  if (micro === undefined) return `what ${transaction.name} wrote`;
  if (micro.kind === 'insert') return `the row ${valueInWords(micro.key)} that ${transaction.name} inserted`;
  if (micro.kind === 'delete') return `that ${transaction.name} deleted ${valueInWords(micro.key)}`;
  return `the ${valueInWords(micro.value)} that ${transaction.name} ${micro.kind === 'append' ? 'appended' : 'wrote'} to ${valueInWords(micro.key)}`;
}

function circleInWords(steps: readonly DependencyView[], of: (index: number) => Transaction): string {
  const names = steps.map(({ from }) => of(from).name);
  return `${[...names, names[0]!].join(' before ')}, so that none of ${listed(names)} can be first`;
}
