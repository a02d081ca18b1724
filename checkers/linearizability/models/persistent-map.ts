/**
 * A sorted map that never changes: `set` and `delete` give a new one in O(log n) (expected) and share the rest.
 *
 * A treap whose priorities are hashes of the keys (Seidel & Aragon 1996): its shape follows from its keys alone. Keys are
 * numbers (first, by size) and strings.
 */
import type { Value } from '../../../harness/contracts/index.ts';
import { canonicalJson } from '../../../harness/history/canonical-json.ts';

export type MapKey = number | string;

interface Node<V> {
  readonly key: MapKey;
  readonly value: V;
  readonly rank: number;
  readonly left: Node<V> | null;
  readonly right: Node<V> | null;
}

export class PersistentMap<V> {
  readonly size: number;
  readonly #root: Node<V> | null;

  private constructor(root: Node<V> | null, size: number) {
    this.#root = root;
    this.size = size;
  }

  static empty<V>(): PersistentMap<V> {
    return new PersistentMap<V>(null, 0);
  }

  get(key: MapKey): V | undefined {
    let node = this.#root;
    while (node !== null && node.key !== key) node = isBefore(key, node.key) ? node.left : node.right;
    return node?.value;
  }

  set(key: MapKey, value: V): PersistentMap<V> {
    const known = this.get(key);
    if (known === value && value !== undefined) return this;
    return new PersistentMap(withKey(this.#root, key, value, rankOf(key)), this.size + (known === undefined ? 1 : 0));
  }

  delete(key: MapKey): PersistentMap<V> {
    return this.get(key) === undefined ? this : new PersistentMap(withoutKey(this.#root, key), this.size - 1);
  }

  /** The least key; undefined for an empty map. */
  firstKey(): MapKey | undefined {
    let node = this.#root;
    while (node?.left) node = node.left;
    return node?.key;
  }

  /** In order of the keys. */
  entries(): [MapKey, V][] {
    const list: [MapKey, V][] = [];
    const path: Node<V>[] = [];
    let node = this.#root;
    while (node !== null || path.length > 0) {
      for (; node !== null; node = node.left) path.push(node);
      const next = path.pop()!;
      list.push([next.key, next.value]);
      node = next.right;
    }
    return list;
  }
}

/** A key for any value: equal values, equal keys; numbers stay what they are. */
export function mapKey(value: Value): MapKey {
  return typeof value === 'number' ? value : canonicalJson(value);
}

/** The value that such a key stands for. */
export function valueOfKey(key: MapKey): Value {
  return typeof key === 'number' ? key : (JSON.parse(key) as Value);
}

function isBefore(a: MapKey, b: MapKey): boolean {
  return typeof a === typeof b ? a < b : typeof a === 'number';
}

function withKey<V>(node: Node<V> | null, key: MapKey, value: V, rank: number): Node<V> {
  if (node === null) return { key, value, rank, left: null, right: null };
  if (node.key === key) return { ...node, value };
  if (isBefore(key, node.key)) {
    const left = withKey(node.left, key, value, rank);
    if (left.rank <= node.rank) return { ...node, left };
    return { ...left, right: { ...node, left: left.right } };
  }
  const right = withKey(node.right, key, value, rank);
  if (right.rank <= node.rank) return { ...node, right };
  return { ...right, left: { ...node, right: right.left } };
}

function withoutKey<V>(node: Node<V> | null, key: MapKey): Node<V> | null {
  if (node === null) return null;
  if (node.key === key) return joined(node.left, node.right);
  return isBefore(key, node.key) ? { ...node, left: withoutKey(node.left, key) } : { ...node, right: withoutKey(node.right, key) };
}

function joined<V>(left: Node<V> | null, right: Node<V> | null): Node<V> | null {
  if (left === null) return right;
  if (right === null) return left;
  if (left.rank >= right.rank) return { ...left, right: joined(left.right, right) };
  return { ...right, left: joined(left, right.left) };
}

function rankOf(key: MapKey): number {
  let h = 0x811c9dc5;
  const text = String(key);
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 13), 0x297a2d39);
  return (h ^ (h >>> 16)) >>> 0;
}
