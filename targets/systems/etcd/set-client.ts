/** A set that grows: a key for each element. */
import type { ClientFactory } from '../../../harness/contracts/index.ts';
import { etcdClients } from './client-factory.ts';
import { decode, encode, keyOf, rangeOf } from './keys.ts';
import type { EtcdOptions } from './options.ts';

export function setClients(options: EtcdOptions): ClientFactory {
  const consistency = options.reads === 'serializable' ? { serializable: true } : {};
  return etcdClients(async (gateway, op, signal) => {
    if (op.f === 'add') {
      await gateway.post('/v3/kv/put', { key: keyOf('set', String(op.value)), value: encode(JSON.stringify(op.value)) }, signal);
      return { type: 'ok', value: op.value };
    }
    if (op.f !== 'read') throw new Error(`the set client does not know "${op.f}"`);
    const { kvs } = (await gateway.post('/v3/kv/range', { ...rangeOf('set'), ...consistency }, signal)) as { kvs?: { value: string }[] };
    return { type: 'ok', value: (kvs ?? []).map(({ value }) => JSON.parse(decode(value)) as number) };
  });
}
