/** Every error of ordeal: its exit code, what it means, what to do next. `docs/errors.md` is generated from this table. */

export const EXIT = { valid: 0, violation: 1, unknown: 2, environment: 3, usage: 64, internal: 70, interrupted: 130, terminated: 143 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

interface ErrorCode {
  readonly exitCode: ExitCode;
  readonly meaning: string;
  readonly remedy: string;
}

export const ERROR_CODES = {
  ORDEAL_USAGE: { exitCode: 64, meaning: 'The command line cannot be read.', remedy: 'See the command with --help.' },
  ORDEAL_BAD_DURATION: { exitCode: 64, meaning: 'A duration could not be read.', remedy: "Write a number and a unit: '5s', '250ms', '2m'." },
  ORDEAL_BAD_OPTION: { exitCode: 64, meaning: 'An option has a value that is not allowed.', remedy: 'See the command with --help.' },
  ORDEAL_BAD_CONFIG: { exitCode: 64, meaning: 'The configuration file is not valid.', remedy: 'Correct the named key; `ordeal run --help` lists them.' },
  ORDEAL_IMPOSSIBLE_GUARANTEE: {
    exitCode: 64,
    meaning: 'What the test asks for cannot be had: exactly once, of a sink that knows no keys, under crashes.',
    remedy: "Use a sink of keys (sink: 'keyed'), ask for at most or at least once, or leave crashes out.",
  },
  ORDEAL_BEYOND_FAULT_MODEL: {
    exitCode: 64,
    meaning: 'A fault asked for goes beyond what the system claims to survive.',
    remedy:
      'Leave it out, or add --beyond-fault-model (in a configuration, beyondFaultModel: true): a conviction is then headed "outside what the system claims".',
  },
  ORDEAL_UNKNOWN_SYSTEM: { exitCode: 64, meaning: 'There is no system of that name.', remedy: 'See `ordeal list systems`.' },
  ORDEAL_UNKNOWN_WORKLOAD: {
    exitCode: 64,
    meaning: 'There is no workload of that name, or the system has no client for it.',
    remedy: 'See `ordeal list workloads`.',
  },
  ORDEAL_UNKNOWN_INCIDENT: { exitCode: 64, meaning: 'There is no incident of that name.', remedy: 'See `ordeal incident list`.' },
  ORDEAL_UNKNOWN_FAULT: { exitCode: 64, meaning: 'There is no fault of that name.', remedy: 'See `ordeal list faults`.' },
  ORDEAL_UNKNOWN_HOST: { exitCode: 64, meaning: 'There is no host kind of that name.', remedy: 'See `ordeal list hosts`.' },
  ORDEAL_UNKNOWN_CHECKER: { exitCode: 64, meaning: 'There is no checker of that name.', remedy: 'See `ordeal list checkers`.' },
  ORDEAL_UNKNOWN_MODEL: { exitCode: 64, meaning: 'There is no model of that name.', remedy: 'See `ordeal list models`.' },
  ORDEAL_TIME_LIMIT_TOO_SHORT: {
    exitCode: 64,
    meaning: 'The time limit leaves no room for the faults asked for.',
    remedy: 'Use at least the time limit that the message names, or fewer faults.',
  },
  ORDEAL_UNSUITABLE_HOST: {
    exitCode: 64,
    meaning: 'The system cannot run on that host kind.',
    remedy: 'See `ordeal list systems` for the hosts that it runs on.',
  },
  ORDEAL_MISSING_CAPABILITY: { exitCode: 3, meaning: 'This machine cannot do what was asked for.', remedy: 'See `ordeal doctor`.' },
  ORDEAL_PROVISION_FAILED: {
    exitCode: 3,
    meaning: 'The software under test could not be obtained.',
    remedy: 'Put its binary on the PATH, or give network access to the package manager once.',
  },
  ORDEAL_INTERRUPTED: { exitCode: 130, meaning: 'It was stopped (SIGINT) before anything had begun.', remedy: 'Start it again.' },
  ORDEAL_TERMINATED: { exitCode: 143, meaning: 'It was stopped (SIGTERM or SIGHUP) before anything had begun.', remedy: 'Start it again.' },
  ORDEAL_NOT_READY: { exitCode: 3, meaning: 'The system did not become ready in time.', remedy: 'Read the node logs in the run folder.' },
  ORDEAL_NODE_FAILED: { exitCode: 3, meaning: 'A node could not be started or stopped.', remedy: 'Read the node logs in the run folder.' },
  ORDEAL_PORT_IN_USE: { exitCode: 3, meaning: 'A port that is needed is taken.', remedy: 'Stop what listens there, or let ordeal choose ports.' },
  ORDEAL_HEAL_FAILED: { exitCode: 3, meaning: 'A fault could not be undone, or its undoing could not be verified.', remedy: 'Run `ordeal heal`.' },
  ORDEAL_RUN_FOLDER: { exitCode: 3, meaning: 'The run folder cannot be written.', remedy: 'Free space, or choose another folder with --out.' },
  ORDEAL_NO_SUCH_RUN: { exitCode: 64, meaning: 'There is no run in that folder.', remedy: 'Name a run folder, or `latest`.' },
  ORDEAL_NO_SUCH_FILE: { exitCode: 64, meaning: 'A file cannot be read.', remedy: 'Check the path.' },
  ORDEAL_BAD_HISTORY: { exitCode: 64, meaning: 'A history is not sound.', remedy: 'Correct the named line, or try --lenient.' },
  ORDEAL_UNKNOWN_FORMAT: { exitCode: 64, meaning: 'A file is in none of the known history formats.', remedy: 'See `ordeal check --help` for the formats.' },
  ORDEAL_EMPTY_HISTORY: { exitCode: 2, meaning: 'A history has no operations.', remedy: 'Nothing was tested; record a history first.' },
  ORDEAL_FOREIGN_HISTORY: {
    exitCode: 64,
    meaning: 'Most operations of a history are unknown to the model.',
    remedy: 'Choose another --model; `ordeal list models` names their operations.',
  },
  ORDEAL_NOT_REPLAYABLE: { exitCode: 64, meaning: 'A run cannot be replayed.', remedy: 'Only runs on the simulator replay exactly.' },
  ORDEAL_REPLAY_DIVERGED: {
    exitCode: 70,
    meaning: 'A replay on the simulator gave other bytes.',
    remedy: 'Same ordeal version and Node major? Otherwise please report it with the run folder.',
  },
  ORDEAL_SIM_ESCAPE: {
    exitCode: 70,
    meaning: 'Code inside the simulator asked the real world for time, chance or timers.',
    remedy: 'Use env.clock, env.rng and env.timer.',
  },
  ORDEAL_SIM_DEADLOCK: {
    exitCode: 70,
    meaning: 'The simulator has nothing left to do, yet somebody waits.',
    remedy: 'Something awaits a promise that no simulated event settles.',
  },
  ORDEAL_CHILD_FAILED: { exitCode: 3, meaning: 'A helper process of ordeal ended.', remedy: 'Read its last words above; run `ordeal doctor`.' },
  ORDEAL_NODE_VERSION: { exitCode: 64, meaning: 'This Node is too old.', remedy: 'Use Node 22.18 or newer.' },
  ORDEAL_BAD_GENERATOR: {
    exitCode: 64,
    meaning: 'A generator gave an operation that cannot be carried out, threw, or will never go on.',
    remedy: 'Correct the generator; `validate` and `trace` from ordeal/workloads show what it does.',
  },
  ORDEAL_INTERNAL: { exitCode: 70, meaning: 'A mistake in ordeal.', remedy: 'Please report it with the run folder.' },
} as const satisfies Record<string, ErrorCode>;

export type OrdealErrorCode = keyof typeof ERROR_CODES;
