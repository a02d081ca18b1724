import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { INFO } from '../columns.ts';
import { operations, outcomeOf } from '../operations.ts';
import { readHistory } from '../read-history.ts';

const corpora = fileURLToPath(new URL('../../../../shared/corpora/', import.meta.url));

async function counted(path: string) {
  const { history, format, notices } = await readHistory(path, { strictness: 'strict' });
  const list = operations(history);
  let crashed = 0;
  for (let k = 0; k < list.count; k++) if (outcomeOf(history, list, k) === INFO) crashed++;
  return { ops: list.count, crashed, format, notices };
}

describe.skipIf(!existsSync(`${corpora}porcupine`))("Porcupine's corpus (../shared/corpora/porcupine)", () => {
  it('is read with the operations and crashes that are known', async () => {
    const expected = JSON.parse(readFileSync(`${corpora}porcupine/expected.json`, 'utf8')) as Record<string, { ops: number; crashed: number }>;
    expect(Object.keys(expected).length).toBe(readdirSync(`${corpora}porcupine/jepsen`).length + readdirSync(`${corpora}porcupine/kv`).length);
    for (const [name, { ops, crashed }] of Object.entries(expected)) {
      expect({ name, ...(await counted(`${corpora}porcupine/${name}`)) }).toEqual({
        name,
        ops,
        crashed,
        format: name.startsWith('kv') ? 'edn' : 'jepsen-log',
        notices: [],
      });
    }
  });
});

describe.skipIf(!existsSync(`${corpora}synthetic`))('the synthetic corpus (../shared/corpora/synthetic)', () => {
  it('is read with the operations and crashes that are known', async () => {
    const manifest = readFileSync(`${corpora}synthetic/manifest.jsonl`, 'utf8').trim().split('\n');
    expect(manifest.length).toBeGreaterThan(20);
    for (const line of manifest) {
      const { file, ops, crashed } = JSON.parse(line) as { file: string; ops: number; crashed: number };
      expect({ file, ...(await counted(`${corpora}synthetic/${file}`)) }).toEqual({ file, ops, crashed, format: 'intervals', notices: [] });
    }
  });
});
