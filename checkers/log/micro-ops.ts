/** Reads the operations of a partitioned log: `[["send", k, [offset, v]], ["poll", {"k": [[offset, v], …]}]]`. */
import type { Value } from '../../harness/contracts/index.ts';

/** Told of each micro-operation, in their order. */
export interface MicroOpVisitor {
  /** `offset` is null where it is not known. */
  send(key: string, value: Value, offset: number | null): void;
  poll(): void;
  /** A record that the poll before returned. */
  record(key: string, offset: number, value: Value): void;
  rebalance(keys: readonly string[]): void;
}

/** False where it is no such list; the visitor may have been told a part. Keys are the same as numbers and as texts. */
export function visitMicroOps(value: Value | undefined, acknowledged: boolean, visitor: MicroOpVisitor): boolean {
  return Array.isArray(value) && value.every((item: Value) => Array.isArray(item) && visit(item, acknowledged, visitor));
}

/** The keys of `assign` and `subscribe`; undefined where they are none. */
export function keysOf(value: Value | undefined): readonly string[] | undefined {
  return Array.isArray(value) && value.every(isKey) ? value.map(String) : undefined;
}

function visit(item: readonly Value[], acknowledged: boolean, visitor: MicroOpVisitor): boolean {
  const [f, second, third] = item;
  if (f === 'send') return send(second, third, acknowledged, visitor);
  if (f === 'poll') {
    visitor.poll();
    return !acknowledged || second === undefined || second === null || records(second, visitor);
  }
  const keys = f === 'rebalance' ? keysOf(second) : undefined;
  if (keys !== undefined) visitor.rebalance(keys);
  return keys !== undefined;
}

function send(key: Value | undefined, sent: Value | undefined, acknowledged: boolean, visitor: MicroOpVisitor): boolean {
  if (!isKey(key) || sent === undefined) return false;
  if (!acknowledged || !Array.isArray(sent)) visitor.send(String(key), sent, null);
  else if (sent.length !== 2 || !(sent[0] === null || typeof sent[0] === 'number')) return false;
  else visitor.send(String(key), sent[1] as Value, sent[0] as number | null);
  return true;
}

function records(found: Value, visitor: MicroOpVisitor): boolean {
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return false;
  for (const key of Object.keys(found)) {
    const list = (found as Readonly<Record<string, Value>>)[key];
    if (!Array.isArray(list)) return false;
    for (const entry of list as readonly Value[]) {
      if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'number') return false;
      visitor.record(key, entry[0], entry[1] as Value);
    }
  }
  return true;
}

function isKey(key: Value | undefined): key is number | string {
  return typeof key === 'number' || typeof key === 'string';
}
