/** Keyed registers: a key each, cas as a transaction that compares the value. */
import type { ClientFactory, Invocation, Outcome, Value } from '../../../harness/contracts/index.ts';
import { etcdClients } from './client-factory.ts';
import type { Gateway } from './gateway.ts';
import { decode, encode, keyOf } from './keys.ts';
import type { EtcdOptions } from './options.ts';

export function registerClients(options: EtcdOptions): ClientFactory {
  const consistency = options.reads === 'serializable' ? { serializable: true } : {};
  return etcdClients((gateway, op, signal) => {
    const key = keyOf('register', op.key ?? 0);
    if (op.f === 'read') return read(gateway, { key, ...consistency }, signal);
    if (op.f === 'write') return write(gateway, key, op, signal);
    if (op.f === 'cas') return cas(gateway, key, op, signal);
    throw new Error(`the register client does not know "${op.f}"`);
  });
}

async function read(gateway: Gateway, range: object, signal: AbortSignal): Promise<Outcome> {
  const { kvs } = (await gateway.post('/v3/kv/range', range, signal)) as { kvs?: { value?: string }[] };
  const stored = kvs?.[0]?.value;
  return { type: 'ok', value: stored === undefined ? null : (JSON.parse(decode(stored)) as Value) };
}

async function write(gateway: Gateway, key: string, op: Invocation, signal: AbortSignal): Promise<Outcome> {
  await gateway.post('/v3/kv/put', { key, value: encode(JSON.stringify(op.value)) }, signal);
  return { type: 'ok', value: op.value };
}

async function cas(gateway: Gateway, key: string, op: Invocation, signal: AbortSignal): Promise<Outcome> {
  const [from, to] = op.value as readonly [Value, Value];
  // a key that is absent has no value to compare: it is told by its revision
  const compare =
    from === null ? { key, target: 'MOD', result: 'EQUAL', mod_revision: '0' } : { key, target: 'VALUE', result: 'EQUAL', value: encode(JSON.stringify(from)) };
  const success = [{ request_put: { key, value: encode(JSON.stringify(to)) } }];
  const { succeeded } = (await gateway.post('/v3/kv/txn', { compare: [compare], success }, signal)) as { succeeded?: boolean };
  return succeeded === true ? { type: 'ok', value: op.value } : { type: 'ok', value: op.value, applied: false };
}
