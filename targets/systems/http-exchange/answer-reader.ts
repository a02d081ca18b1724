/** Reads one HTTP/1.1 answer from the bytes of a connection, in whatever pieces they come (RFC 9112). */

export interface HttpAnswer {
  readonly status: number;
  /** The whole body. */
  readonly text: string;
}

interface Head {
  readonly status: number;
  /** Bytes of the body; `chunked`, or to the `end` of the connection. */
  readonly length: number | 'chunked' | 'end';
  /** Whether the connection may be used again. */
  readonly keep: boolean;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
/** A head that is longer is none. */
const LONGEST_HEAD = 64 * 1024;

export class AnswerReader {
  #bytes: Buffer = Buffer.alloc(0);
  #head: Head | undefined;
  #body: Buffer[] = [];

  /** Whether the connection may be used again; known with the answer. */
  get keep(): boolean {
    return this.#head?.keep ?? false;
  }

  /** The answer, once it is whole. Throws for what is no HTTP answer, and for bytes after it. */
  read(piece: Buffer): HttpAnswer | undefined {
    this.#bytes = this.#bytes.length === 0 ? piece : Buffer.concat([this.#bytes, piece]);
    this.#head ??= this.#readHead();
    if (this.#head === undefined) return undefined;
    const { status, length } = this.#head;
    if (length === 'end') return undefined;
    if (length === 'chunked') return this.#readChunks() ? { status, text: Buffer.concat(this.#body).toString('utf8') } : undefined;
    if (this.#bytes.length > length) throw new Error('the server sent more than one answer');
    return this.#bytes.length === length ? { status, text: this.#bytes.toString('utf8') } : undefined;
  }

  /** The answer that the end of the connection completes; undefined where it was cut short. */
  end(): HttpAnswer | undefined {
    return this.#head?.length === 'end' ? { status: this.#head.status, text: this.#bytes.toString('utf8') } : undefined;
  }

  #readHead(): Head | undefined {
    for (;;) {
      const end = this.#bytes.indexOf(HEAD_END);
      if (end < 0 && this.#bytes.length > LONGEST_HEAD) throw new Error('the head of the answer does not end');
      if (end < 0) return undefined;
      const head = headOf(this.#bytes.toString('latin1', 0, end));
      this.#bytes = this.#bytes.subarray(end + HEAD_END.length);
      // "100 Continue" and the like come before the answer
      if (head.status >= 200) return head;
    }
  }

  /** True when the last chunk and what trails it are here. */
  #readChunks(): boolean {
    for (;;) {
      const line = this.#bytes.indexOf(LINE_END);
      if (line < 0) return false;
      const size = Number.parseInt(this.#bytes.toString('latin1', 0, line), 16);
      if (!(size >= 0)) throw new Error('a chunk of the answer has no size');
      const start = line + LINE_END.length;
      if (size === 0) return this.#isOver(line);
      if (this.#bytes.length < start + size + LINE_END.length) return false;
      this.#body.push(this.#bytes.subarray(start, start + size));
      this.#bytes = this.#bytes.subarray(start + size + LINE_END.length);
    }
  }

  /** Whether the empty line after the last chunk, and after its trailer fields, is here. */
  #isOver(line: number): boolean {
    const end = this.#bytes.indexOf(HEAD_END, line);
    if (end >= 0 && this.#bytes.length > end + HEAD_END.length) throw new Error('the server sent more than one answer');
    return end >= 0;
  }
}

function headOf(text: string): Head {
  const [, version, code] = /^HTTP\/1\.([01]) (\d{3})/.exec(text) ?? [];
  if (code === undefined) throw new Error(`this is no HTTP answer: ${JSON.stringify(text.slice(0, 60))}`);
  const status = Number(code);
  const keep = version === '1' && !/^connection: *close *$/im.test(text);
  if (status < 200 || status === 204 || status === 304) return { status, length: 0, keep };
  if (/^transfer-encoding: *chunked *$/im.test(text)) return { status, length: 'chunked', keep };
  const length = /^content-length: *(\d+) *$/im.exec(text)?.[1];
  return length === undefined ? { status, length: 'end', keep: false } : { status, length: Number(length), keep };
}
