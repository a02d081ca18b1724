/** The files of a new test, as text. */
import type { SinkKind } from '../../harness/ledger/observed.ts';

/** What is known of the service. */
export interface ServiceFacts {
  readonly name: string;
  readonly start: string;
  readonly health: string;
  /** What clients ask for: the name of the operation, and where it is posted to. */
  readonly operation: string;
  readonly path: string;
  readonly sink: SinkKind;
  /** The environment variable that tells the service where the outside world is. */
  readonly variable: string;
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const GUARANTEES: Readonly<Record<SinkKind, string>> = {
  keyed: "// Every request that was acknowledged has exactly one effect; also possible: 'at-most-once', 'at-least-once'.",
  plain: "// No request has two effects; also possible: 'at-least-once'. 'exactly-once' cannot be had of a plain sink under crashes.",
};

export function configText({ name, start, health, sink, variable }: ServiceFacts): string {
  return `/** What is tested, and how. Run it: npx ordeal run */
import { defineConfig, httpService } from 'ordeal';
import { every, isolateClients, kill, pause, responseLoss } from 'ordeal/nemesis';
import { operations } from './operations.ts';

const service = httpService({
  name: ${quoted(name)},
  folder: import.meta.dirname,
  // How it is started. HOST and PORT, in its environment, say where it must listen: server.listen(PORT, HOST).
  // {host} and {port} in the command are filled in, too.
  start: ${quoted(start)},
  // Answers with 200 once the service can work.
  health: ${quoted(health)},
  // How many of it run side by side. ORDEAL_PEERS has the addresses of the others.
  instances: 1,
  // What else it needs in its environment.
  env: {},
  // The outside world, of which every POST is an effect: a payment provider, a mail server, a warehouse. A ledger stands
  // for it and writes down all that arrives. 'keyed': an idempotency key is applied once. 'plain': whatever arrives is.
  sink: ${quoted(sink)},
  ledger: {
    // The environment variable by which the service is told where the outside world is.
    variable: ${quoted(variable)},
    // The field of the body, or the header, in which the service hands on the id of the request that it serves.
    intent: 'intent',
    // The header, or the field, with the idempotency key.
    key: 'idempotency-key',
    // Which of its paths are effects; what else is sent to it is answered and not counted.
    effects: '/',
    // What the outside world answers besides { receipt: 7 }.
    answer: {},
  },
  // What a status means, where it is not: 2xx done, 4xx certainly not done, everything else unknown.
  statuses: {},
  // How long the service takes, at most, to notice that something is wrong: its own time-outs.
  noticeMs: 500,
  operations,
});

${GUARANTEES[sink]}
const workload = service.requests({ guarantee: '${sink === 'keyed' ? 'exactly-once' : 'at-most-once'}' });

export default defineConfig({
  system: service,
  host: 'process',
  tests: {
    // The outside world does what it is asked to, and its answers are lost.
    'lost-answers': { workload, faults: every('2s', responseLoss('outside')), timeLimit: '6s', rate: 50 },
    // The service dies and starts again, stands still, is cut off from its clients, and its own answers are lost.
    crashes: {
      workload,
      faults: every('2s', kill('all'), pause('one'), isolateClients('one'), responseLoss('one')),
      timeLimit: '16s',
      rate: 50,
    },
  },
});
`;
}

export function operationsText({ operation, path }: ServiceFacts): string {
  return `/**
 * What clients ask of the service. An operation returns when the service says that it is done, and throws otherwise; what it
 * throws is told apart by itself: nothing was sent, the service refused (4xx), or nobody knows (no answer, 5xx).
 */
import type { ServiceHttp, ServiceRequest } from 'ordeal';

export const operations = {
  /** \`id\` is the tag of the request: the service must hand it on to the outside world (\`ledger.intent\` in ordeal.config.ts). */
  async ${operation}(http: ServiceHttp, { id, user, amount }: ServiceRequest) {
    const answer = await http.post(${quoted(path)}, { id, user, amount });
    // what is returned stands in the history
    return answer.status;
  },
};
`;
}

export function readmeText({ name }: ServiceFacts): string {
  return `# ${name}

## Fault tests

\`\`\`sh
npx ordeal run                       # every test of ordeal.config.ts
npx ordeal run --test lost-answers
npx ordeal report latest --open      # the report of the last run
\`\`\`

\`ordeal.config.ts\` says how the service is started, what stands for the outside world, and which faults hit it; \`operations.ts\` what clients ask for. Runs are kept in \`ordeal-results\`.
`;
}

export const IGNORED = 'ordeal-results/';
