import { describe, expect, it } from 'vitest';
import type { Clock, Ns, Outcome, Value } from '../../../../harness/contracts/index.ts';
import { ms } from '../../../../harness/time/units.ts';
import { StateMachine } from '../state-machine.ts';
import { LockClient } from './lock-client.ts';

/** Two lock clients of one state machine, and a clock that stands until it is moved. */
function two() {
  const machine = new StateMachine();
  let now = 0 as Ns;
  const clock = { now: () => now } as Clock;
  const open = () =>
    new LockClient(
      async (command) => ({ type: 'ok', ...machine.apply(command) }),
      clock,
      async () => undefined,
    );
  const clients = [open(), open()];
  const ask = (client: number, f: string, value: Value): Promise<Outcome> => clients[client]!.invoke({ f, key: 1, value }, { deadline: ms(9_000) });
  return {
    acquire: (client: number) => ask(client, 'acquire', { lease: 1_000, hold: 0 }),
    update: (client: number, token: number, to: number, write: 'plain' | 'fenced') => ask(client, 'update', { token, from: null, to, write }),
    ask,
    pass: (milliseconds: number) => {
      now = (now + ms(milliseconds)) as Ns;
    },
  };
}

const granted = (token: number) => ({ type: 'ok', value: { token, lease: 1_000 } });
const refused = { type: 'ok', applied: false };

describe('locks over the registers of raftkv', () => {
  it('are held by one at a time, and tokens grow', async () => {
    const { acquire, ask } = two();
    expect(await acquire(0)).toEqual(granted(1));
    expect(await acquire(1)).toMatchObject(refused);
    expect(await ask(0, 'release', 1)).toMatchObject({ type: 'ok' });
    expect(await acquire(1)).toEqual(granted(3));
    expect(await ask(0, 'release', 1)).toMatchObject(refused);
  });

  it('are taken over by who has seen the same holder for a lease long, and not before', async () => {
    const { acquire, pass } = two();
    await acquire(0);
    pass(5_000);
    expect(await acquire(1)).toMatchObject(refused);
    pass(999);
    expect(await acquire(1)).toMatchObject(refused);
    pass(1);
    expect(await acquire(1)).toEqual(granted(3));
  });

  it('guard fenced writes, and no others', async () => {
    const { acquire, update, ask, pass } = two();
    await acquire(0);
    expect(await update(0, 1, 10, 'fenced')).toEqual({ type: 'ok', value: 10 });
    await acquire(1);
    pass(1_000);
    expect(await acquire(1)).toEqual(granted(3));
    expect(await update(0, 1, 11, 'fenced')).toMatchObject(refused);
    expect(await ask(1, 'read', null)).toEqual({ type: 'ok', value: 10 });
    expect(await update(0, 1, 12, 'plain')).toEqual({ type: 'ok', value: 12 });
    expect(await ask(1, 'read', null)).toEqual({ type: 'ok', value: 12 });
  });

  it('are not asked for where the register could not be read', async () => {
    const error = { code: 'unanswered', message: '' };
    const client = new LockClient(
      async () => ({ type: 'info', error }),
      { now: () => 0 } as unknown as Clock,
      async () => undefined,
    );
    expect(await client.invoke({ f: 'acquire', key: 1, value: { lease: 1, hold: 0 } }, { deadline: ms(1) })).toEqual({ type: 'fail', error });
  });
});
