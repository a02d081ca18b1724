/**
 * The harness's end of one node: its connection, made again when it is lost; the script in the node's folder; the beat
 * that holds the dead-man's switch open.
 */
import { createReadStream, statSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import type { Clock, NodeId, Ns } from '../../../harness/contracts/index.ts';
import { OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { ms, seconds } from '../../../harness/time/units.ts';
import { type Connection, connect, type Said } from './connection.ts';
import { type Login, type NodeLogin, nameOf } from './login.ts';
import { DEAD_MAN_SECONDS, type NodeSettings, nodeScript, quoted, settingsText } from './node-script.ts';

const BEAT: Ns = ms(1_000);
const AGAIN: Ns = ms(300);
const GRACE: Ns = ms(100);
const LIMIT: Ns = seconds(DEAD_MAN_SECONDS);

export interface KeeperRequest {
  readonly node: NodeId;
  readonly machine: NodeLogin;
  /** The run's folder on the node: made here, and taken away with all that is in it. */
  readonly folder: string;
  readonly settings: NodeSettings;
  readonly clock: Clock;
}

/** The control connection as the node sees it: what no rule of ours may touch. */
export interface ControlPath {
  readonly from: string;
  readonly to: string;
  /** The port of its sshd. */
  readonly port: number;
}

export class Keeper {
  readonly node: NodeId;
  readonly login: Login;
  readonly folder: string;
  /** Where the system's own traffic reaches the node. */
  readonly address: string;
  readonly path: ControlPath;
  readonly #clock: Clock;
  #connection: Promise<Connection>;
  #lastBeat: Ns;
  #closing = false;

  private constructor({ node, machine, folder, clock }: KeeperRequest, connection: Connection, path: ControlPath) {
    this.node = node;
    this.login = machine.login;
    this.folder = folder;
    this.address = machine.address ?? path.to;
    this.path = path;
    this.#clock = clock;
    this.#lastBeat = clock.now();
    this.#connection = Promise.resolve(connection);
    this.#keep(connection);
  }

  /** Connects, makes the folder, arms the switch. Rejects with ORDEAL_NODE_FAILED; nothing is left on the node then. */
  static async open(request: KeeperRequest): Promise<Keeper> {
    const { folder, machine, settings } = request;
    const connection = await connect(machine.login);
    let isOurs = false;
    try {
      // the folder is made, never taken over
      const made = await connection.run(`umask 077 && mkdir ${quoted(folder)} && cat >${quoted(`${folder}/node.sh`)} && echo "$SSH_CONNECTION"`, nodeScript());
      if (made.code !== 0) throw failure(machine.login, `its folder cannot be made: ${made.stderr.trim()}`, 'Choose another with --ssh-folder.');
      isOurs = true;
      const script = `sh ${quoted(`${folder}/node.sh`)}`;
      const armed = await connection.run(`mkdir ${quoted(`${folder}/data`)} && cat >${quoted(`${folder}/settings`)} && ${script} arm`, settingsText(settings));
      if (armed.code !== 0)
        throw failure(machine.login, `its switch cannot be armed: ${armed.stderr.trim()}`, 'ordeal needs a POSIX shell, setsid and /proc there.');
      return new Keeper(request, connection, pathOf(made.stdout));
    } catch (error) {
      if (isOurs) await connection.run(`rm -rf ${quoted(folder)}`).catch(() => {});
      connection.close();
      throw error;
    }
  }

  /** Runs a verb of the node's script. It may be repeated when the connection is lost. Rejects with ORDEAL_NODE_FAILED where it fails. */
  async verb(words: readonly string[], stdin?: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(`sh ${quoted(`${this.folder}/node.sh`)} ${words.map(quoted).join(' ')}`, stdin);
    if (code === 0) return stdout;
    throw failure(this.login, `${words.join(' ')}: ${stderr.trim() || `exit ${code}`}`, 'See what it says; `ordeal doctor` names what nodes need.');
  }

  /** Runs a command that does no harm when it is run twice: once more where the connection was lost. */
  async run(command: string, stdin?: string): Promise<Said> {
    const connection = await this.#connection;
    try {
      return await connection.run(command, stdin);
    } catch (error) {
      // what ends a channel may be told before what ended the connection
      await Promise.race([connection.closed, this.#clock.sleep(GRACE)]);
      const next = await this.#connection;
      if (this.#closing || connection === next) throw error;
      return next.run(command, stdin);
    }
  }

  /** Starts a verb that goes on, over the connection of now. */
  async open(...words: readonly string[]): Promise<ClientChannel> {
    return (await this.#connection).open(`sh ${quoted(`${this.folder}/node.sh`)} ${words.map(quoted).join(' ')}`);
  }

  /** Starts a command that goes on. */
  async start(command: string): Promise<ClientChannel> {
    return (await this.#connection).open(command);
  }

  async dial(port: number): Promise<Duplex> {
    return (await this.#connection).dial(this.address, port);
  }

  /** Copies a file of this machine there, to be run. */
  async upload(file: string, to: string): Promise<void> {
    const connection = await this.#connection;
    const { code, stderr } = await connection.run(
      `cat >${quoted(to)} && chmod 700 ${quoted(to)} && test "$(wc -c <${quoted(to)})" -eq ${statSync(file).size}`,
      createReadStream(file),
    );
    if (code !== 0)
      throw failure(
        this.login,
        `${file} could not be copied there: ${stderr.trim() || 'it did not arrive whole'}`,
        'Is there room? Choose another folder with --ssh-folder.',
      );
  }

  /** Throws when the node has not been heard of for so long that it may be undoing everything (rule 24). */
  requireControl(): void {
    if (this.#clock.now() - this.#lastBeat < LIMIT) return;
    throw failure(this.login, `control is lost for more than ${DEAD_MAN_SECONDS} s: nothing is injected any more`, 'The node undoes everything by itself.');
  }

  /** Takes everything of ours from the node and leaves. */
  async close(): Promise<void> {
    this.#closing = true;
    const connection = await this.#connection.catch(() => undefined);
    if (connection === undefined) return;
    await connection.run(endCommand(this.folder)).catch(() => {});
    connection.close();
    await connection.closed;
  }

  #keep(connection: Connection): void {
    void this.#beat(connection).catch(() => {});
    void connection.closed.then(() => {
      if (this.#closing) return;
      this.#connection = this.#again();
      this.#connection.catch(() => {});
    });
  }

  async #beat(connection: Connection): Promise<void> {
    const channel = await connection.open(`sh ${quoted(`${this.folder}/node.sh`)} beat`);
    channel.on('error', () => {});
    channel.on('data', () => {
      this.#lastBeat = this.#clock.now();
    });
    let going = true;
    channel.once('close', () => {
      going = false;
    });
    while (going && !this.#closing) {
      channel.write('\n');
      await this.#clock.sleep(BEAT);
    }
  }

  /** Connects again until the node would have given us up. */
  async #again(): Promise<Connection> {
    for (;;) {
      try {
        const connection = await connect(this.login);
        this.#keep(connection);
        return connection;
      } catch (error) {
        if (this.#closing || this.#clock.now() - this.#lastBeat >= LIMIT) throw error;
        await this.#clock.sleep(AGAIN);
      }
    }
  }
}

/** What takes everything of ours away; also where nothing is. */
export function endCommand(folder: string): string {
  const script = quoted(`${folder}/node.sh`);
  return `if [ -f ${script} ]; then sh ${script} end; fi`;
}

/** `SSH_CONNECTION`: from address, from port, to address, to port. */
function pathOf(said: string): ControlPath {
  const [from = '', , to = '', port = ''] = said.trim().split(' ');
  const plain = (address: string): string => address.replace(/^::ffff:/, '').replace(/%.*$/, '');
  return { from: plain(from), to: plain(to), port: Number(port) };
}

function failure(login: Login, what: string, remedy: string): OrdealError {
  return new OrdealError('ORDEAL_NODE_FAILED', { what: `${nameOf(login)}: ${what}`, where: '--host ssh', value: login.host, remedy });
}
