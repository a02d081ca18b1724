/** From what a run left behind to `results.json`: verdict, sentence, exit code. Pure. */
import { mergeVerdicts } from '../../checkers/verdict/merge.ts';
import type { JournalEntry, Reason, Result, System } from '../../harness/contracts/index.ts';
import type { LifecycleOutcome } from '../../harness/lifecycle/index.ts';
import { exitCodeOf, faultRecords, RESULTS_SCHEMA_VERSION, type RunResults } from '../../harness/store/index.ts';
import { beyondClaims, suffered } from '../../nemesis/claims/index.ts';
import type { RunPlan } from '../plans/plan.ts';
import { VERSION } from '../version.ts';
import { commandOf } from './command-of.ts';
import { paceOf } from './pace.ts';

export interface RunEvidence {
  readonly plan: RunPlan;
  readonly system: Pick<System, 'faultModel' | 'outside'>;
  readonly outcome: LifecycleOutcome;
  readonly journal: readonly JournalEntry[];
  readonly checks: readonly Result[];
}

/** The results of a run. A run whose environment failed is at most unknown; what was convicted stays convicted. */
export function composeResults({ plan, system, outcome, journal, checks }: RunEvidence): RunResults {
  const stats = outcome.stats;
  const claims = { nodeCount: plan.nodes, outside: system.outside ?? 0, faultModel: system.faultModel };
  const beyond = beyondClaims(suffered(journal, claims), claims);
  const pace = paceOf(plan, stats);
  const doubts = [...outcome.failures, ...outcome.unknowns];
  const judged = mergeVerdicts(checks.map((check) => check.valid));
  const valid = judged === true && doubts.length > 0 ? 'unknown' : judged;
  const reasons = valid === true ? [] : [...doubts, ...checks.flatMap((check) => (check.valid === 'unknown' ? check.reasons : []))];
  return {
    schemaVersion: RESULTS_SCHEMA_VERSION,
    ordeal: VERSION,
    name: plan.name,
    system: plan.system.name,
    host: plan.host.name,
    workload: plan.workload.name,
    nodes: plan.nodes,
    seed: plan.seed,
    valid,
    exitCode: exitCodeOf(valid, outcome.failures),
    sentence: sentenceOf(valid, checks, reasons),
    ...(beyond.length > 0 && { outsideClaims: beyond }),
    reasons,
    checks: checks.map(plainCheck),
    faults: faultRecords(journal),
    phases: outcome.phases.map((phase) => ({ ...phase })),
    counts: {
      invoked: stats?.invoked ?? 0,
      ok: stats?.ok ?? 0,
      fail: stats?.fail ?? 0,
      info: stats?.info ?? 0,
      late: stats?.late ?? 0,
      openFailures: stats?.openFailures ?? 0,
    },
    ...(pace && { pace }),
    reproduce: {
      run: commandOf(plan),
      ...(plan.host.name === 'sim' && { replay: 'npx ordeal replay RUN' }),
      check: 'npx ordeal check RUN/history.jsonl',
    },
  };
}

function sentenceOf(valid: RunResults['valid'], checks: readonly Result[], reasons: readonly Reason[]): string {
  if (valid === false) {
    const anomalies = checks.flatMap((check) => (check.valid === false ? check.anomalies : []));
    // "a stale read" says more than "no order explains it"
    const told = anomalies.find((anomaly) => anomaly.type !== 'nonlinearizable') ?? anomalies[0];
    if (told) return told.sentence;
  }
  if (valid === 'unknown') return reasons[0]?.message ?? 'Nothing was checked.';
  return 'Every check passed.';
}

function plainCheck(check: Result): RunResults['checks'][number] {
  return structuredClone(check) as RunResults['checks'][number];
}
