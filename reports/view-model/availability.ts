/** Availability, latency from the intended start, and errors: what the checks `availability` and `stats` measured. */
import type { RunResults } from '../../harness/store/index.ts';
import { amount, fields, items, numberOr } from './reading.ts';
import type { AvailabilityView, LatencyRow } from './report-view.ts';
import { clipped } from './wording.ts';

/** Error codes that are listed. */
const ERRORS = 12;

/** From the results alone. */
export function availabilityView(results: RunResults): AvailabilityView {
  const stats = fields(results.checks.find((check) => check.checker === 'availability')?.stats);
  const outcomes = fields(results.checks.find((check) => check.checker === 'stats')?.stats);
  const gap = fields(stats['longestGap']);
  const byF = Object.entries(fields(stats['byF']));
  return {
    okShare: numberOr(stats['okShare']),
    longestGap: numberOr(gap['ms']) === null ? null : { ms: amount(gap['ms']), from: amount(gap['from']), to: amount(gap['to']) },
    latency: [...byF.map(([f, row]) => latencyRow(f, row)), ...(byF.length > 1 ? [latencyRow('all', stats)] : [])].filter((row) => row !== undefined),
    errors: items(outcomes['errors'])
      .slice(0, ERRORS)
      .map((row) => ({
        code: String(fields(row)['code']),
        message: clipped(String(fields(row)['message'] ?? ''), 110),
        info: amount(fields(row)['info']),
        fail: amount(fields(row)['fail']),
      })),
  };
}

function latencyRow(name: string, row: unknown): LatencyRow | undefined {
  const latency = fields(fields(row)['latencyMs']);
  if (numberOr(latency['count']) === null || amount(latency['count']) === 0) return undefined;
  const of = (field: string): number => amount(latency[field]);
  return { name, count: of('count'), p50: of('p50'), p90: of('p90'), p99: of('p99'), p999: of('p999'), max: of('max') };
}
