/**
 * NATS's protocol for clients: lines of text, payloads behind those that announce them. What clients send here, and what
 * comes back piece by piece.
 */

/** A message that came to a subscription. */
export interface NatsMessage {
  /** Of the subscription, as the client has numbered it. */
  readonly subscription: number;
  /** What it was published to, which of a message out of a stream is not where it was delivered. */
  readonly subject: string;
  /** Where an answer to it goes; absent where nobody waits for one. */
  readonly reply?: string;
  /** What the server says in place of an answer, in the first line of the headers: 503, nobody listens. Absent for messages of others. */
  readonly status?: number;
  readonly payload: Buffer;
}

export type Frame =
  | { readonly kind: 'message'; readonly message: NatsMessage }
  | { readonly kind: 'ping' | 'pong' | 'other' }
  | { readonly kind: 'error'; readonly text: string };

/** Nobody listens to a subject: said at once, not left to the deadline. */
export const NO_RESPONDERS = 503;

const OPTIONS = { verbose: false, pedantic: false, headers: true, no_responders: true, echo: false, lang: 'ordeal', version: '1', protocol: 1 };

/** Introduces the client, and asks for a pong, which comes when that is done. */
export const INTRODUCTION = `CONNECT ${JSON.stringify(OPTIONS)}\r\nPING\r\n`;

/** A subscription to the one message that will come to `inbox`. */
export function awaiting(inbox: string, subscription: number): string {
  return `SUB ${inbox} ${subscription}\r\nUNSUB ${subscription} 1\r\n`;
}

/** A message to a subject. */
export function publication(subject: string, payload: string, reply = ''): string {
  return `PUB ${subject} ${reply && `${reply} `}${Buffer.byteLength(payload)}\r\n${payload}\r\n`;
}

const END = '\r\n';
/** Lines are short; what the server says of itself is the longest. */
const LONGEST_LINE = 1 << 16;

/** Cuts what arrives on one connection into frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that this piece completes. Throws where it is nothing of NATS. */
  read(piece: Buffer): Frame[] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const whole: Frame[] = [];
    let at = 0;
    for (;;) {
      const end = bytes.indexOf(END, at);
      if (end < 0) {
        if (bytes.length - at > LONGEST_LINE) throw new Error('this is nothing of NATS: a line without an end');
        break;
      }
      const words = bytes.toString('utf8', at, end).split(/[ \t]+/);
      const announced = announcedBy(words);
      const next = end + END.length;
      if (announced === undefined) {
        whole.push(frameOf(words));
        at = next;
        continue;
      }
      if (bytes.length < next + announced.length + END.length) break;
      whole.push({ kind: 'message', message: messageIn(announced, bytes.subarray(next, next + announced.length)) });
      at = next + announced.length + END.length;
    }
    this.#rest = bytes.subarray(at);
    return whole;
  }
}

interface Announced {
  readonly subscription: number;
  readonly subject: string;
  readonly reply: string | undefined;
  /** Of headers, which are a part of what follows. */
  readonly headers: number;
  /** Of all that follows. */
  readonly length: number;
}

/** `MSG subject sid [reply] bytes`, `HMSG subject sid [reply] header-bytes bytes`. Undefined where nothing follows the line. */
function announcedBy(words: readonly string[]): Announced | undefined {
  const lengths = words[0] === 'MSG' ? 1 : words[0] === 'HMSG' ? 2 : 0;
  if (lengths === 0) return undefined;
  const numbers = words.slice(-lengths).map(Number);
  const headers = lengths === 2 ? numbers[0]! : 0;
  const length = numbers.at(-1)!;
  const subscription = Number(words[2]);
  if (words.length < 3 + lengths || !(headers >= 0 && length >= headers && subscription >= 0))
    throw new Error(`this is nothing of NATS: ${words.join(' ').slice(0, 80)}`);
  return { subscription, subject: words[1]!, reply: words.length > 3 + lengths ? words[3] : undefined, headers, length };
}

function messageIn({ subscription, subject, reply, headers }: Announced, bytes: Buffer): NatsMessage {
  const status = headers === 0 ? undefined : /^NATS\/1\.0 (\d{3})/.exec(bytes.toString('latin1', 0, headers))?.[1];
  // what arrives later reuses nothing of these bytes, but they would keep the whole piece
  const payload = Buffer.from(bytes.subarray(headers));
  return { subscription, subject, ...(reply !== undefined && { reply }), ...(status !== undefined && { status: Number(status) }), payload };
}

function frameOf(words: readonly string[]): Frame {
  switch (words[0]) {
    case 'PING':
      return { kind: 'ping' };
    case 'PONG':
      return { kind: 'pong' };
    case 'INFO':
    case '+OK':
      return { kind: 'other' };
    case '-ERR':
      return { kind: 'error', text: words.slice(1).join(' ') };
    default:
      throw new Error(`this is nothing of NATS: ${words.join(' ').slice(0, 80)}`);
  }
}
