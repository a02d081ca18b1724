/** Operations that the runner carries out itself and never records: waiting, and a line for the log. */
import type { Generator, Invocation, Ns } from '../contracts/index.ts';
import { lift } from './lift.ts';

/** `sleep`: the value is a duration in ns. `log`: the value is the line. */
export interface SpecialOp extends Invocation {
  readonly special: 'sleep' | 'log';
}

export function isSpecial<O extends Invocation>(op: O): op is O & SpecialOp {
  return 'special' in op;
}

/** Occupies one thread of the context for that long. */
export function sleep(duration: Ns): Generator {
  return lift(sleepOp(duration));
}

/** Writes a line to the run's log. */
export function log(message: string): Generator {
  const op: SpecialOp = { f: 'log', value: message, special: 'log' };
  return lift(op);
}

export function sleepOp(duration: Ns): SpecialOp {
  return { f: 'sleep', value: duration, special: 'sleep' };
}
