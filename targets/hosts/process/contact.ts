/**
 * Speaking to a node from the control position: a node program is asked for its clocks, and so is a program that says how;
 * to any other we speak HTTP, whatever it speaks itself, and any reaction (bytes, or closing on us) shows that it runs. An
 * HTTP server's `Date` is its own reading of its clock.
 */
import { connect } from 'node:net';
import type { Address, Clock, ClockQuestion, Ns } from '../../../harness/contracts/index.ts';
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { parseCalendarMs } from '../../../harness/time/process-time.ts';
import { NS_PER_MS } from '../../../harness/time/units.ts';
import type { ClockSighting, Contact } from '../../controls/process-signals/node-processes.ts';
import { FramedChannel } from './framed-channel.ts';

const DATE_RESOLUTION_MS = 1_000;
const LONGEST_ANSWER = 16_384;

/** Asks a node program for its clocks. Never rejects. */
export async function contactNodeProgram(address: Address, clock: Clock, patience: Ns): Promise<Contact> {
  const channel = new FramedChannel(address, 'control');
  const abort = new AbortController();
  const timer = clock.at((clock.now() + patience) as Ns, () => abort.abort());
  try {
    const { wallMs, monotonicNs } = await channel.clocks(abort.signal);
    return { reply: 'answered', clocks: { wallMs, monotonicNs, resolutionMs: 1 } };
  } catch (error) {
    return { reply: /ECONNREFUSED/.test(messageOf(error)) ? 'refused' : 'silent' };
  } finally {
    timer.cancel();
    await channel.close();
  }
}

/** Where a program listens. */
export interface Listener {
  readonly address: Address;
  /** How it is asked for its clock there; HTTP where absent. */
  readonly asks?: ClockQuestion;
}

/** Speaks to the listeners of any program, one after the other, until one answers with its clock; the best contact counts. Never rejects. */
export async function contactProgram(listeners: readonly Listener[], clock: Clock, patience: Ns): Promise<Contact> {
  const end = clock.now() + patience;
  let best: Contact = { reply: 'refused' };
  for (const listener of listeners) {
    const contact = await speak(listener, clock, Math.max(NS_PER_MS, end - clock.now()) as Ns);
    if (contact.clocks !== undefined) return contact;
    if (contact.reply === 'answered' || best.reply === 'refused') best = contact;
  }
  return best;
}

const HTTP_QUESTION = 'GET / HTTP/1.1\r\nhost: ordeal\r\nconnection: close\r\n\r\n';

function speak({ address, asks }: Listener, clock: Clock, patience: Ns): Promise<Contact> {
  const clocksIn = (text: string): ClockSighting | undefined => (asks === undefined ? readHttpDate(text) : readAnswer(asks, text));
  return new Promise((resolve) => {
    let connected = false;
    let text = '';
    const socket = connect({ ...address, noDelay: true });
    const finish = (contact: Contact): void => {
      timer.cancel();
      socket.destroy();
      resolve(contact);
    };
    const timer = clock.at((clock.now() + patience) as Ns, () => finish({ reply: text === '' ? 'silent' : 'answered' }));
    socket.setEncoding('latin1');
    socket.once('connect', () => {
      connected = true;
      socket.write(asks?.question ?? HTTP_QUESTION);
    });
    socket.on('data', (chunk: string) => {
      text += chunk;
      const clocks = clocksIn(text);
      if (clocks !== undefined) finish({ reply: 'answered', clocks });
      else if ((asks === undefined && text.includes('\r\n\r\n')) || text.length > LONGEST_ANSWER) finish({ reply: 'answered' });
    });
    socket.once('error', () => finish({ reply: connected ? 'answered' : 'refused' }));
    socket.once('close', () => finish({ reply: connected ? 'answered' : 'refused' }));
  });
}

function readAnswer({ answer }: ClockQuestion, text: string): ClockSighting | undefined {
  const { seconds, microseconds } = answer.exec(text)?.groups ?? {};
  if (seconds === undefined || microseconds === undefined) return undefined;
  return { wallMs: Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000), resolutionMs: 1 };
}

/** The clock in the head of an HTTP answer: pure. Undefined when there is none (yet). */
export function readHttpDate(answer: string): ClockSighting | undefined {
  const date = /^HTTP\/[\s\S]*?\r\ndate: *([^\r\n]+)\r\n/i.exec(answer)?.[1];
  if (date === undefined || answer.slice(0, answer.indexOf(date)).includes('\r\n\r\n')) return undefined;
  const wallMs = parseCalendarMs(date);
  return wallMs === undefined ? undefined : { wallMs, resolutionMs: DATE_RESOLUTION_MS };
}
