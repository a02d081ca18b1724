/**
 * One connection through the proxy, from the end that dialled to a node. Over a cut link (in either direction: a
 * handshake needs both) it is not answered: nothing is dialled, and it closes after the connect time-out, or at once when
 * the dialler gives up; healed in time it is connected then, as a repeated SYN would be. Over one that refuses it is reset.
 */
import { connect, type Socket } from 'node:net';
import type { Clock, LinkEnd, NodeId, Ns } from '../../../harness/contracts/index.ts';
import { linkKey } from '../desired-state.ts';
import type { CutTable } from './cut-table.ts';
import { HalfRelay } from './half-relay.ts';
import type { Endpoint } from './proxy-protocol.ts';

/** What all connections of a proxy share. */
export interface RelayContext {
  readonly cuts: CutTable;
  readonly clock: Clock;
  readonly connectTimeout: Ns;
  /** Bytes passed so far, by link. */
  readonly bytes: Map<string, number>;
  readonly open: Set<Socket>;
  readonly waiting: Set<Socket>;
}

export interface Route {
  readonly from: LinkEnd;
  readonly to: NodeId;
  readonly target: Endpoint;
  /** Where the target is to see the connection come from. */
  readonly source?: string;
}

/** What a dialler may send before it is connected; beyond it we stop reading. */
const EARLY_BYTES = 65_536;

/** Takes over an accepted, paused socket. */
export function relay(context: RelayContext, dialler: Socket, route: Route): void {
  const isShut = (): boolean => context.cuts.isCut(route.from, route.to) || context.cuts.isCut(route.to, route.from);
  const isRefused = (): boolean => context.cuts.refuses(route.from, route.to) || context.cuts.refuses(route.to, route.from);
  dialler.on('error', () => {});
  if (isRefused()) {
    dialler.resetAndDestroy();
    return;
  }
  if (!isShut()) {
    dial(context, dialler, route, []);
    return;
  }
  context.waiting.add(dialler);
  // Reading is the only way to learn that the dialler gave up.
  const early: Buffer[] = [];
  let size = 0;
  const onData = (chunk: Buffer): void => {
    early.push(chunk);
    size += chunk.length;
    if (size > EARLY_BYTES) dialler.pause();
  };
  const leave = (): void => {
    timer.cancel();
    unwatch();
    context.waiting.delete(dialler);
    dialler.off('data', onData).off('end', giveUp).off('close', giveUp);
  };
  const giveUp = (): void => {
    leave();
    dialler.destroy();
  };
  const timer = context.clock.at((context.clock.now() + context.connectTimeout) as Ns, giveUp);
  const unwatch = context.cuts.watch(() => {
    if (isShut() && !isRefused()) return;
    leave();
    if (isRefused()) {
      dialler.resetAndDestroy();
      return;
    }
    dialler.pause();
    dial(context, dialler, route, early);
  });
  dialler.on('data', onData).once('end', giveUp).once('close', giveUp).resume();
}

function dial(context: RelayContext, dialler: Socket, route: Route, early: readonly Buffer[]): void {
  const target = connect({ ...route.target, ...(route.source === undefined ? {} : { localAddress: route.source }), allowHalfOpen: true });
  context.open.add(dialler);
  // Refused, or given up before it was answered: the other side learns it as a reset.
  const fail = (): void => {
    dialler.resetAndDestroy();
  };
  const giveUp = (): void => {
    target.destroy();
  };
  dialler.once('close', () => context.open.delete(dialler)).once('close', giveUp);
  target.once('error', fail).on('error', () => {});
  target.once('connect', () => {
    target.off('error', fail);
    dialler.off('close', giveUp);
    join(context, dialler, target, route, early);
  });
}

function join(context: RelayContext, dialler: Socket, target: Socket, route: Route, early: readonly Buffer[]): void {
  dialler.setNoDelay(true);
  target.setNoDelay(true);
  if (early.length > 0) dialler.unshift(Buffer.concat(early));
  const counter = (key: string) => (bytes: number) => void context.bytes.set(key, (context.bytes.get(key) ?? 0) + bytes);
  const { from, to } = route;
  const forth = new HalfRelay(dialler, target, () => (context.cuts.isCut(from, to) ? context.cuts.fateOfCut(from, to) : 'pass'), counter(linkKey(from, to)));
  const back = new HalfRelay(target, dialler, () => context.cuts.fateOfAnswer(to, from), counter(linkKey(to, from)));
  const unwatch = context.cuts.watch(() => {
    forth.update();
    back.update();
  });
  const unbreak = context.cuts.whenBroken((concerns) => {
    if (concerns(from, to)) for (const end of [dialler, target]) if (!end.destroyed) end.resetAndDestroy();
  });
  const closed = (): void => {
    if (!dialler.destroyed || !target.destroyed) return;
    unwatch();
    unbreak();
  };
  dialler.once('close', closed);
  target.once('close', closed);
}
