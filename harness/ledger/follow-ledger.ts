/** Copies the ledger into the history while the run goes on, from the control position, which no fault cuts. */
import type { Clock, Node, Ns, Observe, Value } from '../contracts/index.ts';
import { ms } from '../time/units.ts';
import type { LedgerPage } from './ledger-program.ts';
import { COMPLETE, LEDGER } from './observed.ts';

/** Between two looks. What is written down late is written in the ledger's order all the same. */
const EVERY: Ns = ms(20);

/** Resolves when `ending` is aborted and the ledger was then read to its end. Rejects when it cannot be read any more. */
export async function followLedger(node: Node, clock: Clock, observe: Observe, ending: AbortSignal): Promise<void> {
  const channel = node.channel('control');
  const never = new AbortController().signal;
  let seen = 0;
  try {
    for (;;) {
      const last = ending.aborted;
      const page = (await channel.request({ type: 'entries', from: seen }, never)) as unknown as LedgerPage;
      for (const { f, intent, payload } of page.entries) observe(LEDGER, f, payload as Value, intent);
      seen += page.entries.length;
      if (last) return observe(LEDGER, COMPLETE, page.sink);
      await clock.sleep(EVERY, ending).catch(() => undefined);
    }
  } finally {
    await channel.close();
  }
}
