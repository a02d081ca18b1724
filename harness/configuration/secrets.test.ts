import { afterEach, describe, expect, it, vi } from 'vitest';
import { redacted, revealed, secret } from './secrets.ts';

afterEach(() => vi.unstubAllEnvs());

describe('a secret', () => {
  it('is read where options are, however deep, and also as a part of a text', () => {
    vi.stubEnv('DB_PASSWORD', 'tr0ub4dor');
    const options = { hosts: [{ url: `db://admin:${secret('DB_PASSWORD')}@a` }], port: 5, password: secret('DB_PASSWORD'), tls: null };
    expect(JSON.stringify(options)).not.toContain('tr0ub4dor');
    expect(revealed(options)).toEqual({ hosts: [{ url: 'db://admin:tr0ub4dor@a' }], port: 5, password: 'tr0ub4dor', tls: null });
  });

  it('is hidden from then on: as it is, in JSON, in an address, in base64', () => {
    vi.stubEnv('API_KEY', 'a"b c/d\\e');
    revealed(secret('API_KEY'));
    const texts = ['key a"b c/d\\e.', JSON.stringify({ key: 'a"b c/d\\e' }), encodeURIComponent('a"b c/d\\e'), Buffer.from('a"b c/d\\e').toString('base64')];
    expect(texts.map(redacted)).toEqual(['key [secret API_KEY].', '{"key":"[secret API_KEY]"}', '[secret API_KEY]', '[secret API_KEY]']);
  });

  it('that contains another is hidden whole', () => {
    vi.stubEnv('SHORT', 'abcd');
    vi.stubEnv('LONG', 'abcdefgh');
    revealed([secret('SHORT'), secret('LONG')]);
    expect(redacted('abcd abcdefgh')).toBe('[secret SHORT] [secret LONG]');
  });

  it('must be set, and long enough to be told from other text', () => {
    vi.stubEnv('TINY', 'x');
    expect(() => revealed(secret('NOT_SET_AT_ALL'))).toThrow('NOT_SET_AT_ALL, a secret, is not set');
    expect(() => revealed(secret('TINY'))).toThrow('too short to be hidden');
  });
});

describe('addresses', () => {
  it('lose their users and passwords, and nothing else', () => {
    expect(redacted('GET https://me:pw@db.example:80/x?y@z and a@b.example')).toBe('GET https://…@db.example:80/x?y@z and a@b.example');
  });
});
