import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerReader, type HttpAnswer } from './answer-reader.ts';

/** Reads an answer in pieces of these sizes (the rest in one); gives it with how many bytes it took. */
function readIn(text: string, sizes: readonly number[]): { readonly answer: HttpAnswer | undefined; readonly keep: boolean } {
  const reader = new AnswerReader();
  const bytes = Buffer.from(text, 'utf8');
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    const piece = bytes.subarray(at, at + size);
    at += piece.length;
    const answer = piece.length === 0 ? undefined : reader.read(piece);
    if (answer !== undefined) return { answer, keep: reader.keep };
  }
  return { answer: reader.end(), keep: reader.keep };
}

const chunked = (...chunks: readonly string[]): string =>
  `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${[...chunks, ''].map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`).join('')}`;

const ANSWERS: readonly (readonly [name: string, text: string, answer: HttpAnswer | undefined, keep: boolean])[] = [
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"ä":1}', { status: 200, text: '{"ä":1}' }, true],
  ['no body', 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n', { status: 503, text: '' }, true],
  ['a status without a body', 'HTTP/1.1 204 No Content\r\n\r\n', { status: 204, text: '' }, true],
  ['chunks', chunked('{"a', '":"ü', '"}'), { status: 200, text: '{"a":"ü"}' }, true],
  ['a trailer', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n', { status: 200, text: 'a' }, true],
  ['a word before it', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}', { status: 200, text: '{}' }, true],
  ['an end for its length', 'HTTP/1.1 200 OK\r\n\r\n{"a":1}', { status: 200, text: '{"a":1}' }, false],
  ['its last word', 'HTTP/1.1 200 OK\r\nConnection: close\r\ncontent-length: 2\r\n\r\n{}', { status: 200, text: '{}' }, false],
  ['an older version', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}', { status: 200, text: '{}' }, false],
  ['too little', 'HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{"a"', undefined, true],
  ['too few chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab', undefined, true],
  ['half a head', 'HTTP/1.1 200 OK\r\ncontent-le', undefined, false],
];

describe('an answer', () => {
  it.each(ANSWERS)('with %s is the same in whatever pieces it comes', (_name, text, answer, keep) => {
    expect(readIn(text, [])).toEqual({ answer, keep });
    const pieces = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 120 });
    fc.assert(
      fc.property(pieces, (sizes) => {
        expect(readIn(text, sizes)).toEqual({ answer, keep });
      }),
    );
  });

  it.each([
    ['SSH-2.0-OpenSSH\r\n\r\n', /no HTTP answer/],
    ['HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 200 OK', /more than one answer/],
    [`${chunked('a')}x`, /more than one answer/],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n', /no size/],
    [`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}`, /does not end/],
  ])('that is none is refused: %j', (text, why) => {
    expect(() => readIn(text, [])).toThrow(why);
  });
});
