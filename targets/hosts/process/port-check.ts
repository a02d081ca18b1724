/** Is the place free? Asked before a node starts, so that a port in use is one clear error and not a line in a node's log. */
import { createServer } from 'node:net';
import type { Clock } from '../../../harness/contracts/index.ts';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { ms } from '../../../harness/time/units.ts';
import type { Endpoint } from '../../controls/link-proxy/proxy-protocol.ts';

/** What held the port may be on its way out: an earlier incarnation, or a run that just died. */
const PATIENCE = ms(3_000);
const POLL = ms(50);

/** Rejects with ORDEAL_PORT_IN_USE when one of these places stays taken. */
export async function requireFree(places: readonly Endpoint[], clock: Clock, who: string): Promise<void> {
  const end = clock.now() + PATIENCE;
  for (const place of places) {
    let problem = await tryBind(place);
    while (problem !== undefined && clock.now() < end) {
      await clock.sleep(POLL);
      problem = await tryBind(place);
    }
    if (problem !== undefined) throw portInUse(place, who, problem);
  }
}

/** The error for a place that is taken. */
export function portInUse(place: Endpoint, who: string, cause: unknown): OrdealError {
  return new OrdealError('ORDEAL_PORT_IN_USE', {
    what: `${place.host}:${place.port} cannot be bound for ${who}: ${messageOf(cause)}`,
    value: `${place.host}:${place.port}`,
    remedy: `End what listens on port ${place.port} (on all addresses, perhaps): ss -ltnp 'sport = :${place.port}' shows it.`,
    cause,
  });
}

function tryBind(place: Endpoint): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ ...place, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
