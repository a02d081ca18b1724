/** Doors on loopback that lead through ssh to the nodes' ports: the control position, which no rule of ours touches. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Address, NodeId } from '../../../harness/contracts/index.ts';
import type { AddressPlan } from '../process/address-plan.ts';
import { portInUse } from '../process/port-check.ts';

export class Tunnels {
  readonly #plan: AddressPlan;
  readonly #dial: (node: NodeId, port: number) => Promise<Duplex>;
  readonly #doors = new Map<string, Promise<Server>>();
  readonly #sockets = new Set<Socket>();

  constructor(plan: AddressPlan, dial: (node: NodeId, port: number) => Promise<Duplex>) {
    this.#plan = plan;
    this.#dial = dial;
  }

  /** Where the door to that port of the node is, open or not. */
  address(node: NodeId, port: number): Address {
    return this.#plan.endpoint(node, port, 'itself');
  }

  /** Opens it, once. Rejects with ORDEAL_PORT_IN_USE. */
  async open(node: NodeId, port: number): Promise<void> {
    const name = `${node} ${port}`;
    const door = this.#doors.get(name) ?? this.#listen(node, port);
    this.#doors.set(name, door);
    await door;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    for (const door of this.#doors.values()) (await door.catch(() => undefined))?.close();
  }

  #listen(node: NodeId, port: number): Promise<Server> {
    const at = this.address(node, port);
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void this.#lead(socket, node, port));
    return new Promise((resolve, reject) => {
      server.once('error', (cause) => reject(portInUse(at, 'the tunnel', cause)));
      server.listen(at.port, at.host, () => resolve(server));
    });
  }

  async #lead(socket: Socket, node: NodeId, port: number): Promise<void> {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    try {
      const stream = await this.#dial(node, port);
      stream.on('error', () => socket.destroy());
      if (socket.destroyed) return void stream.destroy();
      stream.once('close', () => socket.destroySoon());
      socket.once('close', () => stream.destroy());
      stream.pipe(socket);
      socket.pipe(stream);
    } catch {
      // nobody listens there: a reset, as a refusal through a door can be no other
      socket.resetAndDestroy();
    }
  }
}
