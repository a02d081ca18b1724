/** Unique ids from an autoincremented key: every row gets the table's next one. */
import type { ClientFactory } from '../../../harness/contracts/index.ts';
import { rqliteClients } from './client-factory.ts';

export function uniqueIdsClients(): ClientFactory {
  return rqliteClients('unique-ids', async (api, _op, signal) => {
    const { lastInsertId } = await api.execute(['INSERT INTO ordeal_ids(filler) VALUES(0)'], signal);
    if (lastInsertId === undefined) throw new Error('the answer has no id');
    return { type: 'ok', value: lastInsertId };
  });
}
