/** A set that grows and a counter of tags: a row for each element, or for each increment that was applied. */
import type { ClientFactory, Value } from '../../../harness/contracts/index.ts';
import type { Statement } from './api.ts';
import { rqliteClients } from './client-factory.ts';
import type { RqliteOptions } from './options.ts';

export function setClients({ reads }: RqliteOptions): ClientFactory {
  return collection('set', {
    addition: 'add',
    adding: (element) => ['INSERT INTO ordeal_set(element) VALUES(?) ON CONFLICT DO NOTHING', element],
    reading: ['SELECT element FROM ordeal_set'],
    reads,
  });
}

export function counterClients({ reads }: RqliteOptions): ClientFactory {
  return collection('counter', {
    addition: 'increment',
    adding: (tag) => ['INSERT INTO ordeal_counter(tag) VALUES(?)', tag],
    reading: ['SELECT tag FROM ordeal_counter'],
    reads,
  });
}

interface Collection {
  /** The operation that adds. */
  readonly addition: string;
  adding(json: string): Statement;
  readonly reading: Statement;
  readonly reads: RqliteOptions['reads'];
}

function collection(workload: 'set' | 'counter', { addition, adding, reading, reads }: Collection): ClientFactory {
  return rqliteClients(workload, async (api, op, signal) => {
    if (op.f === addition) {
      await api.execute(adding(JSON.stringify(op.value)), signal);
      return { type: 'ok', value: op.value };
    }
    if (op.f !== 'read') throw new Error(`the ${workload} client does not know "${op.f}"`);
    const rows = await api.query(reading, reads, signal);
    return { type: 'ok', value: rows.map(([json]) => JSON.parse(String(json)) as Value) };
  });
}
