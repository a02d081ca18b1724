/** Transactions written by hand, whose isolation fails in known ways. */
import { phase, type WrittenEvent } from '../../checkers/testing/written-history.ts';
import type { Value } from '../../harness/contracts/index.ts';
import { STALE_READ } from './scenario.ts';

type MicroOp = readonly ['append' | 'w' | 'r' | 'insert', string, Value] | readonly ['rp', Value, Value];

interface Span {
  readonly node: string;
  /** ms. */
  readonly from: number;
  readonly to: number;
  readonly outcome?: 'ok' | 'fail' | 'info';
}

/** The invocation of a transaction and its completion: reads are asked without what they return. */
function transaction(process: number, { node, from, to, outcome = 'ok' }: Span, ops: readonly MicroOp[]): WrittenEvent[] {
  const asked = ops.map(([f, key, value]): Value => (f === 'r' || f === 'rp' ? [f, key, null] : [f, key, value]));
  const error = outcome === 'ok' ? {} : { error: { code: outcome === 'fail' ? 'serialization' : 'deadline', message: 'the server said so' } };
  return [
    [process, 'invoke', 'txn', asked, { node, at: from, scheduled: from }],
    [process, outcome, 'txn', outcome === 'ok' ? ops.map((op): Value => [...op]) : asked, { node, at: to, ...error }],
  ];
}

/** By time; events of equal times keep their order. */
function merged(...transactions: readonly (readonly WrittenEvent[])[]): WrittenEvent[] {
  return transactions.flat().sort((a, b) => (a[4]?.at ?? 0) - (b[4]?.at ?? 0));
}

/** Around the partition of the other scenarios. */
const nemesis = STALE_READ.filter(([process]) => process === 'nemesis');

function underPartition(...transactions: readonly (readonly WrittenEvent[])[]): WrittenEvent[] {
  const events = merged(...transactions);
  const [injected, healed] = [nemesis.slice(0, 2), nemesis.slice(2)];
  const place = events.findIndex(([, , , , extras]) => (extras?.at ?? 0) >= 1100);
  return [phase('workload'), ...events.slice(0, place), ...injected, ...events.slice(place), ...healed, phase('heal')];
}

/** Read skew over three transactions: ww on x, wr on z, rw on y. A fourth one shows the order of x. */
export const READ_SKEW: readonly WrittenEvent[] = underPartition(
  transaction(0, { node: 'n1', from: 1000, to: 1020 }, [['append', 'x', 1]]),
  transaction(0, { node: 'n1', from: 1205, to: 1235 }, [
    ['append', 'x', 4],
    ['append', 'y', 9],
  ]),
  transaction(8, { node: 'n3', from: 1229, to: 1252 }, [
    ['append', 'x', 5],
    ['append', 'z', 2],
    ['append', 'w', 7],
  ]),
  transaction(7, { node: 'n2', from: 1231, to: 1262 }, [
    ['r', 'y', []],
    ['r', 'z', [2]],
  ]),
  transaction(5, { node: 'n1', from: 1400, to: 1412 }, [['r', 'x', [1, 4, 5]]]),
);

/** Two look who is on call, and each adds a row that the other one looks for. */
export const PREDICATE_SKEW: readonly WrittenEvent[] = underPartition(
  transaction(0, { node: 'n1', from: 1000, to: 1020 }, [['insert', 'ann', 1]]),
  transaction(1, { node: 'n1', from: 1205, to: 1235 }, [
    ['rp', ['=', 1], [['ann', 1]]],
    ['insert', 'bob', 1],
  ]),
  transaction(8, { node: 'n3', from: 1229, to: 1252 }, [
    ['rp', ['mod', 2, 1], [['ann', 1]]],
    ['insert', 'eve', 1],
  ]),
);

/** Write skew, a lost update, a stale read, an aborted and an intermediate read, an append that was lost. */
export const MANY_ANOMALIES: readonly WrittenEvent[] = underPartition(
  transaction(0, { node: 'n1', from: 1000, to: 1030 }, [
    ['r', 'a', []],
    ['append', 'b', 1],
  ]),
  transaction(1, { node: 'n2', from: 1010, to: 1040 }, [
    ['r', 'b', []],
    ['append', 'a', 1],
  ]),
  transaction(2, { node: 'n1', from: 1200, to: 1240 }, [
    ['r', 'c', []],
    ['append', 'c', 1],
  ]),
  transaction(3, { node: 'n3', from: 1210, to: 1250 }, [
    ['r', 'c', []],
    ['append', 'c', 2],
  ]),
  transaction(0, { node: 'n1', from: 1300, to: 1310 }, [['append', 'd', 1]]),
  transaction(3, { node: 'n3', from: 1500, to: 1520 }, [['r', 'd', []]]),
  transaction(1, { node: 'n2', from: 1530, to: 1540, outcome: 'fail' }, [['append', 'e', 1]]),
  transaction(2, { node: 'n1', from: 1550, to: 1570 }, [
    ['r', 'e', [1]],
    ['r', 'd', [1]],
  ]),
  transaction(4, { node: 'n2', from: 1600, to: 1650 }, [
    ['append', 'f', 1],
    ['append', 'f', 2],
  ]),
  transaction(5, { node: 'n2', from: 1605, to: 1640 }, [['r', 'f', [1]]]),
  transaction(6, { node: 'n2', from: 1700, to: 1750, outcome: 'info' }, [['append', 'f', 3]]),
);

/** Registers without an order: two wrote x, and whichever came first, some process went back. */
export const NO_ORDER: readonly WrittenEvent[] = underPartition(
  transaction(0, { node: 'n1', from: 1000, to: 1020 }, [['w', 'x', 1]]),
  transaction(1, { node: 'n2', from: 1001, to: 1021 }, [['w', 'x', 2]]),
  transaction(2, { node: 'n1', from: 1150, to: 1160 }, [['r', 'x', 1]]),
  transaction(3, { node: 'n2', from: 1151, to: 1161 }, [['r', 'x', 2]]),
  transaction(2, { node: 'n1', from: 1200, to: 1210 }, [['r', 'x', 2]]),
  transaction(3, { node: 'n2', from: 1201, to: 1211 }, [['r', 'x', 1]]),
);
