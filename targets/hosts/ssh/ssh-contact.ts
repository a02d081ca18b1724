/** Speaking to a program from the control position, through its machine's ssh: what no rule of ours touches. */
import type { Duplex } from 'node:stream';
import type { Clock, Ns } from '../../../harness/contracts/index.ts';
import { NS_PER_MS } from '../../../harness/time/units.ts';
import type { Contact } from '../../controls/process-signals/node-processes.ts';

/** Speaks HTTP to the listeners, one after the other, until one answers; any reaction shows that the program runs. Never rejects. */
export async function contactThrough(dial: (port: number) => Promise<Duplex>, ports: readonly number[], clock: Clock, patience: Ns): Promise<Contact> {
  const end = clock.now() + patience;
  let best: Contact = { reply: 'refused' };
  for (const port of ports) {
    const contact = await speak(dial(port), clock, Math.max(NS_PER_MS, end - clock.now()) as Ns);
    if (contact.reply === 'answered') return contact;
    if (best.reply === 'refused') best = contact;
  }
  return best;
}

function speak(dialled: Promise<Duplex>, clock: Clock, patience: Ns): Promise<Contact> {
  return new Promise((resolve) => {
    let stream: Duplex | undefined;
    let isOver = false;
    const finish = (reply: Contact['reply']): void => {
      isOver = true;
      timer.cancel();
      stream?.destroy();
      resolve({ reply });
    };
    const timer = clock.at((clock.now() + patience) as Ns, () => finish('silent'));
    dialled.then(
      (opened) => {
        stream = opened;
        opened.on('error', () => {});
        if (isOver) return void opened.destroy();
        opened.once('data', () => finish('answered'));
        opened.once('close', () => finish('answered'));
        opened.write('GET / HTTP/1.1\r\nhost: ordeal\r\nconnection: close\r\n\r\n');
      },
      () => finish('refused'),
    );
  });
}
