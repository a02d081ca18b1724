/** A service of the user's own for a configuration: `httpService({ start: 'node server.js', operations: { order } })`. */
import type { z } from 'zod';
import { type Use, use } from '../../harness/configuration/use.ts';
import type { System, Workload } from '../../harness/contracts/index.ts';
import { OrdealError } from '../../harness/errors/ordeal-error.ts';
import { httpServiceOptions, httpServiceSystem, type ServiceOperation } from '../../targets/systems/http-service/index.ts';
import { type RequestsOptions, requests } from '../../workloads/requests/requests.ts';
import { parseOptions } from '../resolve.ts';

export interface HttpServiceDefinition extends z.input<typeof httpServiceOptions> {
  /** What it is called in reports. Default: `service`. */
  readonly name?: string;
  /** How many instances of it run side by side. Default: 1. */
  readonly instances?: number;
  /** What clients ask of it: each operation asks for one effect in the outside world. */
  readonly operations: Readonly<Record<string, ServiceOperation>>;
}

/** The service as a system, and the workload that asks it for its operations. */
export interface HttpService extends Use<System> {
  /** Clients ask for all operations by turns; the ledger must have the effect of each exactly (at most, at least) once. */
  requests(options?: Partial<RequestsOptions>): Use<Workload>;
}

/**
 * A service that is started by a command and asked over HTTP, with an effect ledger as the outside world that it speaks to.
 * It is told by its environment: HOST and PORT (where to listen), ORDEAL_LEDGER_URL (the outside world), ORDEAL_PEERS
 * (URLs of the other instances), ORDEAL_NODE, ORDEAL_DATA (a folder that survives its restarts). Throws ORDEAL_BAD_OPTION.
 */
export function httpService({ name = 'service', instances = 1, operations, ...given }: HttpServiceDefinition): HttpService {
  const names = Object.keys(operations);
  if (names.length === 0) throw new OrdealError('ORDEAL_BAD_OPTION', { what: 'there is nothing to ask of the service', where: `${name}: operations` });
  if (!Number.isInteger(instances) || instances < 1)
    throw new OrdealError('ORDEAL_BAD_OPTION', { what: 'it takes a whole number above 0', where: `${name}: instances`, value: instances });
  const options = parseOptions(httpServiceOptions, given, name);
  const system = httpServiceSystem({ name, instances, options, operations });
  return { use: system as System, options: given, requests: (chosen = {}) => use(requests, { operations: names, ...chosen }) };
}
