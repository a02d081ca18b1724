/**
 * `sim.processes`: kill, pause and loss of power. Proven from the control position: a dead process refuses connections, a
 * paused one answers no echo and handles no event while echoes wait for it, though its machine's network still does.
 */
import type { Change, Control, Evidence, NodeId, Ns, ProcessParams, Value } from '../../../../harness/contracts/index.ts';
import {
  type Active,
  activate,
  hasTornWrites,
  type ProcessStep,
  type ProcessWish,
  processSteps,
  processWish,
  retire,
} from '../../../controls/desired-state.ts';
import type { Receiver } from '../event-heap.ts';
import type { SimulatedNode } from '../node.ts';
import type { EchoProbe } from '../node-receivers.ts';
import { awaitAnswers, type ControlSurroundings, evidenceOf, type Finding, nodeNamed, PROBES, probeKey } from './probe-window.ts';

/** What three echoes to one node came to. */
interface Sounding {
  readonly node: SimulatedNode;
  readonly handledBefore: number;
  readonly echo: EchoProbe;
  readonly network: { arrived: number };
}

const REACHED: Receiver = {
  fire: (payload) => {
    (payload as Sounding).network.arrived++;
  },
  describe: (payload, number) => `probe control>${(payload as Sounding).node.id} ${number}`,
};

export class ProcessControl implements Control<ProcessParams> {
  readonly #around: ControlSurroundings;
  #active: Active<ProcessParams> = new Map();

  constructor(around: ControlSurroundings) {
    this.#around = around;
  }

  /** Throws a RangeError for a node that does not exist. */
  plan(id: string, params: ProcessParams): Change {
    for (const node of params.nodes) this.#around.network.indexOf(node);
    return { id, kind: 'sim.processes', nodes: params.nodes, params: params as unknown as Value, undo: null };
  }

  async apply(change: Change): Promise<void> {
    await this.#become(activate(this.#active, change.id, paramsOf(change)));
  }

  /**
   * Resolves when what it started has booted: a fixed time, whatever the program then does until it is ready, so that
   * two systems under one schedule have the same journal. A program that dies in it is the system's failing, not ours.
   */
  async undo(change: Change): Promise<void> {
    await this.#become(retire(this.#active, change.id));
  }

  async probe(change: Change, expect: 'applied' | 'undone'): Promise<Evidence> {
    const params = paramsOf(change);
    const active = expect === 'applied' ? activate(this.#active, change.id, params) : retire(this.#active, change.id);
    const key = probeKey(change.id);
    const soundings = params.nodes.map((id, index) => this.#sound(nodeNamed(this.#around, id), key, index));
    await awaitAnswers(this.#around);
    return evidenceOf(soundings.map((sounding) => (expect === 'applied' ? provesFault(sounding, params, active) : provesEnd(sounding, active))));
  }

  #sound(node: SimulatedNode, key: number, index: number): Sounding {
    const { network } = this.#around;
    const sounding: Sounding = { node, handledBefore: node.handled, echo: { key, answered: 0, refused: 0 }, network: { arrived: 0 } };
    for (let i = 0; i < PROBES; i++) {
      const number = (index * PROBES + i) * 2;
      network.probe('control', node.id, key, number, node.echoes, sounding.echo);
      network.probe('control', node.id, key, number + 1, REACHED, sounding);
    }
    return sounding;
  }

  async #become(next: Active<ProcessParams>): Promise<void> {
    const steps = processSteps(this.#active, next);
    this.#active = next;
    for (const { node } of steps) nodeNamed(this.#around, node).hold = HOLDS[processWish(next, node)];
    for (const { node, step } of steps) take(nodeNamed(this.#around, node), step, hasTornWrites(next, node) ? 'torn' : undefined);
    if (steps.some(({ step }) => step === 'start')) await this.#around.clock.sleep(this.#around.bootNs as Ns);
  }
}

const HOLDS = { run: 'none', pause: 'paused', down: 'down' } as const satisfies Record<ProcessWish, SimulatedNode['hold']>;

function take(node: SimulatedNode, step: ProcessStep['step'], how: 'torn' | undefined): void {
  switch (step) {
    case 'kill':
      node.kill();
      break;
    case 'power-loss':
      node.losePower(how);
      break;
    case 'pause':
      node.pause();
      break;
    case 'resume':
      node.resume();
      break;
    case 'start':
    case 'start-paused':
      // The node's state and log say what became of it.
      if (node.state() === 'stopped' || node.state() === 'crashed') node.restart().catch(() => undefined);
  }
}

function provesFault({ node, handledBefore, echo, network }: Sounding, params: ProcessParams, active: Active<ProcessParams>): Finding {
  const what = node.id;
  const { answered, refused } = echo;
  if (params.type !== 'pause') return { holds: refused === PROBES, independent: true, what, saw: `refused ${refused} of ${PROBES} connections` };
  const stoodStill = node.handled === handledBefore;
  if (refused > 0 && (processWish(active, what) === 'down' || node.state() === 'crashed')) {
    return { holds: true, independent: false, what, saw: 'is down, so there is nothing to pause' };
  }
  return {
    holds: answered === 0 && refused === 0 && stoodStill && network.arrived === PROBES,
    independent: true,
    what,
    saw: `answered ${answered} of ${PROBES} echoes and handled ${stoodStill ? 'nothing' : 'events'}, its network received ${network.arrived} of ${PROBES}`,
  };
}

function provesEnd({ node, echo }: Sounding, active: Active<ProcessParams>): Finding {
  const what: NodeId = node.id;
  const wish = processWish(active, what);
  if (wish !== 'run') return { holds: true, independent: false, what, saw: `still ${wish === 'down' ? 'down' : 'paused'} by another fault` };
  if (node.state() === 'crashed') return { holds: true, independent: false, what, saw: 'was started and crashed by itself' };
  return { holds: echo.answered === PROBES, independent: true, what, saw: `answered ${echo.answered} of ${PROBES} echoes` };
}

function paramsOf(change: Change): ProcessParams {
  return change.params as unknown as ProcessParams;
}
