/** The commands that show a run again: complete, ready to paste. */
import { fileURLToPath } from 'node:url';
import { PLAN_DEFAULTS, type RunPlan } from '../plans/plan.ts';

/** `npx ordeal run …` with every option that differs from its default. */
export function commandOf(plan: RunPlan): string {
  if (plan.incident) return incidentCommand(plan, plan.incident);
  const words = ['npx', 'ordeal', 'run'];
  if (plan.config) words.push(fileURLToPath(plan.config.url), '--test', plan.config.test);
  else words.push(plan.system.name);
  words.push('--host', plan.host.name, '--nodes', String(plan.nodes));
  if (!plan.config) words.push('--workload', plan.workload.name);
  if (plan.faults.families.length > 0) words.push('--faults', plan.faults.families.join(','));
  words.push('--time-limit', String(plan.timeLimitMs / 1000), '--rate', String(plan.ratePerSecond));
  if (plan.readyMs !== undefined) words.push('--ready-timeout', `${plan.readyMs}ms`);
  if (plan.concurrency !== PLAN_DEFAULTS.concurrency) words.push('--concurrency', String(plan.concurrency));
  if (plan.clients !== PLAN_DEFAULTS.clients) words.push('--clients', plan.clients);
  if (typeof plan.faults.options['intervalMs'] === 'number') words.push('--interval', `${plan.faults.options['intervalMs']}ms`);
  if (typeof plan.faults.options['overlap'] === 'string') words.push('--overlap', plan.faults.options['overlap']);
  if (plan.faults.beyondFaultModel) words.push('--beyond-fault-model');
  // the options of these stand in the configuration
  if (!plan.config) for (const { options } of [plan.system, plan.workload, plan.host]) words.push(...flagsOf(options));
  words.push('--seed', String(plan.seed));
  return words.map(quoted).join(' ');
}

function incidentCommand({ host, seed }: RunPlan, { id, variant }: NonNullable<RunPlan['incident']>): string {
  return ['npx', 'ordeal', 'incident', 'run', id, '--variant', variant, '--host', host.name, '--seed', String(seed)].map(quoted).join(' ');
}

function flagsOf(options: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(options).flatMap(([key, value]) => {
    const flag = `--${key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`;
    if (value === undefined) return [];
    if (typeof value === 'boolean') return [value ? flag : flag.replace(/^--/, '--no-')];
    return [flag, Array.isArray(value) ? value.join(',') : String(value)];
  });
}

/** Quoted for a POSIX shell where it must be. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
