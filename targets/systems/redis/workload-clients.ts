/** The clients of every workload that Redis serves, whoever is its primary. */
import type { ClientFactory } from '../../../harness/contracts/index.ts';
import type { ClientRequest } from './client-factory.ts';
import { lockClients } from './lock-clients.ts';
import { counterClients, registerClients, setClients, uniqueIdsClients } from './object-clients.ts';
import { listAppendClients } from './transaction-clients.ts';

/** By workload. `requestOf`: what clients are to do, from the system's options. */
export function workloadClients<Options>(requestOf: (options: Options) => ClientRequest): Readonly<Record<string, (options: Options) => ClientFactory>> {
  return {
    register: (options) => registerClients(requestOf(options)),
    set: (options) => setClients(requestOf(options)),
    'list-append': (options) => listAppendClients(requestOf(options)),
    counter: (options) => counterClients(requestOf(options)),
    'unique-ids': (options) => uniqueIdsClients(requestOf(options)),
    lock: (options) => lockClients(requestOf(options)),
  };
}
