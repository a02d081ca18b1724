/**
 * What reaches a node's process, one receiver per kind of event, so that an event carries no closure. All ask the node
 * first whether the process may handle anything now: a dead one never does, a paused one later.
 */
import type { NodeId, Value } from '../../../harness/contracts/index.ts';
import type { Receiver } from './event-heap.ts';
import type { Exchange, Incarnation, NodeTimer, Settlement } from './incarnation.ts';
import type { Network } from './network.ts';

/** The process as its receivers see it. */
export interface Process {
  readonly id: NodeId;
  /** Handlers that have run. */
  handled: number;
  readonly incarnations: number;
  /** The process exists and runs its program, ready or not: it accepts connections. */
  readonly booted: boolean;
  state(): 'running' | 'paused' | 'stopped' | 'crashed';
  readonly accepting: Incarnation | undefined;
  /** The incarnation that is to handle an event now; undefined when none may: then the event is dropped, or kept for the resume. */
  claim(receiver: Receiver, payload: unknown, tag: number, isMessage: boolean): Incarnation | undefined;
  crash(error: unknown): void;
}

/** What echoes of a probe came to. `key` is what their latencies are drawn by. */
export interface EchoProbe {
  readonly key: number;
  answered: number;
  refused: number;
}

const ECHOES: Receiver = {
  fire: (payload) => {
    (payload as EchoProbe).answered++;
  },
  describe: (_probe, number) => `echoed ${number}`,
};

const REFUSALS: Receiver = {
  fire: (payload) => {
    (payload as EchoProbe).refused++;
  },
  describe: (_probe, number) => `refused ${number}`,
};

/** One receiver per kind of event, so that an event carries no closure. */
export class NodeReceivers {
  readonly messages: Receiver;
  readonly requests: Receiver;
  readonly timers: Receiver;
  readonly settlements: Receiver;
  readonly echoes: Receiver;

  constructor(node: Process, network: Network, nodes: readonly NodeId[]) {
    this.messages = {
      fire(message, from) {
        const program = node.claim(this, message, from, true)?.program;
        if (program === undefined) return;
        node.handled++;
        try {
          const result: unknown = program.onMessage(nodes[from] as NodeId, message as Value);
          if (result !== undefined) crashIfRejected(node, result);
        } catch (error) {
          node.crash(error);
        }
      },
      describe: (message, from) => `message ${nodes[from]}>${node.id} ${JSON.stringify(message)}`,
    };
    this.requests = {
      fire(payload, tag) {
        fireRequest(node, this, payload as Exchange, tag);
      },
      describe: (exchange) => `request ${node.id} ${JSON.stringify((exchange as Exchange).message)}`,
    };
    this.timers = {
      fire(payload, tag) {
        const timer = payload as NodeTimer;
        if (!timer.incarnation.timers.has(timer) || node.claim(this, payload, tag, false) === undefined) return;
        timer.incarnation.timers.delete(timer);
        node.handled++;
        guarded(node, timer.run);
      },
      describe: (_timer, number) => `timer ${node.id}#${number}`,
    };
    this.settlements = {
      fire(payload, tag) {
        const { incarnation, settle } = payload as Settlement;
        if (!incarnation.alive || node.claim(this, payload, tag, false) === undefined) return;
        node.handled++;
        settle();
      },
      describe: (payload, number) => `settle ${node.id}#${number} ${(payload as Settlement).label}`,
    };
    this.echoes = {
      fire(payload, number) {
        const probe = payload as EchoProbe;
        if (!node.booted && node.state() !== 'paused') {
          network.probe(node.id, 'control', probe.key, number, REFUSALS, probe);
          return;
        }
        if (node.claim(this, payload, number, false) === undefined) return;
        node.handled++;
        network.probe(node.id, 'control', probe.key, number, ECHOES, probe);
      },
      describe: (_probe, number) => `echo ${node.id} ${number}`,
    };
  }
}

function fireRequest(node: Process, receiver: Receiver, exchange: Exchange, tag: number): void {
  const accepting = node.accepting;
  if (accepting === undefined) {
    exchange.broke('ECONNREFUSED');
    return;
  }
  accepting.exchanges.add(exchange);
  if (node.claim(receiver, exchange, tag, true) === undefined) return;
  node.handled++;
  const { program } = accepting;
  if (program === undefined) return;
  let answered = false;
  guarded(node, () =>
    program.onRequest(exchange.message, (answer) => {
      if (answered || !accepting.alive) return;
      answered = true;
      accepting.exchanges.delete(exchange);
      exchange.answer(answer);
    }),
  );
}

/** Runs a handler; what it throws crashes the node. */
function guarded(node: Process, handler: () => unknown): void {
  try {
    crashIfRejected(node, handler());
  } catch (error) {
    node.crash(error);
  }
}

/** A handler that is async by mistake or by taste: its rejection is the program's exception. */
function crashIfRejected(node: Process, result: unknown): void {
  if (!(result instanceof Promise)) return;
  const number = node.incarnations;
  result.catch((error: unknown) => {
    if (node.incarnations === number) node.crash(error);
  });
}
