/**
 * ZooKeeper's protocol (jute): records of big-endian integers, texts and buffers with their length before them, each message
 * in a frame with its length. What clients ask here, and what they are answered.
 */

/** Codes of operations (`ZooDefs.OpCode`). */
export const OP = { create: 1, getData: 4, setData: 5, getChildren: 8, sync: 9, closeSession: -11 } as const;

/** Refusals (`KeeperException.Code`). */
export const REFUSAL = { noNode: -101, badVersion: -103, nodeExists: -110 } as const;

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
}

const NOBODY = Buffer.alloc(16);
/** All permissions, for everybody. */
const OPEN_ACL = Buffer.concat([int(1), int(31), text('world'), text('anyone')]);
const UNWATCHED = Buffer.from([0]);
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
  return { data: body.toString('utf8', 4, 4 + length), version: versionIn(body.subarray(4 + length)) };
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
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that this piece completes, without their lengths. Throws where it is no frame. */
  read(piece: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const whole: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= 4) {
      const length = bytes.readInt32BE(at);
      if (length < 0 || length > LONGEST_FRAME) throw new Error(`this is no frame of ZooKeeper: it says it is ${length} bytes long`);
      if (bytes.length < at + 4 + length) break;
      whole.push(bytes.subarray(at + 4, at + 4 + length));
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
