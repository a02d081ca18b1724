/**
 * The two building bricks of combinators: a child with a place (and so randomness) of its own, and a wrapper of one
 * child that passes updates on.
 */
import type { Event, GenContext, Generator, Ns, Step } from '../contracts/index.ts';
import { GeneratorContext } from './context.ts';
import type { GeneratorPath } from './path.ts';

export const DONE: Step = { kind: 'done' };
export const PENDING: Step = { kind: 'pending' };

export function pendingUntil(wakeAt: Ns | undefined): Step {
  return wakeAt === undefined ? PENDING : { kind: 'pending', wakeAt };
}

/** The earlier of two times at which asking again can help. */
export function sooner(a: Ns | undefined, b: Ns | undefined): Ns | undefined {
  if (a === undefined) return b;
  return b === undefined || a <= b ? a : b;
}

/**
 * A child at a path of its own, with its own count of emitted operations. Whatever has several children, asks a child
 * more than once per operation, or makes children anew, puts each into a scope.
 */
export class Scope implements Generator {
  readonly name: string | number;
  readonly inner: Generator;
  readonly emitted: number;
  // A memo of `parent.child(name)`: not part of the value.
  #path: GeneratorPath | undefined;

  constructor(name: string | number, inner: Generator, emitted = 0, path?: GeneratorPath) {
    this.name = name;
    this.inner = inner;
    this.emitted = emitted;
    this.#path = path;
  }

  op(context: GenContext): Step {
    const own = this.#enter(context);
    const step = this.inner.op(own);
    if (step.kind !== 'op') return step;
    return { kind: 'op', op: step.op, next: new Scope(this.name, step.next, this.emitted + 1, own.path) };
  }

  /** As `op`, but `next` is a scope. */
  ask(context: GenContext): ScopedStep {
    return this.op(context) as ScopedStep;
  }

  update(context: GenContext, event: Event): Scope {
    const own = this.#enter(context);
    const inner = this.inner.update(own, event);
    return inner === this.inner ? this : new Scope(this.name, inner, this.emitted, own.path);
  }

  #enter(context: GenContext): GeneratorContext {
    const outer = GeneratorContext.from(context);
    if (this.#path === undefined || this.#path.parent !== outer.path) this.#path = outer.path.child(this.name);
    return outer.at(this.#path, this.emitted);
  }
}

export type ScopedStep = Exclude<Step, { kind: 'op' }> | { readonly kind: 'op'; readonly op: (Step & { kind: 'op' })['op']; readonly next: Scope };

/** A generator around one child: updates go to the child, the rest stays. */
export abstract class Wrapper implements Generator {
  readonly inner: Generator;

  constructor(inner: Generator) {
    this.inner = inner;
  }

  abstract op(context: GenContext): Step;

  /** The same wrapper around another child. */
  protected abstract around(inner: Generator): Generator;

  update(context: GenContext, event: Event): Generator {
    const inner = this.inner.update(context, event);
    return inner === this.inner ? this : this.around(inner);
  }
}

/** Updates every scope; the same array when nothing changed. */
export function updateAll(scopes: readonly Scope[], context: GenContext, event: Event): readonly Scope[] {
  let changed: Scope[] | undefined;
  for (let i = 0; i < scopes.length; i++) {
    const scope = scopes[i] as Scope;
    const next = scope.update(context, event);
    if (next !== scope) {
      changed ??= scopes.slice();
      changed[i] = next;
    }
  }
  return changed ?? scopes;
}

/** A copy with one element replaced. */
export function replaceAt<T>(items: readonly T[], index: number, item: T): readonly T[] {
  const copy = items.slice();
  copy[index] = item;
  return copy;
}
