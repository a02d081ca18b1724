/**
 * A witness beside a node (rule 13): in the node's namespace, at the node's address, it sends datagrams to other
 * witnesses and counts what arrives from them. It knows nothing of rules. Dies when its stdin ends.
 */
import { createSocket, type Socket } from 'node:dgram';
import { processMonotonicNs } from '../../../harness/time/process-time.ts';
import { createRealClock } from '../../../harness/time/real-clock.ts';
import { ms } from '../../../harness/time/units.ts';
import { serveRequests } from '../helper-process/serve-requests.ts';
import { WitnessConnections } from './witness-connections.ts';

export type WitnessRequest =
  | { readonly op: 'open'; readonly host: string; readonly port: number }
  /** Sends `count` datagrams with this label to each address. */
  | { readonly op: 'send'; readonly label: string; readonly count: number; readonly to: readonly string[]; readonly port: number }
  /** Sends datagrams `first` … of so many bytes, each with its number and the time when it left. */
  | {
      readonly op: 'number';
      readonly label: string;
      readonly first: number;
      readonly count: number;
      readonly bytes: number;
      readonly to: string;
      readonly port: number;
    }
  /** The numbered datagrams with this label that have arrived from that address. */
  | { readonly op: 'sightings'; readonly label: string; readonly from: string }
  /** Connects to these addresses, where no connection stands, and keeps the connections. */
  | { readonly op: 'keep'; readonly to: readonly string[]; readonly port: number }
  /** Asks over a new connection and says something over the one that is kept; `fresh`: 2 answered, 1 ended, 0 silent; `standing`: 1 or 0. */
  | { readonly op: 'look'; readonly to: string; readonly port: number; readonly patienceMs: number }
  /** How many datagrams with this label have arrived, by the address they came from. */
  | { readonly op: 'arrived'; readonly label: string };

/** A numbered datagram that arrived: when, and how long it took, by the one monotonic clock of the machine; ms. */
export type Sighting = readonly [number: number, atMs: number, tookMs: number];

export type WitnessAnswer = Readonly<Record<string, number>> | readonly Sighting[];

const connections = new WitnessConnections(createRealClock());
let socket: Socket | undefined;
const sightings = new Map<string, Sighting[]>();
const arrived = new Map<string, Record<string, number>>();

serveRequests((request: WitnessRequest) => serve(request));

async function serve(request: WitnessRequest): Promise<WitnessAnswer> {
  if (request.op === 'open') await Promise.all([open(request.host, request.port), connections.open(request.host, request.port)]);
  else if (request.op === 'send') send(request);
  else if (request.op === 'number') sendNumbered(request);
  else if (request.op === 'sightings') return sightings.get(`${request.label} ${request.from}`) ?? [];
  else if (request.op === 'keep') await connections.keep(request.to, request.port);
  else if (request.op === 'look') return connections.look(request.to, request.port, ms(request.patienceMs));
  else return arrived.get(request.label) ?? {};
  return {};
}

function open(host: string, port: number): Promise<void> {
  const made = createSocket('udp4');
  socket = made;
  made.on('message', (message, from) => {
    const [label = '', number, sentNs] = message.toString('latin1').split('|');
    if (number !== undefined) return see(`${label} ${from.address}`, Number(number), Number(sentNs));
    const counts = arrived.get(label) ?? {};
    counts[from.address] = (counts[from.address] ?? 0) + 1;
    arrived.set(label, counts);
  });
  return new Promise((resolve, reject) => {
    made.once('error', reject);
    made.bind(port, host, resolve);
  });
}

/** Errors of single datagrams (unreachable, no buffer) are losses, which is what is measured. */
function send({ label, count, to, port }: Extract<WitnessRequest, { op: 'send' }>): void {
  for (let i = 0; i < count; i++) for (const address of to) socket?.send(label, port, address, () => {});
}

function sendNumbered({ label, first, count, bytes, to, port }: Extract<WitnessRequest, { op: 'number' }>): void {
  for (let number = first; number < first + count; number++) socket?.send(`${label}|${number}|${processMonotonicNs()}|`.padEnd(bytes, '.'), port, to, () => {});
}

function see(key: string, number: number, sentNs: number): void {
  const now = processMonotonicNs();
  const seen = sightings.get(key) ?? [];
  seen.push([number, now / 1e6, (now - sentNs) / 1e6]);
  sightings.set(key, seen);
}
