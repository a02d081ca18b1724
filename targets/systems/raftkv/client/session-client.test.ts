import { describe, expect, it } from 'vitest';
import type { Invocation, NodeProgram, Ns, Value } from '../../../../harness/contracts/index.ts';
import { ms } from '../../../../harness/time/units.ts';
import { createSimulator } from '../../../hosts/sim/index.ts';
import { raftkvOptions } from '../options.ts';
import type { Reply, Request } from '../protocol.ts';
import { workloadClients } from './workload-clients.ts';

/** What a node says to the n-th command or read it gets; `null`: nothing, ever. The last one holds for all later ones. */
type Script = readonly (Reply | null)[];

const NOT_LEADER: Reply = { error: 'not-leader', leader: null };
const LOST: Reply = { error: 'leadership-lost' };
const write: Invocation = { f: 'write', key: 'x', value: 1 };
const read: Invocation = { f: 'read', key: 'x', value: null };

/** Runs one operation, pinned to n1, against three scripted nodes; a node without a script is down. */
async function outcomeOf(op: Invocation, scripts: readonly (Script | undefined)[], open: Reply | null = { ok: { value: 7 } }) {
  await using cluster = createSimulator({ nodes: scripts.length });
  const seen: string[] = [];
  const programOf = (id: string, script: Script): NodeProgram => {
    let asked = 0;
    return {
      async start() {
        return {
          onMessage: () => undefined,
          onRequest(message: Value, reply: (answer: Value) => void) {
            const request = message as Request;
            if (request.type === 'command') seen.push(`${id} ${request.session}/${request.sequence}`);
            if (request.type === 'read') seen.push(`${id} read`);
            const answer = request.type === 'open' ? open : script[Math.min(asked++, script.length - 1)];
            if (answer) reply(answer);
          },
        };
      },
    };
  };
  const outcome = await cluster.run(
    (async () => {
      await Promise.all(cluster.nodes.map((node, i) => scripts[i] && node.startProgram(programOf(node.id, scripts[i]), null)));
      const factory = workloadClients['register']!(raftkvOptions.parse({ attemptMs: 100 }));
      const { signal } = new AbortController();
      await factory.setup!(cluster, signal);
      const client = await factory.open(cluster.nodes[0]!, signal);
      const deadline = (cluster.clock.now() + ms(1_000)) as Ns;
      const result = await client.invoke(op, { deadline, signal, observe: () => undefined });
      expect(cluster.clock.now()).toBeLessThan(deadline);
      await client.close();
      return result;
    })(),
  );
  return { outcome, seen };
}

describe('the outcome table of the session client', () => {
  it.each([
    { name: 'an answer is ok', op: write, scripts: [[{ ok: { value: 1 } }]], type: 'ok' },
    { name: 'every node refuses: fail', op: write, scripts: [[NOT_LEADER], [NOT_LEADER], [NOT_LEADER]], type: 'fail', code: 'refused' },
    { name: 'a read that every node refuses: fail', op: read, scripts: [[NOT_LEADER], [NOT_LEADER], undefined], type: 'fail', code: 'refused' },
    { name: 'refusals and dead nodes: fail', op: write, scripts: [[NOT_LEADER], undefined, undefined], type: 'fail', code: 'refused' },
    { name: 'one attempt without an answer: info', op: write, scripts: [[null, NOT_LEADER], [NOT_LEADER], [NOT_LEADER]], type: 'info', code: 'unanswered' },
    { name: 'a read without an answer: info', op: read, scripts: [[null]], type: 'info', code: 'unanswered' },
    { name: 'leadership lost under it: info', op: write, scripts: [[LOST, NOT_LEADER], [NOT_LEADER], [NOT_LEADER]], type: 'info', code: 'unanswered' },
    { name: 'a superseded command: info', op: write, scripts: [[{ error: 'superseded' }, NOT_LEADER], [NOT_LEADER]], type: 'info', code: 'unanswered' },
  ] satisfies readonly { name: string; op: Invocation; scripts: readonly (Script | undefined)[]; type: string; code?: string }[])('$name', async (row) => {
    const { outcome } = await outcomeOf(row.op, row.scripts);
    expect(outcome.type).toBe(row.type);
    if (outcome.type !== 'ok') expect(outcome.error.code).toBe('code' in row ? row.code : undefined);
  });

  it('says that a cas compared unequal', async () => {
    const { outcome } = await outcomeOf({ f: 'cas', key: 'x', value: [1, 2] }, [[{ ok: { value: [1, 2], applied: false } }]]);
    expect(outcome).toEqual({ type: 'ok', value: [1, 2], applied: false });
  });

  it('fails what was never sent, because no session could be opened', async () => {
    const { outcome, seen } = await outcomeOf(write, [[NOT_LEADER], [NOT_LEADER]], null);
    expect(outcome).toMatchObject({ type: 'fail', error: { code: 'no-session' } });
    expect(seen).toEqual([]);
  });

  it('starts at the pinned node, follows the hint, and repeats under the same session and number', async () => {
    const hint: Reply = { error: 'not-leader', leader: 'n3' as never };
    const { outcome, seen } = await outcomeOf(write, [[hint], [{ ok: { value: 1 } }], [null]]);
    expect(outcome.type).toBe('ok');
    expect(seen).toEqual(['n1 7/1', 'n3 7/1', 'n2 7/1']);
  });

  it('tells what became of each attempt', async () => {
    const { outcome } = await outcomeOf(write, [[null, NOT_LEADER], undefined]);
    expect(outcome.type === 'info' && outcome.error.message).toMatch(/^n1 gave no answer in time; n2 refused the connection \(\d+ times\); n1 knows no leader/);
  });
});
