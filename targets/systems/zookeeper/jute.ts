/**
 * ZooKeeper's protocol (jute): records of big-endian integers, texts and buffers with their length before them, each message
 * in a frame with its length. What clients ask here, and what they are answered.
 */

/** Codes of operations (`ZooDefs.OpCode`). */
export const OP = {
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getChildren: 8,
  sync: 9,
  check: 13,
  multi: 14,
  create2: 15,
  closeSession: -11,
} as const;

/** Refusals (`KeeperException.Code`). */
export const REFUSAL = { noNode: -101, badVersion: -103, nodeExists: -110, sessionExpired: -112 } as const;

/** Any version of a node. */
export const ANY_VERSION = -1;

/** A request without its number, which is of the connection. */
export interface Request {
  readonly op: number;
  readonly body: Buffer;
}

/** The head of an answer, and what follows where it is no refusal. */
export interface Answer {
  readonly xid: number;
  /** 0, or a refusal. */
  readonly error: number;
  readonly body: Buffer;
}

export interface NodeData {
  readonly data: string;
  readonly version: number;
  /** See `czxidIn`. */
  readonly czxid: number;
}

const NOBODY = Buffer.alloc(16);
/** All permissions, for everybody. */
const OPEN_ACL = Buffer.concat([int(1), int(31), text('world'), text('anyone')]);
const UNWATCHED = Buffer.from([0]);
const WATCHED = Buffer.from([1]);
/** `CreateMode`: gone with its session, its name followed by a number that grows. */
const EPHEMERAL_SEQUENTIAL = 3;
/** The number of an answer that is none: something that a watch was set on has changed. */
const NOTIFICATION = -1;
const READ_WRITE = Buffer.from([0]);

/** Asks for a new session that ends when nothing is heard for `timeoutMs`; its frame is answered by `sessionTimeoutIn`. */
export function connectRequest(timeoutMs: number): Buffer {
  return framed(int(0), long(0n), int(timeoutMs), long(0n), buffer(NOBODY), READ_WRITE);
}

/** The timeout in ms that the server grants; 0 where it refuses the session. */
export function sessionTimeoutIn(frame: Buffer): number {
  return frame.readInt32BE(4);
}

export const create = (path: string, data: string): Request => ({
  op: OP.create,
  body: Buffer.concat([text(path), text(data), OPEN_ACL, int(0)]),
});
/** Makes a node that is gone with its session; its name is the given one and ten digits. Answered by `createdIn`. */
export const createEphemeralSequential = (path: string, data: string): Request => ({
  op: OP.create2,
  body: Buffer.concat([text(path), text(data), OPEN_ACL, int(EPHEMERAL_SEQUENTIAL)]),
});
export const remove = (path: string, version: number): Request => ({ op: OP.delete, body: Buffer.concat([text(path), int(version)]) });
/** Whether there is such a node, and a watch: the session is notified when that changes. */
export const existsWatched = (path: string): Request => ({ op: OP.exists, body: Buffer.concat([text(path), WATCHED]) });
/** Within `multi`: refuses where there is no such node. */
export const check = (path: string, version: number): Request => ({ op: OP.check, body: Buffer.concat([text(path), int(version)]) });
/** All of it or nothing, in one step. Refused, it is answered without an error of its own: see `refusalsIn`. */
export const multi = (...requests: readonly Request[]): Request => ({
  op: OP.multi,
  body: Buffer.concat([...requests.flatMap(({ op, body }) => [multiHeader(op, 0), body]), multiHeader(-1, 1)]),
});
export const getData = (path: string): Request => ({ op: OP.getData, body: Buffer.concat([text(path), UNWATCHED]) });
export const setData = (path: string, data: string, version: number): Request => ({
  op: OP.setData,
  body: Buffer.concat([text(path), text(data), int(version)]),
});
export const getChildren = (path: string): Request => ({ op: OP.getChildren, body: Buffer.concat([text(path), UNWATCHED]) });
export const sync = (path: string): Request => ({ op: OP.sync, body: text(path) });
export const closeSession: Request = { op: OP.closeSession, body: Buffer.alloc(0) };

