/** What is settled before anybody is connected to. */
import { describe, expect, it } from 'vitest';
import type { Capability, LinkEnd, NodeId } from '../../../harness/contracts/index.ts';
import { loginsOf } from './login.ts';
import { quoted, settingsText, startText } from './node-script.ts';
import { machineOf, sshOptions } from './options.ts';
import { previewSsh } from './preview.ts';
import { sshTableScript } from './ssh-links.ts';

const parse = (options: object) => sshOptions.parse(options);

describe('machines', () => {
  it.each([
    ['h', { host: 'h' }],
    ['me@h:2222', { user: 'me', host: 'h', port: 2222 }],
    ['h=10.0.0.1', { host: 'h', address: '10.0.0.1' }],
    ['me@[fe80::1]:22=fd00::1', { user: 'me', host: 'fe80::1', port: 22, address: 'fd00::1' }],
  ])('%s', (words, machine) => {
    expect(machineOf(words)).toEqual(machine);
    expect(parse({ sshNode: [words] }).sshNode).toEqual([words]);
  });

  it.each(['', 'a b', 'h:port', '@h', 'h:'])('refuses "%s"', (words) => {
    expect(() => parse({ sshNode: [words] })).toThrow();
  });

  it('must be as many as nodes, each once, and allowed; a jump too', () => {
    expect(() => loginsOf(parse({}), 3)).toThrow(/no machine is named/);
    expect(() => loginsOf(parse({ sshNode: ['a', 'b'] }), 3)).toThrow(/only 2 of them/);
    expect(() => loginsOf(parse({ sshNode: ['a', 'x@a'] }), 2)).toThrow(/named twice/);
    expect(() => loginsOf(parse({ sshNode: ['a.test', 'b.prod'], sshAllow: ['*.test'] }), 2)).toThrow(/b\.prod is not among/);
    expect(() => loginsOf(parse({ sshNode: ['a.test'], sshJump: 'gate', sshAllow: ['*.test'] }), 1)).toThrow(/gate is not among/);
    const [machine] = loginsOf(parse({ sshNode: ['root@a.test:2222'], sshJump: 'gate.test', sshUser: 'me', sshKey: '/k', sshAllow: ['*.test'] }), 1);
    expect(machine?.login).toMatchObject({
      host: 'a.test',
      port: 2222,
      user: 'root',
      keys: ['/k'],
      jump: { host: 'gate.test', port: 22, user: 'me', keys: ['/k'] },
    });
    expect(machine?.login.jump?.jump).toBeUndefined();
  });

  it('are told of beforehand, with rules where links are to be cut', () => {
    const preview = (...instrument: string[]): string =>
      previewSsh({ runId: 'r-1', nodes: 1, instrument: new Set(instrument as Capability[]), options: parse({ sshNode: ['root@a'], sshSudo: true }) })
        .map(({ where, does }) => `${where}: ${does}`)
        .join('\n');
    expect(preview('net.cut')).toMatch(/n1 {2}root@a: write the table inet ordeal_r_1 with sudo -n nft/);
    expect(preview('process.pause')).not.toMatch(/nft|SIGKILL/);
  });
});

describe('what a node is told', () => {
  it('has every word as it was, whatever is in it', () => {
    expect(quoted("it's $HOME")).toBe(`'it'\\''s $HOME'`);
    expect(startText(['/bin/p', '--a b'], { X: '1 2' }, '/d')).toBe("export X='1 2'\ncd /d || exit 127\nexec /bin/p '--a b'\n");
    expect(settingsText({ sudo: true, table: undefined })).toBe("limit=10\nsudo='sudo -n'\ntable=\n");
  });

  it('cuts what it hears and what it says to clients, and spares the connection that it is held by first', () => {
    const path = { from: '10.9.9.9', to: '10.0.0.1', port: 22 };
    const addressOf = (end: LinkEnd): string => ({ n1: '10.0.0.1', n2: '10.0.0.2', clients: '10.9.9.9' })[end as string] ?? '';
    const [n1, n2] = ['n1', 'n2'] as NodeId[] as [NodeId, NodeId];
    const script = sshTableScript({
      table: 'ordeal_x',
      node: n1,
      links: [
        [n2, n1],
        ['clients', n1],
        [n1, 'clients'],
        [n1, n2],
      ],
      path,
      addressOf,
    });
    expect(script).toMatch(/^table inet ordeal_x\ndelete table inet ordeal_x\ntable inet ordeal_x \{/);
    const [, input = '', output = ''] = script.split('chain ');
    expect(input).toMatch(/saddr 10\.9\.9\.9 tcp dport 22 counter accept\n {4}ip saddr \{ 10\.0\.0\.2, 10\.9\.9\.9 \} drop/);
    expect(output).toMatch(/daddr 10\.9\.9\.9 tcp sport 22 counter accept\n {4}ip daddr \{ 10\.9\.9\.9 \} drop/);
    expect(sshTableScript({ table: 'ordeal_x', node: n2, links: [[n2, n1]], path, addressOf })).toBe('table inet ordeal_x\ndelete table inet ordeal_x\n');
  });
});
