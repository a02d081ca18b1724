/** Transactions between MULTI and EXEC: lists under keys, appended to and read whole; all of it at one moment. */
import type { ClientFactory, Invocation, Value } from '../../../harness/contracts/index.ts';
import { type ClientRequest, type Exchange, redisClients } from './client-factory.ts';
import type { Command, Reply } from './resp.ts';

type MicroOperation = readonly [f: string, key: Value, value: Value];

export function listAppendClients(request: ClientRequest): ClientFactory {
  // nothing else comes between the commands of a transaction
  return { ...redisClients(exchangeOf, request), documentedModel: 'strict-serializable' };
}

function exchangeOf(op: Invocation): Exchange {
  if (op.f !== 'txn') throw new Error(`the list-append client does not know "${op.f}"`);
  const operations = op.value as unknown as readonly MicroOperation[];
  return {
    kind: 'transaction',
    commands: operations.map(commandOf),
    outcome: (replies) => ({ type: 'ok', value: operations.map((operation, i) => done(operation, replies[i])) }),
  };
}

function commandOf([f, key, element]: MicroOperation): Command {
  const list = `ordeal:list:${key}`;
  return f === 'append' ? ['RPUSH', list, JSON.stringify(element)] : ['LRANGE', list, 0, -1];
}

function done(operation: MicroOperation, reply: Reply | undefined): Value {
  const [f, key] = operation;
  return f === 'append' ? operation : [f, key, (reply as readonly Reply[]).map((element) => JSON.parse(String(element)) as Value)];
}
