/**
 * Locks as Redis's guide has them: SET NX PX, given back by whoever still has it, and renewed by nobody. What a lock holds is
 * its token, from a counter beside it; a fenced write asks in one script whether the lock still holds it.
 */
import type { ClientFactory, Invocation, Outcome } from '../../../harness/contracts/index.ts';
import type { LockUpdate } from '../../../workloads/operations/lock.ts';
import { type ClientRequest, type Exchange, redisClients } from './client-factory.ts';
import type { Reply } from './resp.ts';

const ACQUIRE = `
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local token = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], token, 'NX', 'PX', ARGV[1])
return token
`;

const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;

const FENCED_WRITE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1
`;

const TOKENS = 'ordeal:tokens';
const DONE: Outcome = { type: 'ok', value: null };
const REFUSED: Outcome = { type: 'ok', value: null, applied: false };

export function lockClients(request: ClientRequest): ClientFactory {
  return redisClients(exchangeOf, request);
}

function exchangeOf(op: Invocation): Exchange {
  const lock = `ordeal:lock:${op.key}`;
  const resource = `ordeal:resource:${op.key}`;
  switch (op.f) {
    case 'acquire': {
      const { lease } = op.value as { readonly lease: number };
      return {
        kind: 'write',
        commands: [['EVAL', ACQUIRE, 2, lock, TOKENS, lease]],
        outcome: ([token]) => (token === null ? REFUSED : { type: 'ok', value: { token: Number(token), lease } }),
      };
    }
    case 'read':
      return { kind: 'read', commands: [['GET', resource]], outcome: ([found]) => ({ type: 'ok', value: found === null ? null : Number(found) }) };
    case 'update':
      return updateOf(lock, resource, op.value as LockUpdate);
    case 'release':
      return { kind: 'write', commands: [['EVAL', RELEASE, 1, lock, String(op.value)]], outcome: whetherDone };
    default:
      throw new Error(`the lock client does not know "${op.f}"`);
  }
}

function updateOf(lock: string, resource: string, { token, to, write }: LockUpdate): Exchange {
  if (write === 'plain') return { kind: 'write', commands: [['SET', resource, to]], outcome: () => DONE };
  return { kind: 'write', commands: [['EVAL', FENCED_WRITE, 2, lock, resource, String(token), to]], outcome: whetherDone };
}

function whetherDone([done]: readonly Reply[]): Outcome {
  return done === 1 ? DONE : REFUSED;
}
