import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { impliedAnomalies, impliesAnomaly } from './anomalies.ts';
import { judgeModels } from './judge.ts';
import { forbiddenBy, impliedModels, impliesModel, MODEL_NAMES, type ModelName, modelNamed } from './models.ts';

const CORPUS = fileURLToPath(new URL('../../../../shared/corpora/isolation/elle-lattice.json', import.meta.url));
const present = existsSync(CORPUS);
if (!present) console.log(`not run, as ${CORPUS} is not there: Elle's lattice`);

interface Lattice {
  readonly canonical: Readonly<Record<string, string>>;
  readonly model_implies: Readonly<Record<string, readonly string[]>>;
  readonly anomaly_implies: Readonly<Record<string, readonly string[]>>;
  readonly model_prohibits_all: Readonly<Record<string, readonly string[]>>;
}

/** We mean causal consistency with sessions, which models without sessions do not imply. */
const WITHOUT_SESSIONS = new Set(['prefix', 'parallel-snapshot-isolation', 'snapshot-isolation', 'serializable', 'repeatable-read', 'update-serializable']);
const named = (name: string): ModelName => modelNamed(name) ?? expect.fail(`no model ${name}`);

describe.runIf(present)("Elle's lattice", () => {
  const lattice: Lattice = present ? (JSON.parse(readFileSync(CORPUS, 'utf8')) as Lattice) : ({} as Lattice);

  it('has no name that ours lacks', () => {
    for (const [friendly, canonical] of Object.entries(lattice.canonical)) expect(named(friendly)).toBe(named(canonical));
  });

  it('has no implication that ours lacks, but of causal consistency', () => {
    for (const [strong, implied] of Object.entries(lattice.model_implies)) {
      for (const weak of implied) {
        if (named(weak) === 'causal-cerone' && WITHOUT_SESSIONS.has(named(strong))) continue;
        expect(impliesModel(named(strong), named(weak)), `${strong} implies ${weak}`).toBe(true);
      }
    }
  });

  it('has no implication between anomalies that ours lacks', () => {
    for (const [one, implied] of Object.entries(lattice.anomaly_implies)) {
      if (one.startsWith('GSI')) continue;
      for (const other of implied) if (other !== 'GSIb') expect(impliesAnomaly(one, other), `${one} implies ${other}`).toBe(true);
    }
  });

  it('forbids nothing that ours allows', () => {
    for (const [model, anomalies] of Object.entries(lattice.model_prohibits_all)) {
      const forbidden = forbiddenBy(named(model));
      // Named, but never reported by anybody; and Elle's words for a cycle that it could not name.
      const told = anomalies.filter((name) => !/^G-(?:SI|SIb|MSR|cursor|monotonic|update)$|cycle-exists$/.test(name));
      for (const anomaly of told)
        expect(
          [...impliedAnomalies(anomaly)].some((one) => forbidden.has(one)),
          `${model} forbids ${anomaly}`,
        ).toBe(true);
    }
  });
});

describe('the lattice', () => {
  it('is one: no two models imply each other', () => {
    for (const a of MODEL_NAMES) for (const b of MODEL_NAMES) if (a !== b) expect(impliesModel(a, b) && impliesModel(b, a)).toBe(false);
  });

  it('is monotone: whatever refutes a model refutes every one that implies it', () => {
    for (const anomaly of MODEL_NAMES.flatMap((model) => [...forbiddenBy(model)])) {
      const { violated, not, alsoNot, mayHold } = judgeModels([anomaly]);
      expect(violated.size).toBeGreaterThan(0);
      for (const weak of violated) for (const strong of MODEL_NAMES) if (impliesModel(strong, weak)) expect(violated.has(strong)).toBe(true);
      expect([...not, ...alsoNot].sort()).toEqual([...violated].sort());
      for (const model of mayHold) expect([...impliedModels(model)].some((one) => violated.has(one))).toBe(false);
    }
  });

  it('knows models by any name, in any case', () => {
    expect(modelNamed('pl-3')).toBe('serializable');
    expect(modelNamed('Strict-Serializable')).toBe('strong-serializable');
    expect(modelNamed('SI')).toBe('snapshot-isolation');
    expect(modelNamed('fancy')).toBeUndefined();
  });
});
