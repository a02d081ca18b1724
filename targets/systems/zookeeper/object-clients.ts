/** A set, each element a node of its own; ids from the version of a node, which grows by one with every write. */
import type { ClientFactory, Value } from '../../../harness/contracts/index.ts';
import { pathOf, readThrough, zookeeperClients } from './client-factory.ts';
import { ZookeeperError } from './errors.ts';
import { ANY_VERSION, childrenIn, create, getChildren, setData, versionIn } from './jute.ts';
import type { ZookeeperOptions } from './options.ts';

const SET = pathOf('set');
const IDS = pathOf('ids');

export function setClients({ reads }: ZookeeperOptions): ClientFactory {
  return zookeeperClients(
    async (session, op, signal) => {
      if (op.f === 'add') {
        await session.ask(create(`${SET}/${JSON.stringify(op.value)}`, ''), signal);
        return { type: 'ok', value: op.value };
      }
      if (op.f !== 'read') throw new Error(`the set client does not know "${op.f}"`);
      const { error, body } = await readThrough(session, reads, getChildren(SET), signal);
      if (error !== 0) throw new ZookeeperError(error);
      return { type: 'ok', value: childrenIn(body).map((name) => JSON.parse(name) as Value) };
    },
    [SET],
  );
}

export function uniqueIdsClients(): ClientFactory {
  return zookeeperClients(async (session, _op, signal) => ({ type: 'ok', value: versionIn(await session.ask(setData(IDS, '', ANY_VERSION), signal)) }), [IDS]);
}
