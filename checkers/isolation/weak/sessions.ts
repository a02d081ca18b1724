/**
 * Session guarantees over lists (Terry et al. 1994), key by key: what a process has seen or appended, its later transactions see
 * (monotonic reads, read your writes), and its appends come behind what it appended or saw before (monotonic writes, writes
 * follow reads). O(micro-operations).
 */
import { OK } from '../../../harness/history/columns.ts';
import type { Material } from '../list-append/reads-of-keys.ts';
import { CONTRADICTED, UNOBSERVED } from '../list-append/version-orders.ts';
import { APPEND, READ } from '../transactions/columns.ts';
import { findInContradicted } from './contradicted-sessions.ts';

/** What a process has done so far to a key; operations, -1 for none. */
interface Past {
  /** The read that saw most, and the append that is farthest in the order of versions. */
  read: number;
  append: number;
}

/** Looks at transactions that took effect, process by process; where reads contradict each other, key by key. */
export function findInSessions(material: Material): void {
  const { transactions, orders } = material;
  const { count, outcome, process, firstOp, key } = transactions;
  const sessions = new Map<number, Map<number, Past>>();
  for (let t = 0; t < count; t++) {
    if (orders.committed[t] === 0) continue;
    const session = sessions.get(process[t]!) ?? new Map<number, Past>();
    sessions.set(process[t]!, session);
    for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) {
      const past = session.get(key[op]!);
      if (past !== undefined) compare(material, op, past);
    }
    // An unknown transaction is its process's last one.
    if (outcome[t] !== OK) continue;
    for (let op = firstOp[t]!; op < firstOp[t + 1]!; op++) remember(material, op, session);
  }
  findInContradicted(material, tell);
}

function remember({ transactions, orders }: Material, op: number, session: Map<number, Past>): void {
  const { kind, key } = transactions;
  if ((orders.flaws[key[op]!]! & CONTRADICTED) !== 0) return;
  const past = session.get(key[op]!) ?? { read: -1, append: -1 };
  session.set(key[op]!, past);
  const position = orders.position[op]!;
  if (kind[op] === READ && (past.read < 0 || position > orders.position[past.read]!)) past.read = op;
  // An append that nobody sees is behind all that somebody sees.
  if (kind[op] === APPEND && (past.append < 0 || rank(position) > rank(orders.position[past.append]!))) past.append = op;
}

function rank(position: number): number {
  return position === UNOBSERVED ? Number.POSITIVE_INFINITY : position;
}

function compare(material: Material, op: number, { read, append }: Past): void {
  const { transactions, orders } = material;
  const position = orders.position[op]!;
  if (transactions.kind[op] === READ) {
    // What an unknown transaction read is not known.
    if (transactions.outcome[transactions.owner[op]!] !== OK) return;
    if (read >= 0 && orders.position[read]! > position) tell(material, 'non-monotonic-read', read, op, seenVersion(material, read));
    if (append >= 0 && rank(orders.position[append]!) > position) tell(material, 'missed-own-write', append, op);
  } else if (position !== UNOBSERVED) {
    if (append >= 0 && rank(orders.position[append]!) > position) tell(material, 'non-monotonic-write', append, op);
    // A read that shows the append itself is before it as well, if it is that one.
    const seen = read < 0 ? UNOBSERVED : orders.position[read]!;
    if (seen > position || (seen === position && orders.ambiguous === 0)) tell(material, 'write-before-read', read, op, seenVersion(material, read));
  }
}

const PHRASES = {
  'non-monotonic-read': 'non-monotonic read',
  'missed-own-write': 'own write missed',
  'non-monotonic-write': 'non-monotonic write',
  'write-before-read': 'write before what was read',
} as const;

/** The last version that a read shows. */
function seenVersion({ transactions, orders }: Material, read: number): number {
  return orders.elements[orders.first[transactions.key[read]!]! + orders.position[read]!]!;
}

/**
 * `seen`: where the earlier operation is a read, the element of it that matters. `witness`: the read that shows an append
 * before that element or without it; by default the longest of the key.
 */
function tell(
  { transactions, orders, names, findings }: Material,
  type: keyof typeof PHRASES,
  earlier: number,
  later: number,
  seen?: number,
  witness?: number,
): void {
  const { owner, key, element, kind } = transactions;
  findings.add(type, () => {
    const [a, b] = [owner[earlier]!, owner[later]!];
    const k = key[later]!;
    const version = seen ?? element[earlier]!;
    const before = seen === undefined ? `appended ${names.element(version)} to ${names.key(k)}` : `read ${names.list(earlier)} in ${names.key(k)}`;
    const reader = owner[witness ?? orders.longest[k]!]!;
    const after =
      kind[later] === READ
        ? `read ${names.list(later)} there, without ${names.element(version)}`
        : version === element[later]
          ? `appended ${names.element(version)} there`
          : `appended ${names.element(element[later]!)} there, which T${names.event(reader)} saw before ${names.element(version)} or without it`;
    return {
      transactions: [a, b],
      sentence: `${PHRASES[type]}: process ${transactions.process[a]} ${before} in T${names.event(a)}, and then ${after}, in T${names.event(b)}`,
      evidence: {
        key: transactions.keyValue(k),
        element: transactions.elementValue(version),
        one: names.event(a),
        other: names.event(b),
        ...(kind[later] === APPEND && { later: transactions.elementValue(element[later]!), read: names.event(reader) }),
      },
    };
  });
}
