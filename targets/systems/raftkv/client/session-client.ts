/**
 * The client of all workloads: commands through a session (exactly once, however often repeated), reads without one.
 *
 * What an outcome says:
 *
 * | what happened | outcome |
 * |---|---|
 * | an answer | ok |
 * | a cas that compared unequal | ok, `applied: false` |
 * | every attempt was refused: not the leader, connection refused | fail `refused` |
 * | no session could be opened, so that the command was never sent | fail `no-session` |
 * | at least one attempt without an answer, or leadership lost under it | info `unanswered` |
 * | anything else | info |
 */
import type { Call, Client, Cluster, Invocation, Node, Ns, OpError, Outcome } from '../../../../harness/contracts/index.ts';
import { ms } from '../../../../harness/time/units.ts';
import type { RaftkvOptions } from '../options.ts';
import type { Command } from '../raft/messages.ts';
import type { Query } from '../state-machine.ts';
import { Caller, type CallResult, isRefusedConnection } from './caller.ts';

export class SessionClient implements Client {
  readonly #caller: Caller;
  readonly #commandOf: (op: Invocation) => Command;
  readonly #readsThroughLog: boolean;
  readonly #name: string;
  #session: number | undefined;
  #sequence = 0;

  /** `name` is unique among the clients of a run. */
  constructor(cluster: Cluster, node: Node, name: string, options: RaftkvOptions, commandOf: (op: Invocation) => Command) {
    this.#name = name;
    this.#caller = new Caller(cluster, node, ms(options.attemptMs));
    this.#commandOf = commandOf;
    this.#readsThroughLog = options.reads === 'log';
  }

  async invoke(op: Invocation, call: Pick<Call, 'deadline'>): Promise<Outcome> {
    const command = this.#commandOf(op);
    if (isQuery(command) && !this.#readsThroughLog) return outcomeOf(await this.#caller.call({ type: 'read', query: command }, call.deadline));
    const refusal = await this.#openSession(call.deadline);
    if (refusal !== undefined) return refusal;
    const sequence = ++this.#sequence;
    return outcomeOf(await this.#caller.call({ type: 'command', session: this.#session!, sequence, command }, call.deadline));
  }

  close(): Promise<void> {
    return this.#caller.close();
  }

  /** A session that was opened by an attempt whose answer was lost is never used: it does no harm. */
  async #openSession(deadline: Ns): Promise<Outcome | undefined> {
    if (this.#session !== undefined) return undefined;
    const result = await this.#caller.call({ type: 'open', client: this.#name }, deadline);
    if (result.type !== 'answered')
      return { type: 'fail', error: { code: 'no-session', message: `never sent: no session could be opened (${result.attempts})` } };
    this.#session = Number(result.answer.value);
    return undefined;
  }
}

function isQuery(command: Command): command is Query {
  return command.op === 'read' || command.op === 'set-read' || command.op === 'counter-read';
}

function outcomeOf(result: CallResult): Outcome {
  if (result.type === 'answered') return { type: 'ok', ...result.answer };
  if (result.type === 'refused') return { type: 'fail', error: { code: 'refused', message: result.attempts } };
  return { type: 'info', error: { code: 'unanswered', message: result.attempts } };
}

/** What a thrown error means; undefined for one that is not known. */
export function classifyError(error: unknown): Exclude<Outcome, { type: 'ok' }> | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const described: OpError = { code: String(error.code), message: error.message };
  if (isRefusedConnection(error)) return { type: 'fail', error: described };
  return error.code === 'ECONNRESET' || error.code === 'ABORT_ERR' ? { type: 'info', error: described } : undefined;
}
