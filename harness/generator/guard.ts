/** Combinators that catch mistakes of generators and say what went wrong. */
import type { Event, GenContext, Generator, Invocation, Scheduled, Step } from '../contracts/index.ts';
import { isOrdealError, messageOf, OrdealError } from '../errors/ordeal-error.ts';
import { GeneratorContext } from './context.ts';
import { type Liftable, lift } from './lift.ts';
import { Wrapper } from './scope.ts';

/** Throws ORDEAL_BAD_GENERATOR for a malformed operation, or one for a process that is not free. */
export function validate(generator: Liftable): Generator {
  return new Validate(lift(generator));
}

/** Gives an error thrown inside a generator the context that it was thrown in. */
export function friendlyExceptions(generator: Liftable): Generator {
  return new FriendlyExceptions(lift(generator));
}

/** What is wrong with an operation, in words; undefined when nothing is. */
export function complaintAbout(op: Scheduled<Invocation>, context: GenContext): string | undefined {
  if (typeof op !== 'object' || op === null) return 'it is no object';
  if (typeof op.f !== 'string' || op.f === '') return 'its f is not a name';
  if (op.value === undefined) return 'it has no value (null stands for none)';
  if (!Number.isInteger(op.time) || op.time < 0) return `its time, ${op.time}, is not a number of ns`;
  if (op.key !== undefined && typeof op.key !== 'string' && typeof op.key !== 'number') return 'its key is neither a string nor a number';
  const { run } = GeneratorContext.from(context);
  const thread = run.threadOf(op.process);
  if (thread === undefined || run.processOf(thread) !== op.process) return `there is no process ${String(op.process)}`;
  return run.isFree(thread) ? undefined : `process ${op.process} is busy`;
}

/** The error for an operation that `complaintAbout` refused. */
export function badOperation(op: Scheduled<Invocation>, complaint: string): OrdealError {
  return new OrdealError('ORDEAL_BAD_GENERATOR', { what: `the generator gave the operation ${JSON.stringify(op)}: ${complaint}`, value: op });
}

/** An error thrown by a generator's `op` or `update`, with what it was asked. */
export function generatorError(error: unknown, doing: 'op' | 'update', context: GenContext, event?: Event): OrdealError {
  if (isOrdealError(error) && error.code === 'ORDEAL_BAD_GENERATOR') return error;
  const busy = context.threads.filter((thread) => !context.isFree(thread));
  const asked = event === undefined ? '' : ` event ${JSON.stringify(event)};`;
  const what = `a generator threw in ${doing}: ${messageOf(error)} (${asked} time ${context.now} ns; ${context.threads.length} threads, busy: ${busy.join(' ') || 'none'})`;
  return new OrdealError('ORDEAL_BAD_GENERATOR', { what, cause: error });
}

class Validate extends Wrapper {
  op(context: GenContext): Step {
    const step = this.inner.op(context);
    if (step.kind !== 'op') return step;
    const complaint = complaintAbout(step.op, context);
    if (complaint !== undefined) throw badOperation(step.op, complaint);
    return { kind: 'op', op: step.op, next: this.around(step.next) };
  }

  protected around(inner: Generator): Generator {
    return new Validate(inner);
  }
}

class FriendlyExceptions extends Wrapper {
  op(context: GenContext): Step {
    try {
      const step = this.inner.op(context);
      return step.kind === 'op' ? { kind: 'op', op: step.op, next: this.around(step.next) } : step;
    } catch (error) {
      throw generatorError(error, 'op', context);
    }
  }

  override update(context: GenContext, event: Event): Generator {
    try {
      return super.update(context, event);
    } catch (error) {
      throw generatorError(error, 'update', context, event);
    }
  }

  protected around(inner: Generator): Generator {
    return new FriendlyExceptions(inner);
  }
}
