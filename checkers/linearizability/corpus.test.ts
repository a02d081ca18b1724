import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../harness/contracts/index.ts';
import { readHistory } from '../../harness/history/read-history.ts';
import { UNLIMITED } from '../budget/budget.ts';
import { verifyCertificate } from '../certificates/registry.ts';
import { linearizable } from './checker.ts';

const CORPORA = fileURLToPath(new URL('../../../shared/corpora/', import.meta.url));
const absent = !existsSync(CORPORA);

interface Expected {
  readonly linearizable: boolean;
  readonly ops: number;
}

async function judged(file: string, model: string): Promise<Result & { operations: number }> {
  const { history } = await readHistory(CORPORA + file, { strictness: 'strict' });
  const result = linearizable.check(history, linearizable.options.parse({ model }), UNLIMITED);
  if (result.valid === false) {
    for (const anomaly of result.anomalies) expect(verifyCertificate(history, anomaly), `${file}: ${anomaly.sentence}`).toMatchObject({ ok: true });
  }
  return { ...result, operations: (result.stats as { operations: number }).operations };
}

const porcupine = (): [string, Expected][] =>
  absent ? [] : Object.entries(JSON.parse(readFileSync(`${CORPORA}porcupine/expected.json`, 'utf8')) as Record<string, Expected>);

describe.skipIf(absent)('the corpus of porcupine (../shared/corpora/porcupine)', () => {
  it('has the histories', () => {
    expect(porcupine().length).toBeGreaterThan(50);
  });

  it.each(porcupine())('%s', async (file, expected) => {
    const result = await judged(`porcupine/${file}`, file.startsWith('kv/') ? 'kv' : 'etcd-register');
    expect(result.valid).toBe(expected.linearizable);
    expect(result.operations).toBe(expected.ops);
  });
});

const synthetic = (): [string, Expected][] =>
  absent
    ? []
    : readFileSync(`${CORPORA}synthetic/manifest.jsonl`, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Expected & { file: string })
        .map((entry) => [entry.file, entry]);

describe.skipIf(absent)('synthetic registers (../shared/corpora/synthetic)', () => {
  it.each(synthetic())('%s', async (file, expected) => {
    expect((await judged(`synthetic/${file}`, 'cas-register')).valid).toBe(expected.linearizable);
  });
});
