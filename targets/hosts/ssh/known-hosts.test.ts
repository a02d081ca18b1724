import { describe, expect, it } from 'vitest';
import { acquaintance, knownTypes, readKnownHosts } from './known-hosts.ts';

const key = Buffer.from('the key of a machine');
const other = Buffer.from('another');
const text = (buffer: Buffer): string => buffer.toString('base64');
const known = (lines: string) => readKnownHosts(lines);

describe('keys of machines', () => {
  it.each([
    ['plain names, one of several', `a.example,b.example ssh-ed25519 ${text(key)}`, 'b.example', 22, 'known'],
    ['names in any case', `B.Example ssh-ed25519 ${text(key)}`, 'b.example', 22, 'known'],
    ['another port than the usual', `[b.example]:2222 ssh-ed25519 ${text(key)}`, 'b.example', 2222, 'known'],
    ['a port that is not said', `b.example ssh-ed25519 ${text(key)}`, 'b.example', 2222, 'unknown'],
    ['wildcards', `*.example ssh-ed25519 ${text(key)}`, 'b.example', 22, 'known'],
    ['dots that are dots', `b.example ssh-ed25519 ${text(key)}`, 'bxexample', 22, 'unknown'],
    ['negation', `*.example,!b.example ssh-ed25519 ${text(key)}`, 'b.example', 22, 'unknown'],
    ['another key', `b.example ssh-ed25519 ${text(other)}`, 'b.example', 22, 'changed'],
    ['another key beside the right one', `b.example ssh-rsa ${text(other)}\nb.example ssh-ed25519 ${text(key)}`, 'b.example', 22, 'known'],
    ['a revoked key', `b.example ssh-ed25519 ${text(key)}\n@revoked * ssh-ed25519 ${text(key)}`, 'b.example', 22, 'revoked'],
    ['an authority, which vouches for nothing', `@cert-authority * ssh-ed25519 ${text(key)}`, 'b.example', 22, 'unknown'],
    ['a hashed name', `|1|c2FsdHNhbHRzYWx0c2FsdHM=|NOPE ssh-ed25519 ${text(key)}`, 'b.example', 22, 'unknown'],
    ['remarks and empty lines', `# b.example\n\n  b.example   ssh-ed25519   ${text(key)}  remark`, 'b.example', 22, 'known'],
    ['nothing', '', 'b.example', 22, 'unknown'],
  ])('%s', (_what, lines, host, port, verdict) => {
    expect(acquaintance(known(lines), host, port, key)).toBe(verdict);
  });

  it('asks for types by which a machine is known', () => {
    const lines = known(`b.example ssh-rsa ${text(key)}\n@revoked b.example ssh-ed25519 ${text(other)}\nc.example ecdsa-sha2-nistp256 ${text(key)}`);
    expect(knownTypes(lines, 'b.example', 22)).toEqual(['ssh-rsa']);
  });
});
