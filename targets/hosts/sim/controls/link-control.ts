/** `sim.links`: directed cuts of the simulated network, counted; proven by messages of the probe's own over each link. */
import type { Change, Control, Evidence, LinkParams, NodeId, Value } from '../../../../harness/contracts/index.ts';
import { type Active, activate, cutLinks, type DirectedLink, linkKey, linkSteps, retire } from '../../../controls/desired-state.ts';
import type { Receiver } from '../event-heap.ts';
import { awaitAnswers, type ControlSurroundings, evidenceOf, type Finding, PROBES, probeKey } from './probe-window.ts';

/** Counts what arrived over one link. */
interface LinkProbe {
  readonly link: readonly [from: DirectedLink[0] | 'control', to: DirectedLink[1]];
  arrived: number;
}

const ARRIVALS: Receiver = {
  fire: (payload) => {
    (payload as LinkProbe).arrived++;
  },
  describe: (payload, number) => `probe ${(payload as LinkProbe).link.join('>')} ${number}`,
};

export class LinkControl implements Control<LinkParams> {
  readonly #around: ControlSurroundings;
  #active: Active<LinkParams> = new Map();

  constructor(around: ControlSurroundings) {
    this.#around = around;
  }

  /** Throws a RangeError for an end that does not exist. */
  plan(id: string, params: LinkParams): Change {
    for (const [from, to] of params.links) this.#around.network.link(from, to);
    const ends = new Set(params.links.flat().filter((end): end is NodeId => end !== 'clients'));
    return { id, kind: 'sim.links', nodes: [...ends], params: params as unknown as Value, undo: null };
  }

  async apply(change: Change): Promise<void> {
    this.#become(activate(this.#active, change.id, paramsOf(change)));
  }

  async undo(change: Change): Promise<void> {
    this.#become(retire(this.#active, change.id));
  }

  /** Three messages over each link of the change; over untouched links as well, to know that a message would arrive. */
  async probe(change: Change, expect: 'applied' | 'undone'): Promise<Evidence> {
    const wanted = cutLinks(expect === 'applied' ? activate(this.#active, change.id, paramsOf(change)) : retire(this.#active, change.id));
    const links = [...new Map(paramsOf(change).links.map((link) => [linkKey(link[0], link[1]), link])).values()];
    const measured = links.filter(([from, to]) => wanted.has(linkKey(from, to)) === (expect === 'applied'));
    const probes = measured.map((link): LinkProbe => ({ link, arrived: 0 }));
    const references = expect === 'applied' ? this.#untouched(links, wanted).map((link): LinkProbe => ({ link, arrived: 0 })) : [];
    const key = probeKey(change.id);
    let number = 0;
    for (const probe of [...probes, ...references]) {
      for (let i = 0; i < PROBES; i++) this.#around.network.probe(probe.link[0], probe.link[1], key, number++, ARRIVALS, probe);
    }
    await awaitAnswers(this.#around);
    const findings: Finding[] = probes.map(({ link, arrived }) => ({
      holds: arrived === (expect === 'applied' ? 0 : PROBES),
      independent: true,
      what: link.join('→'),
      saw: `${arrived} of ${PROBES} messages arrived`,
    }));
    for (const { link, arrived } of references) {
      findings.push({ holds: arrived === PROBES, independent: true, what: link.join('→'), saw: `untouched, ${arrived} of ${PROBES} arrived` });
    }
    for (const link of links) {
      if (!measured.includes(link)) findings.push({ holds: true, independent: false, what: link.join('→'), saw: 'still cut by another fault' });
    }
    return evidenceOf(findings);
  }

  /** The other directions of one-way cuts; where there are none, one link that nobody cut (the control position's at worst). */
  #untouched(links: readonly DirectedLink[], cut: ReadonlyMap<string, DirectedLink>): readonly LinkProbe['link'][] {
    const reverse = links.map(([from, to]) => [to, from] as const).filter(([from, to]) => !cut.has(linkKey(from, to)));
    if (reverse.length > 0) return reverse;
    for (const from of this.#around.nodes) {
      for (const to of this.#around.nodes) {
        if (from !== to && !cut.has(linkKey(from.id, to.id))) return [[from.id, to.id]];
      }
    }
    const target = links.flat().find((end) => end !== 'clients');
    return target === undefined ? [] : [['control', target]];
  }

  #become(next: Active<LinkParams>): void {
    const { cut, heal } = linkSteps(this.#active, next);
    for (const [from, to] of cut) this.#around.network.setCut(from, to, true);
    for (const [from, to] of heal) this.#around.network.setCut(from, to, false);
    this.#active = next;
  }
}

function paramsOf(change: Change): LinkParams {
  return change.params as unknown as LinkParams;
}
