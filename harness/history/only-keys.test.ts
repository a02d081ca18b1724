import { describe, expect, it } from 'vitest';
import type { Event, History, Ns, Process } from '../contracts/index.ts';
import { HistoryBuilder } from './builder.ts';
import { onlyKeys } from './only-keys.ts';

type Line = readonly [process: Process, key: string | number | undefined];

/** A write on each line, called and answered; of the nemesis one event. */
const historyOf = (...lines: readonly Line[]): History => {
  const builder = new HistoryBuilder({});
  const append = (process: Process, type: Event['type'], key: Line[1]): void =>
    void builder.append({ process, type, f: 'write', value: 1, time: 0 as Ns, ...(key !== undefined && { key }) });
  for (const [process, key] of lines) {
    if (process !== 'nemesis') append(process, 'invoke', key);
    append(process, process === 'nemesis' ? 'info' : 'ok', key);
  }
  return builder.build();
};
const history = historyOf(['nemesis', undefined], [0, 4], [1, 'four'], [2, '4'], [0, 5], [3, undefined]);
/** The indices that clients still have. */
const clients = (...keys: string[]): number[] => {
  const kept = onlyKeys(history, keys);
  return Array.from({ length: kept.length }, (_, i) => kept.event(i)).flatMap(({ index, process }) => (typeof process === 'number' ? [index] : []));
};

describe('a history with some of its keys', () => {
  it('keeps the events of these, where they stood', () => {
    expect(clients('5')).toEqual([7, 8]);
    expect(clients('four', '5')).toEqual([3, 4, 7, 8]);
    const kept = onlyKeys(history, ['5']);
    expect([kept.length, kept.event(7), kept.event(0).process, kept.event(1).process]).toEqual([11, history.event(7), 'nemesis', 'observer:other-keys']);
  });

  it('takes a text by itself or by its JSON, and what looks like both for both', () => {
    expect(clients('"four"')).toEqual([3, 4]);
    expect(clients('4')).toEqual([1, 2, 5, 6]);
    expect(clients('"4"')).toEqual([5, 6]);
  });

  it('leaves the history itself alone', () => {
    onlyKeys(history, ['5']);
    expect(history.event(1).process).toBe(0);
  });

  it('refuses keys that are not there, and says which are', () => {
    expect(() => onlyKeys(history, ['5', '6'])).toThrow(
      expect.objectContaining({ code: 'ORDEAL_BAD_OPTION', what: 'no operation is on key 6; there are 4, four, 4, 5', where: '--key' }),
    );
    expect(() => onlyKeys(historyOf([0, undefined]), ['6'])).toThrow('its operations have no keys');
  });
});
