/** One connection to one machine, through ssh2: an optional peer, loaded when it is needed, and only in this folder. */
import { existsSync, readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import type { AuthenticationType, Client, ClientChannel, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2';
import { messageOf, OrdealError } from '../../../harness/errors/ordeal-error.ts';
import { type Acquaintance, acquaintance, type KnownHost, knownTypes, readKnownHosts } from './known-hosts.ts';
import { type Login, nameOf } from './login.ts';

/** How long a machine may take to take a connection, and to let us in; ms. */
const CONNECT_MS = 10_000;

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Connection {
  /** Runs a command to its end, with this as its stdin. Rejects with ORDEAL_NODE_FAILED when the connection is lost. */
  run(command: string, stdin?: string | Readable): Promise<Said>;
  /** Starts a command that goes on. */
  open(command: string): Promise<ClientChannel>;
  /** A stream to what listens there, as the machine sees it. */
  dial(host: string, port: number): Promise<Duplex>;
  /** Resolves once when the connection is over, whoever ended it. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Rejects with ORDEAL_MISSING_CAPABILITY where there is no ssh2. */
export async function loadSsh2(): Promise<typeof import('ssh2')> {
  try {
    return (await import('ssh2')).default as typeof import('ssh2');
  } catch (cause) {
    const what = 'the package "ssh2" is not installed';
    throw new OrdealError('ORDEAL_MISSING_CAPABILITY', { what, where: '--host ssh', remedy: 'npm install --save-dev ssh2', cause });
  }
}

/** Connects, through the jump where there is one, to machines whose keys are known and to no others. Rejects with ORDEAL_NODE_FAILED. */
export async function connect(login: Login): Promise<Connection> {
  const { Client, utils } = await loadSsh2();
  const jump = login.jump === undefined ? undefined : await connect(login.jump);
  try {
    const sock =
      jump === undefined
        ? await reach(login)
        : await jump.dial(login.host, login.port).catch((cause) => refuse(login, `${nameOf(login.jump!)} cannot reach it: ${messageOf(cause)}`, cause));
    const keys = privateKeys(login, utils.parseKey);
    return over(await enter(new Client(), login, sock, keys), login, jump);
  } catch (error) {
    jump?.close();
    throw error;
  }
}

function reach(login: Login): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host: login.host, port: login.port, noDelay: true, timeout: CONNECT_MS });
    socket.once('connect', () => {
      socket.setTimeout(0);
      resolve(socket);
    });
    socket.once('timeout', () => socket.destroy(new Error('no answer')));
    socket.once('error', (cause) => reject(failure(login, `it cannot be reached: ${cause.message}`, 'Is its sshd running, and is the port right?', cause)));
  });
}

function refuse(login: Login, what: string, cause: unknown): never {
  throw failure(login, what, 'Is its sshd running, and is the port right?', cause);
}

function failure(login: Login, what: string, remedy: string, cause?: unknown): OrdealError {
  return new OrdealError('ORDEAL_NODE_FAILED', { what: `${nameOf(login)}: ${what}`, where: '--host ssh', value: login.host, remedy, cause });
}

/** The keys that can be used. Throws where one that was named cannot be. */
function privateKeys(login: Login, parse: typeof import('ssh2')['utils']['parseKey']): readonly Buffer[] {
  return login.keys.flatMap((file) => {
    const isOnly = login.keys.length === 1;
    if (!existsSync(file)) {
      if (!isOnly) return [];
      throw failure(login, `there is no key ${file}`, 'Name the file of the private key with --ssh-key.');
    }
    const content = readFileSync(file);
    const parsed = parse(content);
    if (!(parsed instanceof Error)) return [content];
    if (!isOnly) return [];
    throw failure(
      login,
      `the key ${file} cannot be used: ${parsed.message}`,
      'A key with a pass phrase goes into an agent: ssh-add; then leave --ssh-key out.',
    );
  });
}

function enter(client: Client, login: Login, sock: Duplex, keys: readonly Buffer[]): Promise<Client> {
  const hosts = login.knownHosts.flatMap((file) => (existsSync(file) ? readKnownHosts(readFileSync(file, 'utf8')) : []));
  let stranger: OrdealError | undefined;
  const config: ConnectConfig = {
    sock: sock as NonNullable<ConnectConfig['sock']>,
    username: login.user,
    readyTimeout: CONNECT_MS,
    // a machine that is gone without a word is noticed before the dead-man's switch on it closes
    keepaliveInterval: 2_000,
    keepaliveCountMax: 2,
    algorithms: { serverHostKey: { prepend: algorithmsFor(hosts, login), append: [], remove: [] } },
    hostVerifier: (key: Buffer) => {
      stranger = objection(login, acquaintance(hosts, login.host, login.port, key), key);
      return stranger === undefined;
    },
    authHandler: ways(login, keys),
  };
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client));
    client.once('error', (cause) => {
      sock.destroy();
      reject(
        stranger ??
          failure(
            login,
            `no way in: ${cause.message}`,
            'Does `ssh` get in with the same user and key? Keys with a pass phrase need an agent (ssh-add).',
            cause,
          ),
      );
    });
    client.connect(config);
  });
}

