/** Semaphores: under each key the number of permits that are taken, changed by a transaction that asks whether it is the one that was read. */
import type { ClientFactory, Outcome } from '../../../harness/contracts/index.ts';
import { PERMITS } from '../../../workloads/operations/semaphore.ts';
import { etcdClients } from './client-factory.ts';
import type { Gateway } from './gateway.ts';
import { decode, encode, keyOf } from './keys.ts';
import type { EtcdOptions } from './options.ts';

export function semaphoreClients({ reads, semaphoreWrites }: EtcdOptions): ClientFactory {
  const consistency = reads === 'serializable' ? { serializable: true } : {};
  return etcdClients((gateway, op, signal) => {
    if (op.f !== 'acquire' && op.f !== 'release') throw new Error(`the semaphore client does not know "${op.f}"`);
    const more = op.f === 'acquire' ? (op.value as number) : -(op.value as number);
    return change(gateway, { key: keyOf('semaphore', op.key ?? 0), ...consistency }, more, semaphoreWrites, signal);
  });
}

/** `more`: how many are to be taken more than before. */
async function change(
  gateway: Gateway,
  range: { readonly key: string },
  more: number,
  how: EtcdOptions['semaphoreWrites'],
  signal: AbortSignal,
): Promise<Outcome> {
  const { kvs } = (await gateway.post('/v3/kv/range', range, signal)) as { kvs?: { value: string; mod_revision: string }[] };
  const stored = kvs?.[0];
  const taken = (stored === undefined ? 0 : Number(decode(stored.value))) + more;
  const value = Math.abs(more);
  if (taken < 0 || taken > PERMITS) return { type: 'ok', value, applied: false };
  const { key } = range;
  const put = { key, value: encode(String(taken)) };
  if (how === 'plain') {
    await gateway.post('/v3/kv/put', put, signal);
    return { type: 'ok', value };
  }
  // a key that is absent has the revision 0
  const compare = [{ key, target: 'MOD', result: 'EQUAL', mod_revision: stored?.mod_revision ?? '0' }];
  const { succeeded } = (await gateway.post('/v3/kv/txn', { compare, success: [{ request_put: put }] }, signal)) as { succeeded?: boolean };
  if (succeeded === true) return { type: 'ok', value };
  // somebody else was first, and this says nothing of how many are free
  return { type: 'fail', error: { code: 'contended', message: 'the semaphore was changed between the read and the write' } };
}
