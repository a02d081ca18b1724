/** The options that `run` and `demo` share. */
import { type Command, Option } from 'commander';

export interface RunFlags {
  readonly host?: string;
  readonly nodes?: string;
  readonly workload?: string;
  readonly faults?: string;
  readonly interval?: string;
  readonly beyondFaultModel?: boolean;
  readonly overlap?: 'one' | 'one-per-resource';
  readonly timeLimit?: string;
  readonly readyTimeout?: string;
  readonly rate?: string;
  readonly concurrency?: string;
  readonly clients?: 'pinned' | 'roaming';
  readonly seed?: string;
  readonly out?: string;
  readonly budget?: string;
  readonly json?: boolean;
  readonly open?: boolean;
  /** Options of systems, workloads and hosts, by their camel-case flags. */
  readonly [flag: string]: unknown;
}

/** The flags of `run` that belong to no system, workload or host. */
export const COMMON_FLAGS: ReadonlySet<string> = new Set(
  'host nodes workload faults interval overlap beyondFaultModel timeLimit readyTimeout rate concurrency clients seed out budget json open config test dryRun'.split(
    ' ',
  ),
);

/** Adds them to a command. */
export function addRunOptions(command: Command): void {
  command
    .option('--host <kind>', 'where the nodes are: see `ordeal list hosts`')
    .option('--nodes <n>', 'how many nodes (default: 3)')
    .option('--workload <name>', 'what clients do: see `ordeal list workloads` (default: register)')
    .option('--faults <a,b>', 'families of faults, or single faults: see `ordeal list faults`')
    .option('--interval <duration>', 'from the start of one fault to the start of the next, on average')
    .addOption(
      new Option(
        '--overlap <policy>',
        'one: never two faults at once; one-per-resource: network, processes and clocks each on their own (default: one)',
      ).choices(['one', 'one-per-resource']),
    )
    .option('--beyond-fault-model', 'let faults go beyond what the system claims to survive; a conviction says so')
    .option('--time-limit <duration>', 'how long the workload runs (default: 30s; a bare number is seconds)')
    .option('--ready-timeout <duration>', 'how long the system may take to become ready (default: 30s)')
    .option('--rate <n>', 'operations per second, all clients together (default: 200)')
    .option('--concurrency <n>', 'clients at the same time (default: 10)')
    .addOption(new Option('--clients <policy>', 'which node a client talks to (default: pinned)').choices(['pinned', 'roaming']))
    .option('--seed <seed>', 'the one source of chance; printed and recorded when not given')
    .option('--out <dir>', 'where run folders are made (default: ordeal-results)')
    .option('--budget <duration>', 'the time that each check may take (default: 60s)')
    .option('--json', 'print the results as JSON')
    .option('--open', 'open the report in a browser');
}
