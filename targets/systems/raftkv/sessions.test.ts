import { describe, expect, it } from 'vitest';
import type { Command, Entry } from './raft/messages.ts';
import { Sessions } from './sessions.ts';

const open: Entry = { term: 1, payload: { kind: 'open', client: 'c1' } };
const entry = (session: number, sequence: number, command: Command): Entry => ({ term: 1, payload: { kind: 'command', session, sequence, command } });

describe('sessions', () => {
  it('apply a repeated command once and give its first answer again', () => {
    const sessions = new Sessions(undefined);
    expect(sessions.apply(1, open)).toEqual({ ok: { value: 1 } });
    sessions.apply(2, entry(1, 1, { op: 'write', key: 'x', value: 1 }));
    expect(sessions.apply(3, entry(1, 2, { op: 'cas', key: 'x', from: 1, to: 2 }))).toEqual({ ok: { value: [1, 2] } });
    expect(sessions.apply(4, entry(1, 2, { op: 'cas', key: 'x', from: 1, to: 2 }))).toEqual({ ok: { value: [1, 2] } });
    expect(sessions.answered(1, 2)).toEqual({ value: [1, 2] });
    expect(sessions.answered(1, 3)).toBeUndefined();
  });

  it('ignore an earlier command of a session, and a session that was never opened', () => {
    const sessions = new Sessions(undefined);
    sessions.apply(1, open);
    sessions.apply(2, entry(1, 5, { op: 'write', key: 'x', value: 5 }));
    expect(sessions.apply(3, entry(1, 4, { op: 'write', key: 'x', value: 4 }))).toEqual({ error: 'superseded' });
    expect(sessions.apply(4, entry(9, 1, { op: 'write', key: 'x', value: 9 }))).toEqual({ error: 'no-session' });
    expect(sessions.machine.query({ op: 'read', key: 'x' })).toEqual({ value: 5 });
  });

  it('without their mechanism apply a repeat again', () => {
    const sessions = new Sessions('no-session-dedup');
    sessions.apply(1, open);
    for (let index = 2; index < 5; index++) sessions.apply(index, entry(1, 1, { op: 'counter-increment', key: 'c', tag: 'a' }));
    expect(sessions.machine.query({ op: 'counter-read', key: 'c' })).toEqual({ value: ['a', 'a', 'a'] });
  });
});

describe('the state machine', () => {
  const apply = (...commands: Command[]) => {
    const { machine } = new Sessions(undefined);
    return commands.map((command) => machine.apply(command));
  };

  it('reads, writes and compares registers by key', () => {
    expect(
      apply(
        { op: 'read', key: 'x' },
        { op: 'cas', key: 'x', from: null, to: 1 },
        { op: 'cas', key: 'x', from: 2, to: 3 },
        { op: 'write', key: 'y', value: 7 },
        { op: 'read', key: 'x' },
      ),
    ).toEqual([{ value: null }, { value: [null, 1] }, { value: [2, 3], applied: false }, { value: 7 }, { value: 1 }]);
  });

  it('keeps sets, tagged counters with multiplicity, and ids', () => {
    expect(
      apply(
        { op: 'set-add', key: 's', element: 1 },
        { op: 'set-add', key: 's', element: 1 },
        { op: 'set-read', key: 's' },
        { op: 'counter-increment', key: 'c', tag: 'a' },
        { op: 'counter-increment', key: 'c', tag: 'a' },
        { op: 'counter-read', key: 'c' },
        { op: 'generate' },
        { op: 'generate' },
      ).map(({ value }) => value),
    ).toEqual([1, 1, [1], 'a', 'a', ['a', 'a'], 1, 2]);
  });
});
