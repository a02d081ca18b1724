/**
 * The reference for growing collections: tries every order of the operations that real time allows. Exponential; for
 * tests, which compare it with the linear check on small histories.
 */
import type { Event, History, Value } from '../../harness/contracts/index.ts';
import type { MembershipNames } from './collect.ts';

interface Operation {
  readonly invoke: number;
  /** Infinity where the outcome is unknown. */
  readonly complete: number;
  readonly adds: Value | undefined;
  readonly contents: ReadonlySet<Value>;
}

/** Whether some order of all `ok` operations, and of any of the unknown additions, explains what the reads returned. At most 30 operations without a key. */
export function isLinearizableCollection(history: History, names: MembershipNames): boolean {
  const operations: Operation[] = [];
  for (let i = 0; i < history.length; i++) {
    const event = history.event(i);
    if (event.type !== 'invoke') continue;
    const pair = history.columns.pair[i]!;
    const completion: Event | undefined = pair < 0 ? undefined : history.event(pair);
    if (completion?.type === 'fail') continue;
    const ok = completion?.type === 'ok';
    if (event.f === names.read && !ok) continue;
    operations.push({
      invoke: i,
      complete: ok ? pair : Infinity,
      adds: event.f === names.add ? event.value : undefined,
      contents: new Set(event.f === names.read ? (completion?.value as readonly Value[]) : []),
    });
  }
  return search(operations, 0, new Set());
}

function search(operations: readonly Operation[], done: number, dead: Set<number>): boolean {
  const open = operations.filter((_, i) => (done & (1 << i)) === 0);
  if (open.every((operation) => operation.complete === Infinity)) return true;
  if (dead.has(done)) return false;
  const earliest = Math.min(...open.map((operation) => operation.complete));
  const present = new Set(operations.filter((operation, i) => operation.adds !== undefined && (done & (1 << i)) !== 0).map((operation) => operation.adds));
  for (const [i, operation] of operations.entries()) {
    if ((done & (1 << i)) !== 0 || operation.invoke > earliest) continue;
    const legal = operation.adds !== undefined || (operation.contents.size === present.size && [...operation.contents].every((value) => present.has(value)));
    if (legal && search(operations, done | (1 << i), dead)) return true;
  }
  dead.add(done);
  return false;
}