function ways(login: Login, keys: readonly Buffer[]): NonNullable<ConnectConfig['authHandler']> {
  const methods = [
    ...(login.agent === undefined ? [] : [{ type: 'agent' as const, username: login.user, agent: login.agent }]),
    ...keys.map((key) => ({ type: 'publickey' as const, username: login.user, key })),
  ];
  return methods as unknown as AuthenticationType[];
}

/** RSA keys sign in three ways; the oldest is asked for by nobody. */
const SIGNED_BY: Readonly<Record<string, readonly string[]>> = { 'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'] };

/** A machine shows one key: of those that it has, one by which it is known. */
function algorithmsFor(hosts: readonly KnownHost[], { host, port }: Login): ServerHostKeyAlgorithm[] {
  return knownTypes(hosts, host, port).flatMap((type) => SIGNED_BY[type] ?? [type]) as ServerHostKeyAlgorithm[];
}

function objection(login: Login, verdict: Acquaintance, key: Buffer): OrdealError | undefined {
  if (verdict === 'known') return undefined;
  const files = login.knownHosts.join(' or ');
  const type = key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
  if (verdict === 'unknown') {
    const remedy = `See that the key is its own, then add it: ssh-keyscan -p ${login.port} ${login.host} >> ${login.knownHosts[0]}`;
    return failure(login, `its key (${type}) is not in ${files}`, remedy);
  }
  const remedy = 'Somebody may stand between. If the machine was made anew, remove its old key (ssh-keygen -R) and add the new one.';
  return failure(login, verdict === 'changed' ? `its key (${type}) is another than that in ${files}` : `its key (${type}) is revoked in ${files}`, remedy);
}

/** The connection of a client that is let in. */
function over(client: Client, login: Login, jump: Connection | undefined): Connection {
  const lost = (cause?: unknown): OrdealError =>
    failure(login, `the connection is lost${cause === undefined ? '' : `: ${messageOf(cause)}`}`, 'See the logs of its sshd.', cause);
  const waiting = new Set<(error: OrdealError) => void>();
  let isOver = false;
  const closed = new Promise<void>((resolve) => {
    client.once('close', () => {
      isOver = true;
      jump?.close();
      for (const reject of waiting) reject(lost());
      resolve();
    });
  });
  client.on('error', () => {});
  /**
   * What `use` makes of a channel, unless the connection ends before it is there: then nobody answers. It is used at once:
   * a short command's end may have come in the same packet, and is told before any promise goes on.
   */
  const channel = <T>(
    ask: (answer: (error: Error | undefined, channel: ClientChannel) => void) => unknown,
    refused: (cause: Error) => Error,
    use: (channel: ClientChannel) => T | Promise<T>,
  ) =>
    new Promise<T>((resolve, reject) => {
      if (isOver) return reject(lost());
      waiting.add(reject);
      ask((error, opened) => {
        waiting.delete(reject);
        if (error) reject(refused(error));
        else resolve(use(opened));
      });
    });
  const exec = <T>(command: string, use: (channel: ClientChannel) => T | Promise<T>) => channel((answer) => client.exec(command, answer), lost, use);
  return {
    closed,
    open: (command) => exec(command, (opened) => opened),
    run: (command, stdin) => exec(command, (opened) => ended(opened, lost, stdin)),
    dial: (host, port) =>
      channel(
        (answer) => client.forwardOut('127.0.0.1', 0, host, port, answer),
        (cause) => cause,
        (opened) => opened,
      ),
    close: () => {
      client.end();
    },
  };
}

/** What a command said until its end. */
function ended(channel: ClientChannel, lost: () => OrdealError, stdin: string | Readable = ''): Promise<Said> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    let code: number | undefined;
    channel.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    channel.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    channel.once('exit', (status: number | null) => {
      code = status ?? 255;
    });
    channel.once('close', () => (code === undefined ? reject(lost()) : resolve({ code, stdout, stderr })));
    channel.on('error', () => {});
    if (typeof stdin === 'string') channel.end(stdin);
    else stdin.pipe(channel);
  });
}
