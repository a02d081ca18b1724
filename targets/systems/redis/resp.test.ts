import { describe, expect, it } from 'vitest';
import { encode, RedisError, type Reply, ReplyReader } from './resp.ts';

const WIRE = '+OK\r\n:42\r\n$-1\r\n$7\r\na\r\nbäc\r\n*2\r\n*3\r\n$1\r\nx\r\n:0\r\n*0\r\n-READONLY no\r\n*-1\r\n$0\r\n\r\n';
const REPLIES: readonly Reply[] = ['OK', 42, null, 'a\r\nbäc', [['x', 0, []], new RedisError('READONLY no')], null, ''];

describe('Redis’s protocol', () => {
  it('counts bytes in what it sends, not characters', () => {
    expect(encode(['SET', 'ö', 12])).toBe('*3\r\n$3\r\nSET\r\n$2\r\nö\r\n$2\r\n12\r\n');
  });

  it.each([1, 2, 3, 7, 1_000])('reads replies in pieces of %d bytes', (length) => {
    const bytes = Buffer.from(WIRE);
    const reader = new ReplyReader();
    const read: Reply[] = [];
    for (let at = 0; at < bytes.length; at += length) read.push(...reader.read(bytes.subarray(at, at + length)));
    expect(read).toEqual(REPLIES);
  });

  it('refuses what is no reply', () => {
    expect(() => new ReplyReader().read(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))).toThrow(/no reply of Redis: HTTP/);
  });

  it.each([
    ['READONLY You can’t write', 'READONLY'],
    ['EXECABORT', 'EXECABORT'],
    ['ERR unknown command', 'ERR'],
    ['something else', 'ERR'],
  ])('tells the code of "%s"', (message, code) => {
    expect(new RedisError(message).code).toBe(code);
  });
});
