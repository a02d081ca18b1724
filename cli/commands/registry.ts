/** The commands by name. A row loads its module when it is asked for, so that `--help` loads none. */
import type { DefineCommand } from './command.ts';

interface CommandEntry {
  readonly summary: string;
  load(): Promise<DefineCommand>;
}

export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  demo: {
    summary: 'put a store with a real bug, then its repair, through the same faults; exit 0 when one is convicted and the other acquitted',
    load: async () => (await import('./demo.ts')).demoCommand,
  },
  run: { summary: 'run a test: workload and faults against a system, then the verdict', load: async () => (await import('./run.ts')).runCommand },
  init: { summary: 'write the files of a test of your own HTTP service', load: async () => (await import('./init.ts')).initCommand },
  check: {
    summary: 'judge histories that exist: ours, Jepsen EDN, Jepsen logs, interval JSONL',
    load: async () => (await import('./check.ts')).checkCommand,
  },
  incident: {
    summary: 'incidents of the catalogue: a system with a realistic mistake, and the same system mended, under the same faults',
    load: async () => (await import('./incident.ts')).incidentCommand,
  },
  replay: {
    summary: 'feed the recorded operations and faults again; on the simulator to the same bytes',
    load: async () => (await import('./replay.ts')).replayCommand,
  },
  report: { summary: 'write the report of a run again and print its verdict', load: async () => (await import('./report.ts')).reportCommand },
  list: { summary: 'systems, hosts, workloads, faults, checkers, models: a line each', load: async () => (await import('./list.ts')).listCommand },
  doctor: {
    summary: 'what each host kind can do on this machine, and how to enable what it cannot',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  heal: {
    summary: 'undo the faults of runs that ended without doing so; journals of living runs are left alone',
    load: async () => (await import('./heal.ts')).healCommand,
  },
};
