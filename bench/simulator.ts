/**
 * Simulated messages per second: nodes that pass tokens around as fast as the simulator lets them, with a timer now and
 * then. Prints one line per shape. `npx node bench/simulator.ts`. The goal: 10^6 messages a second.
 */
import type { Env, NodeId, NodeProgram, Ns, RunningProgram } from '../harness/contracts/index.ts';
import { createRealClock } from '../harness/time/real-clock.ts';
import { NS_PER_S } from '../harness/time/units.ts';
import { createSimulator } from '../targets/hosts/sim/index.ts';

const realClock = createRealClock();
const MESSAGES = 3_000_000;

/** Forwards each token to the next peer in turn; one message made per message handled. */
function tokenProgram(tokens: number, count: { left: number }): NodeProgram {
  return {
    async start(env: Env): Promise<RunningProgram> {
      let next = 0;
      const forward = (token: number): void => {
        if (count.left-- <= 0) return;
        env.send(env.peers[next++ % env.peers.length] as NodeId, { token });
      };
      env.timer(1_000_000 as Ns, () => {
        for (let token = 0; token < tokens; token++) forward(token);
      });
      return { onMessage: (_from, message) => forward((message as { readonly token: number }).token), onRequest: (message, reply) => reply(message) };
    },
  };
}

async function measure(nodes: number, tokens: number): Promise<void> {
  const count = { left: MESSAGES };
  const simulator = createSimulator({ nodes, seed: 1 });
  await simulator.run(Promise.all(simulator.nodes.map((node) => node.startProgram(tokenProgram(tokens, count), null))));
  const start = realClock.now();
  await simulator.run(simulator.clock.sleep((10 ** 15) as Ns));
  const seconds = (realClock.now() - start) / NS_PER_S;
  const { sent } = simulator.network.statistics;
  const rate = Math.round(sent / seconds).toLocaleString('en');
  process.stdout.write(`${nodes} nodes, ${nodes * tokens} messages under way: ${rate} messages/s (${sent.toLocaleString('en')} in ${seconds.toFixed(2)} s)\n`);
  await simulator[Symbol.asyncDispose]();
}

for (const [nodes, tokens] of [
  [3, 1],
  [3, 10],
  [5, 20],
  [5, 1000],
] as const) {
  await measure(nodes, tokens);
}
