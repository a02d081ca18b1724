/**
 * What one sees while a run goes on. On a terminal: lines of what happened, and below them a few that are drawn anew: phase
 * and progress, rates, active faults, the last error. Elsewhere: plain lines, a rate every few seconds of the run's own time.
 */
import type { ChalkInstance } from 'chalk';
import { createLogUpdate } from 'log-update';
import type { RunEvent } from '../../harness/lifecycle/index.ts';
import { clipped, count } from '../view-model/index.ts';
import { FaultLines } from './fault-lines.ts';
import { oneLine, paintFor } from './style.ts';

export interface LiveView {
  onEvent(event: RunEvent): void;
  /** Announces a run. `timeLimitMs`: how long its workload goes on. */
  begin(title: string, subtitle: string, timeLimitMs?: number): void;
  /** Takes away what is drawn anew; lines stay. */
  end(): void;
}

export interface LiveViewOptions {
  readonly stream: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly paint?: ChalkInstance;
}

/** Without a terminal: a line about rates this often, in ns of the run. */
const QUIET = 5_000_000_000;
const BAR_COLUMNS = 28;

type Progress = Extract<RunEvent, { readonly type: 'progress' }>['progress'];

/** A view on a stream. */
export function createLiveView({ stream, paint = paintFor(process.env) }: LiveViewOptions): LiveView {
  return stream.isTTY === true ? new TerminalView(stream, paint) : new PlainView(stream, paint);
}

/** What both views know of the run. */
class RunState {
  faults = new FaultLines();
  phase = '';
  workloadStart = 0;
  timeLimitNs = 0;
  now = 0;
  before: Progress | undefined;
  last: Progress | undefined;
  check: { readonly name: string; readonly share: number } | undefined;

  begin(timeLimitMs: number): void {
    Object.assign(this, { ...new RunState(), timeLimitNs: timeLimitMs * 1_000_000 });
  }

  progress(progress: Progress): void {
    this.before = this.last;
    this.last = progress;
    this.now = progress.time;
  }

  /** Operations that ended per second, since the progress before. */
  rate(): number {
    const [before, last] = [this.before, this.last];
    if (before === undefined || last === undefined || last.time <= before.time) return 0;
    return Math.max(0, Math.round((done(last) - done(before)) / ((last.time - before.time) / 1e9)));
  }
}

const done = ({ ok, fail, info }: Progress): number => ok + fail + info;
const clock = (timeNs: number): string => `${(timeNs / 1e9).toFixed(1).padStart(6)} s`;

/** The line that an event leaves behind; undefined where it only changes what is drawn anew. */
function lasting(event: RunEvent, state: RunState, paint: ChalkInstance): string | undefined {
  if (event.type === 'provision' || event.type === 'notice') return `  ${oneLine(event.message)}`;
  if (event.type === 'phase') {
    state.phase = event.name;
    state.now = event.timeNs;
    if (event.name === 'workload') state.workloadStart = event.timeNs;
    return `  ${clock(event.timeNs)}  ${paint.dim(event.name)}`;
  }
  if (event.type === 'fault') {
    const text = state.faults.tell(event.entry, paint);
    return text === undefined || !('time' in event.entry) ? undefined : `  ${clock(event.entry.time)}  ${text}`;
  }
  return undefined;
}

class PlainView implements LiveView {
  readonly #stream: LiveViewOptions['stream'];
  readonly #paint: ChalkInstance;
  readonly #state = new RunState();
  #spoken = 0;

  constructor(stream: LiveViewOptions['stream'], paint: ChalkInstance) {
    this.#stream = stream;
    this.#paint = paint;
  }

  begin(title: string, subtitle: string, timeLimitMs = 0): void {
    this.#state.begin(timeLimitMs);
    this.#spoken = 0;
    this.#stream.write(`\n${this.#paint.bold(oneLine(title))}  ${this.#paint.dim(oneLine(subtitle))}\n`);
  }

