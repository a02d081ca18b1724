/** Keyed registers, a node each; cas by the version that the value was read with. */
import type { ClientFactory, Invocation, Outcome, Value } from '../../../harness/contracts/index.ts';
import { pathOf, readThrough, zookeeperClients } from './client-factory.ts';
import { ZookeeperError } from './errors.ts';
import { ANY_VERSION, create, getData, type NodeData, nodeDataIn, REFUSAL, type Request, setData } from './jute.ts';
import type { ZookeeperOptions } from './options.ts';
import type { Session } from './session.ts';

const json = (value: Value): string => JSON.stringify(value);

export function registerClients({ reads }: ZookeeperOptions): ClientFactory {
  return zookeeperClients(async (session, op, signal) => {
    const path = pathOf(`register-${op.key ?? 0}`);
    if (op.f === 'read') return { type: 'ok', value: valueIn(await read(session, path, reads, signal)) };
    if (op.f === 'write') return write(session, path, op, signal);
    if (op.f === 'cas') return cas(session, path, op, signal);
    throw new Error(`the register client does not know "${op.f}"`);
  });
}

/** Undefined where there is no such node. */
async function read(session: Session, path: string, reads: ZookeeperOptions['reads'], signal: AbortSignal): Promise<NodeData | undefined> {
  const { error, body } = await readThrough(session, reads, getData(path), signal);
  if (error === REFUSAL.noNode) return undefined;
  if (error !== 0) throw new ZookeeperError(error);
  return nodeDataIn(body);
}

function valueIn(found: NodeData | undefined): Value {
  return found === undefined ? null : (JSON.parse(found.data) as Value);
}

/** Whatever was refused has not happened, and may be asked in the other way; nodes are never removed, so it ends. */
async function write(session: Session, path: string, op: Invocation, signal: AbortSignal): Promise<Outcome> {
  const set = setData(path, json(op.value), ANY_VERSION);
  const isSet = (await isDone(session, set, REFUSAL.noNode, signal)) || (await isDone(session, create(path, json(op.value)), REFUSAL.nodeExists, signal));
  if (!isSet) await session.ask(set, signal);
  return { type: 'ok', value: op.value };
}

async function cas(session: Session, path: string, op: Invocation, signal: AbortSignal): Promise<Outcome> {
  const [from, to] = op.value as readonly [Value, Value];
  const refused: Outcome = { type: 'ok', value: op.value, applied: false };
  if (from === null) return (await isDone(session, create(path, json(to)), REFUSAL.nodeExists, signal)) ? { type: 'ok', value: op.value } : refused;
  // that it compares unequal is an answer as well: it must not be an old one, however plain reads are done
  const found = await read(session, path, 'sync', signal);
  if (found === undefined || found.data !== json(from)) return refused;
  if (await isDone(session, setData(path, json(to), found.version), REFUSAL.badVersion, signal)) return { type: 'ok', value: op.value };
  return { type: 'fail', error: { code: 'bad-version', message: 'another write came between' } };
}

/** Whether it was done; false where it was refused in that way. Rejects with whatever else. */
async function isDone(session: Session, request: Request, refusal: number, signal: AbortSignal): Promise<boolean> {
  const [answer] = await session.askAll([request], signal);
  if (answer!.error === refusal) return false;
  if (answer!.error !== 0) throw new ZookeeperError(answer!.error);
  return true;
}
