import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Event, History, Result } from '../../harness/contracts/index.ts';
import { HistoryBuilder } from '../../harness/history/builder.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { isolation } from './checker.ts';
import { ELLE_DIFFERENCES, WEAK_MODELS } from './testing/elle-differences.ts';

const CORPUS = fileURLToPath(new URL('../../../shared/corpora/isolation/', import.meta.url));
const present = existsSync(CORPUS);
if (!present) console.log(`not run, as ${CORPUS} is not there: the corpus of isolation`);

interface Told {
  readonly valid?: Result['valid'];
  readonly anomalies?: readonly string[];
}

interface Case {
  readonly name: string;
  readonly workload: 'list-append' | 'rw-register';
  readonly subcheck?: string;
  readonly opts?: { readonly 'consistency-models'?: string[] | null; readonly anomalies?: string[] };
  readonly history: readonly Event[];
  readonly expected: Told & {
    readonly found?: boolean;
    readonly count?: number | Readonly<Record<string, number>>;
    readonly verdicts?: Readonly<Record<string, Told>>;
  };
  readonly verdicts?: Readonly<Record<string, Told>>;
}

const casesOf = (file: string): Case[] => (present ? (JSON.parse(readFileSync(`${CORPUS}${file}`, 'utf8')) as Case[]) : []);
const elle = casesOf('elle-tests.json');

function historyOf(events: readonly Event[]): History {
  const builder = new HistoryBuilder();
  for (const { process, type, value, f, time } of events) builder.append({ process, type, value, f, time });
  return builder.build();
}

/** Judges the case, and has every certificate verified. */
function judge({ workload, history }: Case, options: Readonly<Record<string, unknown>>): Result {
  const read = historyOf(history);
  const result = isolation.check(read, isolation.options.parse({ workload, ...options }), UNLIMITED);
  if (result.valid === false) for (const anomaly of result.anomalies) expect(verifyCertificate(read, anomaly), anomaly.sentence).toEqual({ ok: true, why: '' });
  return result;
}

const types = (result: Result): string[] => (result.valid === false ? [...new Set(result.anomalies.map(({ type }) => type))].sort() : []);

describe('as Elle, or as docs/elle-differences.md says', () => {
  it.each(elle.filter(({ subcheck }) => subcheck === undefined))('$name', (one) => {
    const models = one.opts?.['consistency-models'];
    const result = judge(one, { ...(models ? { consistencyModels: models } : {}), anomalies: one.opts?.anomalies ?? [] });
    const theirs = { valid: one.expected.valid, anomalies: (one.expected.anomalies ?? []).filter((name) => name !== 'empty-transaction-graph').sort() };
    const { valid, anomalies } = ELLE_DIFFERENCES[one.name] ?? theirs;
    expect({ valid: result.valid, anomalies: types(result) }).toEqual({ valid, anomalies });
  });

  it.each(elle.flatMap((one) => Object.entries(one.verdicts ?? {}).map(([model, told]) => ({ name: one.name, model, one, valid: told.valid }))))(
    '$name about $model',
    ({ one, model, valid }) => {
      const result = judge(one, { consistencyModels: [model] });
      if (result.valid === valid || valid === undefined || ELLE_DIFFERENCES[one.name] !== undefined) return;
      // What is left: Elle does not know, Elle does not look, we do not decide, and what nobody wrote.
      if (valid === 'unknown' || types(result).includes('thin-air-read')) return;
      if (result.valid === 'unknown') expect(result.reasons.map(({ code }) => code)).toEqual(['not-decided']);
      else expect({ model: WEAK_MODELS.has(model), valid: result.valid }).toEqual({ model: true, valid: false });
    },
  );

  it.each(elle.filter(({ subcheck }) => subcheck !== undefined))('$name', (one) => {
    const { found } = judge(one, { anomalies: ['G1a', 'G1b', 'internal', 'future-read'] }).stats as { found?: Record<string, number> };
    const { count } = one.expected;
    const expected = typeof count === 'object' ? count : { [one.subcheck!]: count ?? 0 };
    const kinds = one.subcheck === 'internal' ? ['internal', 'future-read'] : [one.subcheck!];
    for (const kind of kinds) expect(found?.[kind] ?? 0, kind).toBe(expected[kind] ?? 0);
  });

  it.each(Object.keys(ELLE_DIFFERENCES))('the page tells of %s', (name) => {
    expect(readFileSync(new URL('../../docs/elle-differences.md', import.meta.url), 'utf8')).toContain(name);
  });
});

describe('where others are wrong', () => {
  it.each(
    casesOf('gap-cases.json').flatMap((one) =>
      Object.entries(one.expected.verdicts ?? {}).map(([model, { valid }]) => ({ name: one.name, model, one, valid })),
    ),
  )('$name about $model', ({ one, model, valid }) => {
    expect(judge(one, { consistencyModels: [model] }).valid).toBe(valid);
  });
});
