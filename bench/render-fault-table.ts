/** The table of `bench/faults.ts`, in Markdown. */
import type { Trial } from './fault-trial.ts';

export type Cell =
  | Trial
  | { readonly status: 'missing'; readonly capability: string; readonly why: string }
  | { readonly status: 'elsewhere' }
  | { readonly status: 'of the system' };

const HEAD = `<!-- Made by \`npx node bench/faults.ts --write docs/fault-table.md\`. -->

# Faults and host kinds

Each cell was measured on a cluster of three nodes of its own, with the fault's default options. The probe first had to refuse a cluster to which nothing had been done; then the fault was injected, seen to bite by that probe, which knows nothing of the injection, undone, and seen to be undone.

**injected → seen to bite · undone → seen to be undone**, in milliseconds, each half from its own beginning; on \`sim\` of virtual time. Where a capability is missing, the cell names it, and the list below says what was found. \`ordeal doctor\` says it of your machine; [faults](faults.md) has their options.

`;

/** One row a fault, one column a host kind. `where`: what it was measured on. */
export function faultTable(hosts: readonly string[], rows: ReadonlyMap<string, ReadonlyMap<string, Cell>>, where: string): string {
  const lines = [...rows].map(([fault, cells]) => [`\`${fault}\``, ...hosts.map((host) => inShort(cells.get(host)))]);
  const table = [['fault', ...hosts.map((host) => `\`${host}\``)], Array.from({ length: hosts.length + 1 }, () => '---'), ...lines];
  return `${HEAD}${where}: what a busy machine takes from the processors of a probe makes it slow, or keeps it from proving anything.\n\n${table.map((line) => `| ${line.join(' | ')} |`).join('\n')}\n\n${notes(hosts, rows)}`;
}

function inShort(cell: Cell | undefined): string {
  if (cell === undefined || cell.status === 'elsewhere') return 'yes, not measured here';
  if (cell.status === 'of the system') return 'by the system';
  if (cell.status === 'missing') return `– \`${cell.capability}\``;
  if (cell.status === 'failed') return '✗ failed';
  const { injected, proven, healed, provenHealed } = cell.timing;
  return `${whole(injected)} → ${whole(proven)} · ${whole(healed)} → ${whole(provenHealed)}`;
}

/** Tenths below ten, so that what is quick is not nothing. */
function whole(ms: number): string {
  return ms < 10 ? String(Math.round(ms * 10) / 10) : String(Math.round(ms));
}

/** What is missing and what failed, once a host and reason. */
function notes(hosts: readonly string[], rows: ReadonlyMap<string, ReadonlyMap<string, Cell>>): string {
  return hosts
    .flatMap((host) => {
      const lacking = new Map<string, Set<string>>();
      const failures: string[] = [];
      for (const [fault, cells] of rows) {
        const cell = cells.get(host);
        if (cell?.status === 'missing') lacking.set(cell.why, (lacking.get(cell.why) ?? new Set()).add(`\`${cell.capability}\``));
        if (cell?.status === 'failed') failures.push(`- \`${host}\`: \`${fault}\` failed: ${cell.why}\n`);
      }
      return [...[...lacking].map(([why, capabilities]) => `- \`${host}\` lacks ${[...capabilities].join(', ')}: ${why}.\n`), ...failures];
    })
    .join('');
}
