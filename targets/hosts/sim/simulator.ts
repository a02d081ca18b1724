/**
 * The simulator: nodes, network and clock in one object that is also the `Cluster` of the `sim` host. One seed decides
 * everything; the same seed gives the same events, whatever the machine does meanwhile.
 */
import type { Clock, Cluster, Controls, Node, NodeId, NodeProgram, Rng } from '../../../harness/contracts/index.ts';
import { importModule } from '../../../harness/entry/entry-points.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { createRng } from '../../../harness/random/rng.ts';
import { flappingLinks } from '../../controls/flapping/flapping-links.ts';
import { ClockControl } from './controls/clock-control.ts';
import { DiskControl } from './controls/disk-control.ts';
import { LinkControl } from './controls/link-control.ts';
import { ProcessControl } from './controls/process-control.ts';
import { Network } from './network.ts';
import { SimulatedNode } from './node.ts';
import { NodeLog } from './node-log.ts';
import { type SimOptions, type SimSettings, settingsOf, simOptionsSchema } from './options.ts';
import { Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

export interface SimulatorRequest {
  readonly nodes: number;
  /** The run's seed; or the stream to draw from. */
  readonly seed?: number | string;
  readonly rng?: Rng;
  /** Network, disks and nodes, as the `sim` host takes them. */
  readonly options?: Partial<SimOptions>;
  /** The run folder; without one, logs stay in memory. */
  readonly folder?: string;
  readonly trace?: Trace;
}

/** A simulated cluster. Virtual time moves whenever something is scheduled, until it is disposed. */
export interface Simulator extends Cluster, AsyncDisposable {
  readonly nodes: readonly SimulatedNode[];
  readonly network: Network;
  /**
   * Awaits a promise of the simulation. Rejects with ORDEAL_SIM_DEADLOCK when nothing is left to happen and the promise
   * is still pending, and with what a callback on the clock threw.
   */
  run<T>(promise: Promise<T>): Promise<T>;
  /** Lets `real` (an import, a file) take its real time while virtual time stands still. */
  hold<T>(real: () => Promise<T>): Promise<T>;
  /** Events that have happened. */
  events(): number;
}

/** Throws a ZodError for options that are not allowed. */
export function createSimulator(request: SimulatorRequest): Simulator {
  return new SimulatedCluster(request);
}

class SimulatedCluster implements Simulator {
  readonly host = 'sim';
  readonly clock: Clock;
  readonly nodes: readonly SimulatedNode[];
  readonly network: Network;
  readonly #scheduler: Scheduler;
  readonly #logs: readonly NodeLog[];
  readonly #controls: Partial<Controls>;
  #imports: Promise<unknown> = Promise.resolve();

  constructor(request: SimulatorRequest) {
    const settings: SimSettings = settingsOf(simOptionsSchema.parse(request.options ?? {}));
    const rng = request.rng ?? createRng(request.seed ?? 1);
    const ids = Array.from({ length: request.nodes }, (_, index) => `n${index + 1}` as NodeId);
    this.#scheduler = new Scheduler(request.trace);
    this.clock = this.#scheduler;
    this.network = new Network(this.#scheduler, settings, ids, rng.fork('network'));
    this.#logs = ids.map((id) => new NodeLog(id, request.folder));
    this.nodes = ids.map(
      (id, index) =>
        new SimulatedNode(id, index, {
          scheduler: this.#scheduler,
          network: this.network,
          settings,
          nodes: ids,
          rng: rng.fork('node').fork(id),
          log: this.#logs[index] as NodeLog,
          nodeAt: (at) => this.nodes[at] as SimulatedNode,
          importProgram: (url, name) => this.#import(url, name),
        }),
    );
    const around = { clock: this.clock, network: this.network, nodes: this.nodes, bootNs: settings.bootNs };
    this.#controls = {
      links: flappingLinks(new LinkControl(around), this.clock),
      processes: new ProcessControl(around),
      clocks: new ClockControl(around),
      disks: new DiskControl(around),
    };
  }

  control<K extends keyof Controls>(kind: K): Controls[K] | undefined {
    return this.#controls[kind];
  }

  run<T>(promise: Promise<T>): Promise<T> {
    return this.#scheduler.run(promise);
  }

  hold<T>(real: () => Promise<T>): Promise<T> {
    return this.#scheduler.hold(real);
  }

  events(): number {
    return this.#scheduler.events;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#scheduler.dispose();
    for (const log of this.#logs) log.flush();
  }

  /** One after the other: how long each takes on this machine must not decide which node starts first. */
  #import(url: string, name: string): Promise<NodeProgram> {
    const loaded = this.#imports.then(() => this.#scheduler.hold(() => importProgram(url, name)));
    this.#imports = loaded.catch(() => undefined);
    return loaded;
  }
}

async function importProgram(url: string, name: string): Promise<NodeProgram> {
  const module = await importModule(url);
  const program = module[name];
  if (typeof program === 'object' && program !== null && 'start' in program) return program as NodeProgram;
  throw new OrdealError('ORDEAL_NODE_FAILED', { what: `${url} has no node program named "${name}"`, where: 'program.module', value: name });
}

/** A node of a simulated cluster, with what only the simulator offers. Throws a TypeError for a node of another host. */
export function simulatedNode(node: Node): SimulatedNode {
  if (node instanceof SimulatedNode) return node;
  throw new TypeError(`${node.id} is not a simulated node`);
}
