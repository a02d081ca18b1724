/** What a run would do where, for people. */
import type { RunPreview } from '../../api/index.ts';

/** Every machine with what would be done to it, then the faults in order. */
export function renderPreview({ plan, nodes, faults }: RunPreview): string {
  const places = [...Map.groupBy(nodes, ({ where }) => where)].map(([where, steps]) => `  ${where}\n${steps.map(({ does }) => `    ${does}\n`).join('')}`);
  const schedule = faults.map(({ at, does }) => `  ${at.padStart(10)}  ${does}\n`).join('');
  const begin = `${plan.system.name} on ${plan.host.name}, ${plan.workload.name}, seed ${plan.seed}: nothing of this was done\n\n`;
  return `${begin}${places.join('')}${schedule === '' ? '' : `\n${schedule}`}`;
}
