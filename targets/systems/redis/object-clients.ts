/** Single objects: registers, each a string; a set; the tags of a counter in a list; ids from a counter of Redis's own. */
import type { ClientFactory, Invocation, Value } from '../../../harness/contracts/index.ts';
import { type ClientRequest, type Exchange, redisClients } from './client-factory.ts';
import type { Reply } from './resp.ts';

/** Redis has no compare-and-set, but does what a script does in one piece. An absent register is null. */
const CAS = `
local found = redis.call('GET', KEYS[1]) or 'null'
if found ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
`;

const json = (value: Value): string => JSON.stringify(value);
const parsed = (reply: Reply | undefined): Value => JSON.parse(String(reply)) as Value;
const unknownTo = (workload: string, op: Invocation): Error => new Error(`the ${workload} client does not know "${op.f}"`);

export function registerClients(request: ClientRequest): ClientFactory {
  return redisClients((op): Exchange => {
    const key = `ordeal:register:${op.key ?? 0}`;
    switch (op.f) {
      case 'read':
        return { kind: 'read', commands: [['GET', key]], outcome: ([found]) => ({ type: 'ok', value: parsed(found) }) };
      case 'write':
        return { kind: 'write', commands: [['SET', key, json(op.value)]], outcome: () => ({ type: 'ok', value: op.value }) };
      case 'cas': {
        const [from, to] = op.value as readonly [Value, Value];
        return {
          kind: 'write',
          commands: [['EVAL', CAS, 1, key, json(from), json(to)]],
          outcome: ([swapped]) => (swapped === 1 ? { type: 'ok', value: op.value } : { type: 'ok', value: op.value, applied: false }),
        };
      }
      default:
        throw unknownTo('register', op);
    }
  }, request);
}

export function setClients(request: ClientRequest): ClientFactory {
  const key = 'ordeal:set';
  return redisClients((op): Exchange => {
    if (op.f === 'add') return { kind: 'write', commands: [['SADD', key, json(op.value)]], outcome: () => ({ type: 'ok', value: op.value }) };
    if (op.f === 'read') return { kind: 'read', commands: [['SMEMBERS', key]], outcome: ([found]) => ({ type: 'ok', value: all(found) }) };
    throw unknownTo('set', op);
  }, request);
}

export function counterClients(request: ClientRequest): ClientFactory {
  const key = 'ordeal:counter';
  return redisClients((op): Exchange => {
    if (op.f === 'increment') return { kind: 'write', commands: [['RPUSH', key, json(op.value)]], outcome: () => ({ type: 'ok', value: op.value }) };
    if (op.f === 'read') return { kind: 'read', commands: [['LRANGE', key, 0, -1]], outcome: ([found]) => ({ type: 'ok', value: all(found) }) };
    throw unknownTo('counter', op);
  }, request);
}

export function uniqueIdsClients(request: ClientRequest): ClientFactory {
  return redisClients(() => ({ kind: 'write', commands: [['INCR', 'ordeal:id']], outcome: ([id]) => ({ type: 'ok', value: Number(id) }) }), request);
}

function all(reply: Reply | undefined): Value[] {
  return (reply as readonly Reply[]).map(parsed);
}
