/**
 * The worker thread of trials: many seeds of one incident's variant, one after the other, each a whole simulated run with
 * its checks, for which `runTest` would start three threads. The verdict is composed in the same way.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { UNLIMITED } from '../../checkers/budget/budget.ts';
import { withVerifiedCertificates } from '../../checkers/certificates/confirm.ts';
import { checkSafely } from '../../checkers/verdict/safe.ts';
import type { Checker, Result } from '../../harness/contracts/index.ts';
import { importModule } from '../../harness/entry/entry-points.ts';
import { isOrdealError, messageOf } from '../../harness/errors/ordeal-error.ts';
import { historyFromMessage } from '../../harness/history/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { createRunFolder } from '../../harness/store/index.ts';
import { INCIDENTS } from '../../incidents/registry/incidents.ts';
import type { Incident, Variant } from '../../incidents/stage/incident.ts';
import { readJournal } from '../../nemesis/journal/index.ts';
import { installEscapeGuard } from '../../targets/hosts/sim/index.ts';
import { withCoverage } from '../check/checks-of-run.ts';
import { lookUp, resolvePlan } from '../resolve.ts';
import { composeResults } from '../run/compose-results.ts';
import { conduct } from '../run/conduct.ts';
import { planFaults } from '../run/plan-faults.ts';
import { incidentPlan } from './incident-plan.ts';
import type { Trial, TrialsMessage, TrialsTask } from './trials.ts';

const send = (message: TrialsMessage): void => parentPort?.postMessage(message);

async function trial(incident: Incident, variant: Variant, seed: number | string, out: string): Promise<Trial> {
  const plan = incidentPlan({ incident, variant, seed, out });
  const resolved = await resolvePlan(plan);
  const { families } = await planFaults({ plan, ...resolved, rng: createRng(seed) });
  const folder = createRunFolder({ out, name: plan.name, seed, startedAt: '1970-01-01T00:00:00.000Z' });
  const conducted = await conduct({
    plan,
    resolved,
    provisioned: null,
    folder,
    runId: 'sim',
    signal: new AbortController().signal,
    onEvent: () => undefined,
    guard: installEscapeGuard,
  });
  const history = historyFromMessage(conducted.history);
  const checks: Result[] = [];
  for (const { url, name, options } of withCoverage(resolved.workload.checks(resolved.workloadOptions), families, resolved.system.detectionMs)) {
    const checker = (await importModule(url))[name] as Checker;
    checks.push(withVerifiedCertificates(history, checkSafely(checker, history, options, UNLIMITED)));
  }
  const results = composeResults({ plan, system: resolved.system, outcome: conducted.outcome, journal: readJournal(folder.journal).entries, checks });
  rmSync(folder.path, { recursive: true, force: true });
  const { valid, sentence, counts, faults } = results;
  const anomalies = checks.flatMap((check) => (check.valid === false ? check.anomalies.map(({ type }) => `${check.checker}/${type}`) : []));
  const unproven = faults.filter((fault) => !(fault.proven && fault.healed)).length;
  return { seed, valid, sentence, anomalies: [...new Set(anomalies)], okShare: counts.invoked === 0 ? 0 : counts.ok / counts.invoked, unproven };
}

async function main({ id, variant, seeds }: TrialsTask): Promise<void> {
  const incident = await lookUp(INCIDENTS, id, 'incident', 'ORDEAL_UNKNOWN_INCIDENT').load();
  const out = mkdtempSync(join(tmpdir(), 'ordeal-trials-'));
  try {
    for (const seed of seeds) send({ type: 'trial', trial: await trial(incident, variant, seed, out) });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
  send({ type: 'done' });
}

main(workerData as TrialsTask).catch((error: unknown) => {
  if (isOrdealError(error)) send({ type: 'error', code: error.code, details: { what: error.what, remedy: error.remedy } });
  else send({ type: 'error', code: 'ORDEAL_INTERNAL', details: { what: error instanceof Error ? (error.stack ?? error.message) : messageOf(error) } });
});
