/** A world of links and processes in memory, behind the contract of controls: what the executor does, without any host. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type {
  Change,
  Cluster,
  Control,
  Evidence,
  FaultInstance,
  JournalEntry,
  LinkParams,
  Node,
  NodeId,
  ProcessParams,
  Value,
} from '../../harness/contracts/index.ts';
import { createRng } from '../../harness/random/rng.ts';
import { ms } from '../../harness/time/units.ts';
import { createVirtualClock } from '../../harness/time/virtual-clock.ts';
import { SIMULATED_OWNER } from '../journal/owner.ts';
import { readJournal } from '../journal/reader.ts';
import { createJournal, type JournalWriter } from '../journal/writer.ts';
import { loadFaults } from '../registry/faults.ts';
import { createExecutor, type Executor } from './executor.ts';
import type { ExecutorRequest } from './request.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordeal-executor-'));
afterAll(() => rmSync(folder, { recursive: true }));
let journals = 0;

export const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'] as NodeId[];
const faults = await loadFaults(['partition', 'partition-one-way', 'kill', 'pause', 'clock-jump']);

/** What is in the world, as its victims would see it: nobody asks the controls. */
export class World {
  readonly clock = createVirtualClock();
  readonly links = new Map<string, number>();
  readonly down = new Map<string, number>();
  readonly log: string[] = [];
  readonly controls = new Map<string, Control<never>>();

  constructor(over: { links?: Partial<Control<LinkParams>>; processes?: Partial<Control<ProcessParams>> } = {}) {
    this.controls.set('links', { ...this.#control('fake.links', this.links, linksOf), ...over.links } as Control<never>);
    this.controls.set('processes', { ...this.#control('fake.processes', this.down, processesOf), ...over.processes } as Control<never>);
  }

  cluster(): Cluster {
    return {
      host: 'fake',
      nodes: nodes.map((id) => ({ id }) as Node),
      clock: this.clock,
      control: (kind) => this.controls.get(kind) as never,
    };
  }

  state(): string[] {
    return [...this.links.keys(), ...this.down.keys()].sort();
  }

  /** Takes 5 ms for everything. The state counts, so that one undo never lifts another change. */
  #control<P extends LinkParams | ProcessParams>(kind: string, counts: Map<string, number>, things: (change: Change) => string[]): Control<P> {
    const applied = new Set<string>();
    return {
      plan: (id, params) => ({ id, kind, nodes: 'nodes' in params ? params.nodes : [], params: params as unknown as Value, undo: null }),
      apply: async (change) => {
        await this.clock.sleep(ms(5));
        this.log.push(`apply ${change.id}`);
        if (applied.has(change.id)) return;
        applied.add(change.id);
        for (const thing of things(change)) counts.set(thing, (counts.get(thing) ?? 0) + 1);
      },
      undo: async (change) => {
        await this.clock.sleep(ms(5));
        this.log.push(`undo ${change.id}`);
        if (!applied.delete(change.id)) return;
        for (const thing of things(change)) {
          const left = (counts.get(thing) ?? 0) - 1;
          if (left > 0) counts.set(thing, left);
          else counts.delete(thing);
        }
      },
      probe: async (change, expect) => {
        await this.clock.sleep(ms(5));
        this.log.push(`probe ${change.id} ${expect}`);
        const held = things(change).filter((thing) => counts.has(thing));
        const all = held.length === things(change).length;
        // what others still hold cannot show that this one is undone
        const holds = expect === 'applied' ? all : !applied.has(change.id);
        return { holds, independent: true, measured: `${held.length} of ${things(change).length}` };
      },
    };
  }
}

const linksOf = (change: Change): string[] => (change.params as unknown as LinkParams).links.map(([from, to]) => `${from}>${to}`);
const processesOf = (change: Change): string[] => {
  const params = change.params as unknown as ProcessParams;
  return params.nodes.map((node) => `${params.type} ${node}`);
};

export interface Bench {
  readonly world: World;
  readonly executor: Executor;
  readonly journal: string;
  entries(): readonly JournalEntry[];
  types(): string[];
  run(f: string, value: FaultInstance): Promise<Record<string, Value>>;
}

export function bench(world = new World(), over: Partial<ExecutorRequest> & { wrap?: (journal: JournalWriter) => JournalWriter } = {}): Bench {
  const path = join(folder, `faults-${journals++}.jsonl`);
  const written = createJournal({ path, runId: 'r1', owner: SIMULATED_OWNER, undoModule: '' });
  const journal = over.wrap?.(written) ?? written;
  const executor = createExecutor({ cluster: world.cluster(), faults, rng: createRng(1), ...over, journal });
  return {
    world,
    executor,
    journal: path,
    entries: () => readJournal(path).entries,
    types: () =>
      readJournal(path).entries.map((entry) =>
        entry.type === 'planned' ? `planned ${entry.change.id}` : 'change' in entry ? `${entry.type} ${entry.change}` : entry.type,
      ),
    run: async (f, value) => (await world.clock.run(executor.invoke({ f, value: { ...value } }))).value as Record<string, Value>,
  };
}

export const cut = (id: string, target: string): FaultInstance => ({
  id,
  fault: 'partition',
  options: { components: [[target], nodes.filter((node) => node !== target)] },
});
export const killOf = (id: string, target: string): FaultInstance => ({ id, fault: 'kill', options: { target: [target] } });
export const changesOf = (value: Record<string, Value>) => value['changes'] as unknown as { id: string; evidence: Evidence; verified?: Evidence }[];
