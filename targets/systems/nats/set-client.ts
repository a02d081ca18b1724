/**
 * A set, each element a message under a subject of its own. A read asks the leader of the stream which subjects have how
 * many messages: one question for all of them, answered at one moment.
 */
import type { Call, ClientFactory, Cluster, Invocation, Outcome, Value } from '../../../harness/contracts/index.ts';
import { natsClients, unlessGone } from './client-factory.ts';
import type { NatsConnection } from './connection.ts';
import { ask, publish, STREAM, type StreamInfo } from './jetstream.ts';
import type { NatsOptions } from './options.ts';

const SUBJECTS = 'ordeal.set';

export function setClients(options: NatsOptions): ClientFactory {
  return natsClients({
    options,
    stream: { subjects: [`${SUBJECTS}.>`], retention: 'limits' },
    operator: (connection, cluster) => ({ operate: (op, call) => operate(connection, cluster, op, call) }),
  });
}

async function operate(connection: NatsConnection, cluster: Cluster | undefined, op: Invocation, call: Call): Promise<Outcome> {
  if (op.f === 'add') {
    await publish(connection, `${SUBJECTS}.${JSON.stringify(op.value)}`, JSON.stringify(op.value), call.signal);
    return { type: 'ok', value: op.value };
  }
  if (op.f !== 'read') throw new Error(`the set client does not know "${op.f}"`);
  return { type: 'ok', value: (await unlessGone(cluster, call, () => elements(connection, call.signal))) ?? [] };
}

async function elements(connection: NatsConnection, signal: AbortSignal): Promise<Value[]> {
  const found: Value[] = [];
  let subjects = 0;
  for (;;) {
    const { state, total = 0 } = await ask<StreamInfo>(connection, `STREAM.INFO.${STREAM}`, { subjects_filter: `${SUBJECTS}.>`, offset: subjects }, signal);
    const page = Object.entries(state.subjects ?? {});
    for (const [subject, messages] of page) {
      const element = JSON.parse(subject.slice(SUBJECTS.length + 1)) as Value;
      for (let copy = 0; copy < messages; copy++) found.push(element);
    }
    subjects += page.length;
    if (subjects >= total) return found;
    if (page.length === 0) throw new Error(`the stream has ${total} subjects, and names ${subjects} of them`);
  }
}
