import { describe, expect, it } from 'vitest';
import { TransportError } from '../http-exchange/http-exchange.ts';
import { classifyEtcdError } from './errors.ts';
import { GatewayError } from './gateway.ts';

describe('what etcd’s errors mean', () => {
  it.each([
    ['etcdserver: no leader', 14, 'fail', 'no-leader'],
    ['etcdserver: too many requests', 8, 'fail', 'too-many-requests'],
    ['etcdserver: not capable', 14, 'fail', 'not-capable'],
    // applied by those whose quota it crosses, and answered so
    ['etcdserver: mvcc: database space exceeded', 8, 'info', 'grpc-8'],
    // proposed: may commit at any time
    ['etcdserver: request timed out', 14, 'info', 'grpc-14'],
    ['etcdserver: request timed out, possibly due to previous leader failure', 14, 'info', 'grpc-14'],
    ['etcdserver: request timed out, possibly due to connection lost', 14, 'info', 'grpc-14'],
    ['etcdserver: leader changed', 14, 'info', 'grpc-14'],
    ['etcdserver: server stopped', 14, 'info', 'grpc-14'],
    ['context deadline exceeded', 4, 'info', 'grpc-4'],
    ['something new', undefined, 'info', 'grpc-503'],
  ] as const)('%s: %s', (message, grpc, type, code) => {
    expect(classifyEtcdError(new GatewayError(503, grpc, message))).toEqual({ type, error: { code, message } });
  });

  it.each([
    ['nothing', 'ECONNREFUSED', 'fail'],
    ['nothing', 'EHOSTUNREACH', 'fail'],
    ['maybe', 'ECONNRESET', 'info'],
    ['maybe', 'ABORT_ERR', 'info'],
  ] as const)('a connection that carried %s (%s): %s', (sent, code, type) => {
    expect(classifyEtcdError(new TransportError(sent, code, 'why'))).toEqual({ type, error: { code, message: 'why' } });
  });

  it('leaves what it does not know unknown', () => {
    for (const error of [new Error('etcdserver: no leader'), 'etcdserver: no leader', undefined]) expect(classifyEtcdError(error)).toBeUndefined();
  });
});
