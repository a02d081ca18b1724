/** The links of a cluster: link proxy and probe agent, the doors to every node, and the control over them. */
import type { Control, LinkEnd, LinkParams, NodeId, Program, ReplyParams } from '../../../harness/contracts/index.ts';
import type { HelperProcess } from '../../controls/helper-process/helper-process.ts';
import { createLinksControl } from '../../controls/link-proxy/links-control.ts';
import type { ProbeAnswer, ProbeDoor, ProbeRequest } from '../../controls/link-proxy/probe-protocol.ts';
import type { EndIdentity, ListenerSpec, ProxyAnswer, ProxyRequest } from '../../controls/link-proxy/proxy-protocol.ts';
import { createRepliesControl } from '../../controls/link-proxy/replies-control.ts';
import { startLinkProxy, startProbeAgent } from '../../controls/link-proxy/start-link-proxy.ts';
import type { ProcessIdentity } from '../../controls/procfs/processes.ts';
import type { AddressPlan } from './address-plan.ts';
import { portInUse } from './port-check.ts';
import { PEER_PORT, PROBE_PORT, REQUEST_PORT } from './wire-protocol.ts';

export class LinkFabric {
  readonly links: Control<LinkParams>;
  readonly replies: Control<ReplyParams>;
  readonly #nodes: readonly NodeId[];
  readonly #plan: AddressPlan;
  readonly #proxy: HelperProcess<ProxyRequest, ProxyAnswer>;
  readonly #probe: HelperProcess<ProbeRequest, ProbeAnswer>;

  private constructor(
    nodes: readonly NodeId[],
    plan: AddressPlan,
    proxy: HelperProcess<ProxyRequest, ProxyAnswer>,
    probe: HelperProcess<ProbeRequest, ProbeAnswer>,
  ) {
    this.#nodes = nodes;
    this.#plan = plan;
    this.#proxy = proxy;
    this.#probe = probe;
    this.links = createLinksControl({ nodes, proxy, probe });
    this.replies = createRepliesControl({ nodes, proxy, probe });
  }

  /** Starts both processes and connects the probe's lines: before any fault. */
  static async open(nodes: readonly NodeId[], plan: AddressPlan): Promise<LinkFabric> {
    const started = await Promise.allSettled([startLinkProxy(), startProbeAgent()]);
    const [proxy, probe] = started;
    try {
      if (proxy.status === 'rejected') throw proxy.reason;
      if (probe.status === 'rejected') throw probe.reason;
      const fabric = new LinkFabric(nodes, plan, proxy.value, probe.value);
      await fabric.identify([], undefined);
      await fabric.#listen(nodes.flatMap((node) => fabric.#doors(node, PROBE_PORT, [...nodes, 'clients'])));
      await fabric.#openProbe();
      return fabric;
    } catch (error) {
      for (const helper of started) if (helper.status === 'fulfilled') await helper.value.close();
      throw error;
    }
  }

  /** Opens the doors to the ports of a node's program. Rejects with ORDEAL_PORT_IN_USE. */
  async openDoors(node: NodeId, program: Program): Promise<void> {
    const peers = this.#nodes.filter((peer) => peer !== node);
    if (program.kind === 'node') {
      await this.#listen([...this.#doors(node, PEER_PORT, peers), ...this.#doors(node, REQUEST_PORT, ['clients'])]);
      return;
    }
    await this.#listen(program.ports.flatMap((port) => this.#doors(node, port, [...peers, 'clients', 'anyone'])));
  }

  /** Tells the proxy who is who: each node by its address and its process, the harness as the clients. */
  async identify(
    nodes: readonly { readonly node: NodeId; readonly process: ProcessIdentity | undefined }[],
    harness: ProcessIdentity | undefined,
  ): Promise<void> {
    const byAddress: EndIdentity[] = this.#nodes.flatMap((end) => {
      const address = this.#plan.source(end);
      return address === undefined ? [] : [{ end, address }];
    });
    const byProcess: EndIdentity[] = nodes.flatMap(({ node, process }) => (process === undefined ? [] : [{ end: node, process }]));
    const clients: EndIdentity[] = harness === undefined ? [] : [{ end: 'clients', process: harness }];
    await this.#proxy.request({ op: 'identities', ends: [...byAddress, ...byProcess, ...clients] });
  }

  async close(): Promise<void> {
    await Promise.all([this.#proxy.close(), this.#probe.close()]);
  }

  #doors(node: NodeId, port: number, from: readonly (LinkEnd | 'anyone')[]): readonly ListenerSpec[] {
    const target = this.#plan.endpoint(node, port, 'itself');
    return from.map((end) => ({ listen: this.#plan.endpoint(node, port, end), node, target, from: end }));
  }

  async #listen(listeners: readonly ListenerSpec[]): Promise<void> {
    try {
      await this.#proxy.request({ op: 'listen', listeners });
    } catch (error) {
      const first = listeners[0];
      if (first !== undefined && error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
        throw portInUse(first.listen, 'the link proxy', error);
      throw error;
    }
  }

  async #openProbe(): Promise<void> {
    const listen = this.#nodes.map((node) => ({ node, at: this.#plan.endpoint(node, PROBE_PORT, 'itself') }));
    const ends: readonly LinkEnd[] = [...this.#nodes, 'clients'];
    const doors: ProbeDoor[] = this.#nodes.flatMap((node) =>
      ends.map((from) => {
        const source = from === 'clients' ? undefined : this.#plan.source(from);
        return { from, node, at: this.#plan.endpoint(node, PROBE_PORT, from), ...(source === undefined ? {} : { source }) };
      }),
    );
    await this.#probe.request({ op: 'open', listen, doors });
  }
}
