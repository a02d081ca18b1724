import { describe, expect, it } from 'vitest';
import { findInode, tableAddress } from './socket-owner.ts';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0000000000000000 100 0 0 10 0
   1: 0100007F:C001 0201057F:094C 01 00000000:00000000 02:000003E8 00000000     0        0 22 2 0000000000000000 20 4 30 10 -1
   2: 0201057F:094C 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 33 1 0000000000000000 20 4 0 10 -1
   3: 0100007F:C002 0201057F:094C 06 00000000:00000000 03:000003E8 00000000     0        0 0 3 0000000000000000
`;

describe('the socket table', () => {
  it('writes addresses as the kernel does', () => {
    expect(tableAddress({ host: '127.5.1.2', port: 2380 })).toBe('0201057F:094C');
    expect(tableAddress({ host: '127.0.0.1', port: 0xc001 })).toBe('0100007F:C001');
  });

  it('finds the dialler’s side of a connection, not ours, and no socket that nobody holds', () => {
    const us = tableAddress({ host: '127.5.1.2', port: 2380 });
    expect(findInode(TABLE, tableAddress({ host: '127.0.0.1', port: 0xc001 }), us)).toBe('22');
    expect(findInode(TABLE, tableAddress({ host: '127.0.0.1', port: 0xc002 }), us)).toBeUndefined();
    expect(findInode(TABLE, tableAddress({ host: '127.0.0.1', port: 0xc003 }), us)).toBeUndefined();
  });
});
