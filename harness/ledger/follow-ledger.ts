/** Copies the ledger into the history while the run goes on, from the control position, which no fault cuts. */
import type { Clock, Node, Ns, Observe, Value } from '../contracts/index.ts';
import { ms } from '../time/units.ts';
import type { LedgerPage } from './ledger-program.ts';
import { COMPLETE, LEDGER } from './observed.ts';

/** Between two looks. What is written down late is written in the ledger's order all the same. */
const EVERY: Ns = ms(20);

/** What the ledger holds from a position on. Rejects when it cannot be asked. */
export type ReadLedger = (from: number) => Promise<LedgerPage>;

/** A ledger that is a node program. Resolves when `ending` is aborted and the ledger was then read to its end. Rejects when it cannot be read any more. */
export async function followLedger(node: Node, clock: Clock, observe: Observe, ending: AbortSignal): Promise<void> {
  const channel = node.channel('control');
  const never = new AbortController().signal;
  const read: ReadLedger = async (from) => (await channel.request({ type: 'entries', from }, never)) as unknown as LedgerPage;
  try {
    await followPages(read, clock, observe, ending);
  } finally {
    await channel.close();
  }
}

/** The same for a ledger of any kind. */
export async function followPages(read: ReadLedger, clock: Clock, observe: Observe, ending: AbortSignal): Promise<void> {
  let seen = 0;
  for (;;) {
    const last = ending.aborted;
    const page = await read(seen);
    for (const { f, intent, payload } of page.entries) observe(LEDGER, f, payload as Value, intent);
    seen += page.entries.length;
    if (last) return observe(LEDGER, COMPLETE, page.sink);
    await clock.sleep(EVERY, ending).catch(() => undefined);
  }
}
