/** Anomalies of isolation as short text: what happened, who comes before whom and why, the transactions on lanes. */
import type { ChalkInstance } from 'chalk';
import {
  type AnomalyClusterView,
  type ChoiceView,
  count,
  type DependencyView,
  type EvidenceView,
  type IsolationStory,
  type IsolationSummaryView,
} from '../view-model/index.ts';
import { type LaneOperation, lanes } from './lanes.ts';
import { oneLine, paintFor } from './style.ts';
import { readableColumns, wrapped } from './wrap.ts';

export interface IsolationTextOptions {
  readonly indent: string;
  /** `evidence`: with the events that prove each step. */
  readonly detail: 'steps' | 'evidence';
  /** Columns of the terminal. */
  readonly columns?: number;
  readonly paint?: ChalkInstance;
}

/** Keys and windows named of a class. */
const NAMED = 4;
/** A history that took less (ns) has no times. */
const SHORTEST_RUN = 1_000_000;
/** Longer names of lanes are no help. */
const LABEL = 40;

/** Lines below the sentence of an anomaly. */
export function isolationText({ isolation, thus }: IsolationStory, options: IsolationTextOptions): string[] {
  const { indent, detail } = options;
  const paint = options.paint ?? paintFor(process.env);
  const columns = options.columns ?? readableColumns();
  const story = new IsolationText({ isolation, paint, columns: columns - indent.length });
  return [
    ...story.steps(detail),
    ...story.choice(),
    ...(thus === '' ? [] : wrapped(`${paint.red('∴')} `, oneLine(thus), columns - indent.length)),
    ...story.lanes(),
    ...(detail === 'evidence' || isolation.standing === 'assumption' ? story.standing() : []),
  ].map((line) => (line === '' ? '' : `${indent}${line}`));
}

interface Material {
  readonly isolation: IsolationStory['isolation'];
  readonly paint: ChalkInstance;
  readonly columns: number;
}

class IsolationText {
  readonly #isolation: IsolationStory['isolation'];
  readonly #paint: ChalkInstance;
  readonly #columns: number;

  constructor({ isolation, paint, columns }: Material) {
    this.#isolation = isolation;
    this.#paint = paint;
    this.#columns = columns;
  }

