import { describe, expect, it } from 'vitest';
import { gidOf, idIn, integer, sharesOf } from './tables.ts';

describe('the share of each participant', () => {
  it('is its own accounts, and that it was applied', () => {
    const shares = sharesOf({ id: 7, from: 3, to: 2, amount: 5 }, ['n2', 'n3']);
    expect([...shares]).toEqual([
      [0, ['UPDATE ordeal_accounts SET balance = balance + 5 WHERE account = 2', "INSERT INTO ordeal_applied VALUES (7, 'n2 n3')"]],
      [1, ['UPDATE ordeal_accounts SET balance = balance + -5 WHERE account = 3', "INSERT INTO ordeal_applied VALUES (7, 'n2 n3')"]],
    ]);
  });

  it('is all of it where one keeps both accounts, in their order', () => {
    const shares = sharesOf({ id: 8, from: 5, to: 1, amount: 2 }, ['n2', 'n3']);
    expect([...shares]).toEqual([
      [
        1,
        [
          'UPDATE ordeal_accounts SET balance = balance + 2 WHERE account = 1',
          'UPDATE ordeal_accounts SET balance = balance + -2 WHERE account = 5',
          "INSERT INTO ordeal_applied VALUES (8, 'n3')",
        ],
      ],
    ]);
  });
});

describe('names of prepared transactions', () => {
  it('are told from those of others', () => {
    expect(idIn(gidOf(12))).toBe(12);
    expect([idIn('backup-12'), idIn('ordeal-'), idIn('ordeal-x'), idIn('12')]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('are made of integers alone', () => {
    expect(() => integer("1'; DROP TABLE" as unknown as number)).toThrow(/not an integer/);
  });
});
