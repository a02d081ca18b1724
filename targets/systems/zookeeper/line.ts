/**
 * Standing in line, as ZooKeeper's recipes for locks and elections have it: each makes an ephemeral sequential node below a
 * common parent, and whoever has the lowest number has its turn. The others watch the one before them, and only that one.
 */
import type { Address } from '../../../harness/contracts/index.ts';
import { ZookeeperError } from './errors.ts';
import { ANY_VERSION, childrenIn, create, createdIn, createEphemeralSequential, existsWatched, getChildren, REFUSAL, remove } from './jute.ts';
import { Session } from './session.ts';

/** A node in a line, and the session that it is gone with. */
export interface Place {
  readonly session: Session;
  readonly parent: string;
  readonly path: string;
  /** The transaction that made it: greater than those of all who stood there before. */
  readonly czxid: number;
}

/** Names before the number. */
const PREFIX = 'n-';

/** Makes nodes that others may have made. `session` is any. */
export async function ensure(session: Session, paths: readonly string[], signal: AbortSignal): Promise<void> {
  const answers = await session.askAll(
    paths.map((path) => create(path, '')),
    signal,
  );
  const refused = answers.find(({ error }) => error !== 0 && error !== REFUSAL.nodeExists);
  if (refused !== undefined) throw new ZookeeperError(refused.error);
}

/**
 * Takes a place at the end, in a session of its own that lasts for `leaseMs` when nothing is asked in it. Rejects with
 * TransportError, and ZookeeperError where it was refused; then the session, if there is one, is left to its timeout.
 */
export async function joinLine(address: Address, parent: string, data: string, leaseMs: number, signal: AbortSignal): Promise<Place> {
  const session = new Session(address, leaseMs);
  try {
    await session.begin(signal);
    const [made] = await session.askWithin([createEphemeralSequential(`${parent}/${PREFIX}`, data)], signal);
    if (made!.error !== 0) throw new ZookeeperError(made!.error);
    return { session, parent, ...createdIn(made!.body) };
  } catch (error) {
    session.abandon();
    throw error;
  }
}

/** Waits for the turn of that place. Rejects like `joinLine`, and with the signal's reason. */
export async function untilFirst({ session, parent, path }: Place, signal: AbortSignal): Promise<void> {
  for (;;) {
    const [listed] = await session.askWithin([getChildren(parent)], signal);
    if (listed!.error !== 0) throw new ZookeeperError(listed!.error);
    const before = predecessorOf(path.slice(parent.length + 1), childrenIn(listed!.body));
    if (before === undefined) return;
    const changed = session.notification(signal);
    changed.catch(() => undefined);
    const [watched] = await session.askWithin([existsWatched(`${parent}/${before}`)], signal);
    if (watched!.error === REFUSAL.noNode) continue;
    if (watched!.error !== 0) throw new ZookeeperError(watched!.error);
    await changed;
  }
}

/** Gives the place up, through `session`, which is another; false where it was gone. Rejects where that is not known. */
export async function leaveLine(session: Session, place: Place, signal: AbortSignal): Promise<boolean> {
  const [removed] = await session.askAll([remove(place.path, ANY_VERSION)], signal);
  if (removed!.error !== 0 && removed!.error !== REFUSAL.noNode) throw new ZookeeperError(removed!.error);
  place.session.close();
  return removed!.error === 0;
}

/** The one that stands first; undefined where nobody does. Pure. */
export function firstOf(names: readonly string[]): string | undefined {
  return names.reduce<string | undefined>((first, name) => (first === undefined || name < first ? name : first), undefined);
}

/** Who stands before `own`; undefined where nobody does. Throws ZookeeperError where `own` is not in the line: its session is over. Pure. */
export function predecessorOf(own: string, names: readonly string[]): string | undefined {
  if (!names.includes(own)) throw new ZookeeperError(REFUSAL.sessionExpired);
  return names.reduce<string | undefined>((last, name) => (name < own && (last === undefined || name > last) ? name : last), undefined);
}
