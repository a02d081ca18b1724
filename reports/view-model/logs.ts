/** Logs of the nodes: around the first finding, and their last lines. Pure: the lines are given. */
import { NS_PER_MS, NS_PER_S } from '../../harness/time/units.ts';
import { fields } from './reading.ts';
import type { FindingView, LogLineView, LogsView } from './report-view.ts';
import type { NodeLog } from './run-facts.ts';
import { clipped } from './wording.ts';

const TAIL = 15;
const NEAR = 60;
const LINE_CHARS = 220;
/** How far around a finding lines still count as near, ns. */
const MARGIN = 300_000_000;

/** `startedAt`: the calendar time of the run's clock at 0, ISO, where it is known. */
export function logsView(logs: readonly NodeLog[], findings: readonly FindingView[], startedAt: string | undefined): LogsView {
  const zero = startedAt === undefined ? Number.NaN : Date.parse(startedAt);
  const parsed = logs.map((log) => ({ log, lines: log.lines.filter((line) => line.trim() !== '').map((line) => lineView(log.node, line, zero)) }));
  return {
    near: nearFirst(
      findings[0],
      parsed.flatMap(({ lines }) => lines),
    ),
    tails: parsed
      .filter(({ lines }) => lines.length > 0)
      .map(({ log, lines }) => ({
        node: log.node,
        file: log.file,
        lines: lines.slice(-TAIL),
        leftOut: log.cut ? ('many' as const) : Math.max(0, lines.length - TAIL),
      })),
  };
}

function nearFirst(finding: FindingView | undefined, lines: readonly LogLineView[]): LogsView['near'] {
  if (finding === undefined) return null;
  const ops = finding.drawing?.ops ?? [];
  const from = Math.min(finding.time, ...ops.map((op) => op.start)) - MARGIN;
  const to = Math.max(finding.time, ...ops.map((op) => op.end ?? op.start)) + MARGIN;
  const near = lines.filter((line) => line.time !== null && line.time >= from && line.time <= to).sort((a, b) => a.time! - b.time!);
  const nearest = [...near].sort((a, b) => Math.abs(a.time! - finding.time) - Math.abs(b.time! - finding.time)).slice(0, NEAR);
  return { finding: finding.id, from: Math.max(0, from), to, lines: near.filter((line) => nearest.includes(line)) };
}

function lineView(node: string, line: string, zeroMs: number): LogLineView {
  const own = /^(\d+\.\d+) s (.*)$/.exec(line);
  if (own !== null) return told(node, Number(own[1]) * NS_PER_S, own[2]!);
  const json = jsonLine(line);
  const stamp = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?Z?/.exec(line.slice(0, 120))?.[0];
  const wall = stamp === undefined ? Number.NaN : Date.parse(stamp.replace(' ', 'T').replace(',', '.').replace(/Z?$/, 'Z'));
  const time = (wall - zeroMs) * NS_PER_MS;
  return told(node, Number.isFinite(time) ? time : null, json ?? (stamp === undefined ? line : line.replace(stamp, '').trim()));
}

function told(node: string, time: number | null, text: string): LogLineView {
  return { time, node, text: clipped(text, LINE_CHARS), alarming: /\b(warn|warning|error|err|fatal|panic|lost|failed|refused|SIGKILL)\b/i.test(text) };
}

/** A structured log line: its level and message, then its other fields. */
function jsonLine(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { level, msg, message, ts: _ts, time: _time, caller: _caller, ...rest } = fields(JSON.parse(line));
    const text = msg ?? message;
    if (typeof text !== 'string') return undefined;
    const others = Object.entries(rest).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
    return [typeof level === 'string' && level !== 'info' ? level : '', text, ...others].filter((part) => part !== '').join(' ');
  } catch {
    return undefined;
  }
}
