/** Unique ids from revisions: every write gets the store's next one. */
import type { ClientFactory } from '../../../harness/contracts/index.ts';
import { etcdClients } from './client-factory.ts';
import { encode, keyOf } from './keys.ts';

export function uniqueIdsClients(): ClientFactory {
  return etcdClients(async (gateway, _op, signal) => {
    const { header } = (await gateway.post('/v3/kv/put', { key: keyOf('id', 'next'), value: encode('1') }, signal)) as { header?: { revision?: string } };
    if (header?.revision === undefined) throw new Error('the answer has no revision');
    return { type: 'ok', value: header.revision };
  });
}
