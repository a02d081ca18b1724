import { describe, expect, it } from 'vitest';
import type { Cluster, Node, NodeId } from '../../../harness/contracts/index.ts';
import { advertisedCluster, asExec, type ExecProgram } from '../conformance/advertised-cluster.ts';
import { agreeOnNone, areUnited, holdsWhole, viewIn } from './members.ts';
import { nats } from './system.ts';

const { nodes } = advertisedCluster;
const programOf = (node: Node, cluster = advertisedCluster): ExecProgram =>
  asExec(nats.program(node, cluster, { server: '/opt/nats' }, nats.options.parse({})));
const linesOf = ({ env }: ExecProgram): readonly string[] => env['ORDEAL_CONFIGURATION']!.split('\n').map((line) => line.trim());

describe('the program of a server', () => {
  it('binds its own addresses, and tells the others where all find each other', () => {
    const program = programOf(nodes[1]!);
    expect(program.ports).toEqual([4222, 8222, 6222]);
    expect(linesOf(program)).toEqual(
      expect.arrayContaining([
        'server_name: n2',
        'listen: "127.9.0.2:4222"',
        'http: "127.9.0.2:8222"',
        'jetstream { store_dir: "/run/n2/data/nats", max_memory_store: 64MB, max_file_store: 1GB }',
        'listen: "127.9.0.2:6222"',
        'advertise: "127.9.253.2:6222"',
        'routes: ["nats://127.9.253.1:6222", "nats://127.9.253.3:6222"]',
      ]),
    );
    expect(program.argv.slice(4)).toEqual(['/opt/nats', '/run/n2/data/nats']);
  });

  it('is the same at every start', () => {
    expect(programOf(nodes[0]!)).toEqual(programOf(nodes[0]!));
  });

  it('knows of nobody where it is alone', () => {
    const program = programOf(nodes[0]!, { nodes: nodes.slice(0, 1) } as unknown as Cluster);
    expect(program.ports).toEqual([4222, 8222]);
    expect(linesOf(program).some((line) => line.startsWith('cluster'))).toBe(false);
  });
});

interface Told {
  /** Whom the server takes for the leader of all. */
  readonly leader?: string;
  /** Of the stream; null: it has no stream. */
  readonly stream?: { readonly leader: string; readonly last?: number; readonly gone?: boolean } | null;
  /** What it says of the other servers, where it leads. */
  readonly sees?: { readonly current?: boolean; readonly offline?: boolean };
}

const others = (node: string, { current = true, offline = false } = {}): object[] =>
  ['n1', 'n2', 'n3'].filter((name) => name !== node).map((name) => ({ name, current, ...(offline && { offline }) }));

/** As `/jsz` says it. */
const viewOf = (node: string, { leader = 'n2', stream = { leader: 'n1' }, sees }: Told = {}) => ({
  node: node as NodeId,
  ...viewIn(
    JSON.stringify({
      meta_cluster: { name: 'ordeal', ...(leader && { leader }), cluster_size: 3, ...(leader === node && { replicas: others(node, sees) }) },
      account_details: [
        {
          name: '$G',
          ...(stream && {
            stream_detail: [
              { name: 'other', state: { messages: 9, last_seq: 9 } },
              {
                name: 'ordeal',
                cluster: { leader: stream.leader, ...(stream.leader === node && { replicas: others(node, { offline: stream.gone === true }) }) },
                state: { messages: stream.last ?? 5, last_seq: stream.last ?? 5 },
              },
            ],
          }),
        },
      ],
    }),
  ),
});
const viewsOf = (...told: readonly Told[]) => ['n1', 'n2', 'n3'].map((node, i) => viewOf(node, told[i]));

describe('servers are united', () => {
  it('where all name one leader, and that one sees all', () => {
    expect(areUnited(viewsOf())).toBe(true);
    expect(areUnited(viewsOf({}, {}, { leader: 'n3' }))).toBe(false);
    expect(areUnited(viewsOf({}, {}, { leader: '' }))).toBe(false);
    expect(areUnited(viewsOf({}, { sees: { offline: true } }))).toBe(false);
  });
});

describe('the stream is whole', () => {
  it('where so many have it, under one leader, and as much of it', () => {
    expect(holdsWhole(viewsOf(), 3)).toBe(true);
    expect(holdsWhole(viewsOf({}, {}, { stream: null }), 3)).toBe(false);
    expect(holdsWhole(viewsOf({}, {}, { stream: { leader: 'n2' } }), 3)).toBe(false);
    expect(holdsWhole(viewsOf({}, {}, { stream: { leader: 'n1', last: 4 } }), 3)).toBe(false);
    expect(holdsWhole(viewsOf({ stream: { leader: 'n1', gone: true } }), 3)).toBe(false);
  });

  it('where one has it that is to have it', () => {
    expect(holdsWhole(viewsOf({}, { stream: null }, { stream: null }), 1)).toBe(true);
    expect(holdsWhole(viewsOf({ stream: null }, { stream: null }, { stream: null }), 1)).toBe(false);
  });
});

describe('the stream is gone', () => {
  const none: Told = { stream: null };

  it('where nobody has it, and each is up with the leader of all', () => {
    expect(agreeOnNone(viewsOf(none, none, none))).toBe(true);
    expect(agreeOnNone(viewsOf(none, none, {}))).toBe(false);
    expect(agreeOnNone(viewsOf(none, { ...none, sees: { current: false } }, none))).toBe(false);
    expect(agreeOnNone(viewsOf(none, none, { ...none, leader: 'n1' }))).toBe(false);
    expect(agreeOnNone(viewsOf({ ...none, leader: '' }, { ...none, leader: '' }, { ...none, leader: '' }))).toBe(false);
  });
});