/** The frame of a request. */
export function requestFrame(xid: number, { op, body }: Request): Buffer {
  return framed(int(xid), int(op), body);
}

export function answerIn(frame: Buffer): Answer {
  return { xid: frame.readInt32BE(0), error: frame.readInt32BE(12), body: frame.subarray(16) };
}

/** What `getData` gives. */
export function nodeDataIn(body: Buffer): NodeData {
  const length = Math.max(0, body.readInt32BE(0));
  const stat = body.subarray(4 + length);
  return { data: body.toString('utf8', 4, 4 + length), version: versionIn(stat), czxid: czxidIn(stat) };
}

/** What `createEphemeralSequential` gives. */
export function createdIn(body: Buffer): { readonly path: string; readonly czxid: number } {
  const end = 4 + body.readInt32BE(0);
  return { path: body.toString('utf8', 4, end), czxid: czxidIn(body.subarray(end)) };
}

/** The transaction that made the node of this state: the epoch of a leader and a count, greater than that of all nodes made before. */
export function czxidIn(stat: Buffer): number {
  return Number(stat.readBigInt64BE(0));
}

/** Of a `multi` that was refused, what was wrong with each of its requests (0: nothing, it was not done for another's sake); empty where it was done. */
export function refusalsIn(body: Buffer): number[] {
  const refusals: number[] = [];
  // what was done says its own kind; what was refused says that it is an error, and which
  for (let at = 0; body.readInt32BE(at) === -1 && body[at + 4] === 0; at += 13) refusals.push(body.readInt32BE(at + 9));
  return refusals;
}

/** The version in a node's state: what `setData` gives, and the end of what `getData` gives. */
export function versionIn(stat: Buffer): number {
  return stat.readInt32BE(4 * 8);
}

/** What `getChildren` gives. */
export function childrenIn(body: Buffer): string[] {
  const names: string[] = [];
  let at = 4;
  for (let left = body.readInt32BE(0); left > 0; left--) {
    const end = at + 4 + body.readInt32BE(at);
    names.push(body.toString('utf8', at + 4, end));
    at = end;
  }
  return names;
}

/** Cuts what arrives into frames. */
export class FrameReader {
  readonly #notified: () => void;
  #rest: Buffer = Buffer.alloc(0);

  /** `notified` is called for each notification of a watch, which is no answer to anything. */
  constructor(notified: () => void = () => undefined) {
    this.#notified = notified;
  }

  /** The frames that this piece completes, without their lengths and without notifications. Throws where it is no frame. */
  read(piece: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const whole: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= 4) {
      const length = bytes.readInt32BE(at);
      if (length < 0 || length > LONGEST_FRAME) throw new Error(`this is no frame of ZooKeeper: it says it is ${length} bytes long`);
      if (bytes.length < at + 4 + length) break;
      const frame = bytes.subarray(at + 4, at + 4 + length);
      if (length >= 4 && frame.readInt32BE(0) === NOTIFICATION) this.#notified();
      else whole.push(frame);
      at += 4 + length;
    }
    this.#rest = bytes.subarray(at);
    return whole;
  }
}

/** Servers send hardly more than a megabyte (`jute.maxbuffer`); the children of a node may be more. */
const LONGEST_FRAME = 1 << 26;

function framed(...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([int(body.length), body]);
}

function multiHeader(op: number, done: 0 | 1): Buffer {
  return Buffer.concat([int(op), Buffer.from([done]), int(-1)]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function long(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function buffer(bytes: Buffer): Buffer {
  return Buffer.concat([int(bytes.length), bytes]);
}

function text(value: string): Buffer {
  return buffer(Buffer.from(value, 'utf8'));
}