  onEvent(event: RunEvent): void {
    const line = lasting(event, this.#state, this.#paint);
    if (line !== undefined) this.#stream.write(`${line}\n`);
    if (event.type !== 'progress') return;
    const { progress } = event;
    if (progress.time - this.#spoken < QUIET) return;
    this.#state.progress(progress);
    this.#spoken = progress.time;
    this.#stream.write(`  ${clock(progress.time)}  ${rates(progress, this.#state.rate(), this.#paint)}\n`);
  }

  end(): void {
    // nothing is drawn anew
  }
}

function rates(progress: Progress, rate: number, paint: ChalkInstance): string {
  const { ok, info, fail, inFlight } = progress;
  const unknown = info === 0 ? '' : paint.yellow(`  ${count(info)} unknown`);
  const failed = fail === 0 ? '' : paint.magenta(`  ${count(fail)} failed`);
  return `${paint.blue(`${count(ok)} ok`)}${unknown}${failed}  ${count(rate)}/s  ${inFlight} in flight`;
}

class TerminalView implements LiveView {
  readonly #stream: LiveViewOptions['stream'];
  readonly #paint: ChalkInstance;
  readonly #state = new RunState();
  readonly #draw: ReturnType<typeof createLogUpdate>;

  constructor(stream: LiveViewOptions['stream'], paint: ChalkInstance) {
    this.#stream = stream;
    this.#paint = paint;
    this.#draw = createLogUpdate(stream as NodeJS.WritableStream, { showCursor: true });
  }

  begin(title: string, subtitle: string, timeLimitMs = 0): void {
    this.end();
    this.#state.begin(timeLimitMs);
    this.#stream.write(`\n${this.#paint.bold(oneLine(title))}  ${this.#paint.dim(oneLine(subtitle))}\n`);
  }

  onEvent(event: RunEvent): void {
    const line = lasting(event, this.#state, this.#paint);
    if (event.type === 'progress') this.#state.progress(event.progress);
    if (event.type === 'check') this.#state.check = { name: event.checker, share: event.total === 0 ? 0 : event.done / event.total };
    if (line !== undefined) {
      this.#draw.clear();
      this.#stream.write(`${line}\n`);
    }
    this.#draw(this.#lines().join('\n'));
  }

  end(): void {
    this.#draw.clear();
    this.#draw.done();
  }

  #lines(): string[] {
    const { last, faults, check, phase } = this.#state;
    const width = Math.max(40, (this.#stream.columns ?? 80) - 4);
    const fitted = (text: string): string => clipped(oneLine(text), width - 10);
    if (check !== undefined) return ['', `  ${this.#paint.bold('checking')}  ${fitted(check.name)}  ${bar(check.share, this.#paint)}`];
    if (last === undefined) return ['', `  ${this.#paint.bold(phase || 'starting')}`];
    const active = faults.active();
    return [
      '',
      `  ${this.#paint.bold(phase)}  ${this.#position()}`,
      `  ${rates(last, this.#state.rate(), this.#paint)}`,
      ...(active.length === 0 ? [] : [`  ${this.#paint.yellow('▓')} ${fitted(active.join('; '))}`]),
      ...(last.lastError === undefined ? [] : [`  ${this.#paint.dim(`last error  ${fitted(`${last.lastError.code}: ${last.lastError.message}`)}`)}`]),
    ];
  }

  #position(): string {
    const { now, workloadStart, timeLimitNs, phase } = this.#state;
    if (phase !== 'workload' || timeLimitNs <= 0) return `${(now / 1e9).toFixed(1)} s`;
    const passed = Math.max(0, Math.min(timeLimitNs, now - workloadStart));
    return `${bar(passed / timeLimitNs, this.#paint)}  ${(passed / 1e9).toFixed(1)} of ${(timeLimitNs / 1e9).toFixed(0)} s`;
  }
}

function bar(share: number, paint: ChalkInstance): string {
  const full = Math.round(Math.max(0, Math.min(1, share)) * BAR_COLUMNS);
  return paint.blue('█'.repeat(full)) + paint.dim('░'.repeat(BAR_COLUMNS - full));
}