  steps(detail: IsolationTextOptions['detail']): string[] {
    const { dependencies } = this.#isolation;
    const heads = dependencies.map(({ from, to }) => (from === to ? this.#name(from) : `${this.#name(from)} → ${this.#name(to)}`));
    const width = Math.max(0, ...heads.map(({ length }) => length));
    const labels = Math.max(0, ...dependencies.map(({ kind }) => (kind === 'finding' ? 0 : kind.length)));
    return dependencies.flatMap((step, i) => {
      const kind = step.kind === 'finding' ? '' : `${this.#kind(step)}${' '.repeat(labels - step.kind.length)}  `;
      const head = `${heads[i]!.padEnd(width)}  ${kind}`;
      return [...wrapped(head, oneLine(step.words), this.#columns), ...(detail === 'evidence' ? this.#evidence(step) : [])];
    });
  }

  choice(): string[] {
    const { choice } = this.#isolation;
    if (choice === null) return [];
    const branches: readonly (readonly [string, ChoiceView['either']])[] = [
      ...choice.settled.map((branch) => ['not  ', branch] as const),
      ['either  ', choice.either],
      ['or  ', choice.or],
    ];
    return branches.flatMap(([head, { assumption, steps }]) => [
      ...wrapped(this.#paint.bold(head), `${oneLine(assumption)}:`, this.#columns),
      ...steps.flatMap((step) => wrapped('    · ', oneLine(step), this.#columns)),
      ...wrapped(`    ${this.#paint.red('∴')} `, 'a circle: it cannot be.', this.#columns),
    ]);
  }

  /** With what they did where there is room, else with their names; none where even that is too wide. */
  lanes(): string[] {
    const drawn = (labelOf: (at: number) => string): LaneOperation[] =>
      this.#isolation.transactions.map(({ operation }, i) => ({
        op: operation.index,
        // a completion without invocation is a moment
        complete: operation.end === null ? null : operation.complete === operation.index ? operation.index + 0.5 : operation.complete,
        process: operation.process,
        node: operation.node,
        label: labelOf(i),
        mark: '',
      }));
    const { transactions } = this.#isolation;
    const full = transactions.every(({ operation }) => operation.words.length <= LABEL)
      ? lanes(
          drawn((i) => oneLine(transactions[i]!.operation.words)),
          this.#columns,
        )
      : undefined;
    const lines =
      full ??
      lanes(
        drawn((i) => transactions[i]!.name),
        this.#columns,
      );
    return lines === undefined || lines.length === 0 ? [] : ['', ...lines];
  }

  standing(): string[] {
    const { standing, basis } = this.#isolation;
    const word = standing === 'proved' ? this.#paint.green('proved') : this.#paint.magenta('rests on an assumption');
    return ['', ...wrapped('', `${word}: ${oneLine(basis)}`, this.#columns)];
  }

  #evidence({ evidence, rule }: DependencyView): string[] {
    const timed = this.#isolation.transactions.some(({ operation }) => (operation.end ?? operation.start) >= SHORTEST_RUN);
    const rows = evidence.flatMap((one) => wrapped(`    ${this.#paint.dim(placeOf(one, timed))}  `, `${one.name} ${oneLine(one.words)}`, this.#columns));
    return [...rows, ...(rule === '' ? [] : wrapped('    ', this.#paint.dim(rule), this.#columns))];
  }

  #kind({ kind }: DependencyView): string {
    if (kind === 'rw') return this.#paint.red(kind);
    if (kind === 'wr') return this.#paint.blue(kind);
    return kind === 'realtime' || kind === 'process' ? this.#paint.magenta(kind) : this.#paint.bold(kind);
  }

  #name(index: number): string {
    return this.#isolation.transactions.find(({ operation }) => operation.index === index)?.name ?? `T${index}`;
  }
}

function placeOf({ event, process, node, time }: EvidenceView, timed: boolean): string {
  const parts = [`event ${event}`, `process ${process}${node === null ? '' : ` on ${node}`}`, ...(timed ? [`${(time / 1e9).toFixed(6)} s`] : [])];
  return parts.map(oneLine).join(', ');
}

/** How many of which class, on which keys, inside which fault windows; what was not decided. */
export function isolationSummaryText({ clusters, open }: IsolationSummaryView, options: Omit<IsolationTextOptions, 'detail'>): string[] {
  const paint = options.paint ?? paintFor(process.env);
  const columns = options.columns ?? readableColumns();
  const rows = clusters.flatMap((cluster) => wrapped(`${options.indent}${paint.bold(count(cluster.count))} × `, oneLine(clusterInWords(cluster)), columns));
  const doubts = open.flatMap(({ exhausted, message }) =>
    wrapped(`${options.indent}${paint.magenta(exhausted ? 'budget exhausted' : 'not decided')}: `, oneLine(message), columns),
  );
  return [...rows, ...doubts];
}

function clusterInWords({ type, title, count: all, told, keys, windows, outside }: AnomalyClusterView): string {
  const first = (rows: readonly string[]): string => `${rows.slice(0, NAMED).join(', ')}${rows.length > NAMED ? `, ${rows.length - NAMED} more` : ''}`;
  const on = keys.length === 0 ? '' : ` on ${keys.length === 1 ? 'key' : 'keys'} ${first(keys.map(({ key, count: n }) => (n > 1 ? `${key} (${n})` : key)))}`;
  const within = [...windows.map(({ id, count: n }) => `${id} (${n})`), ...(windows.length > 0 && outside > 0 ? [`outside (${outside})`] : [])];
  const seen = all > told ? `, ${told} of them looked at` : '';
  return `${title} (${type})${seen}${on}${within.length === 0 ? '' : `; during ${first(within)}`}`;
}
