/** What the process of the effect ledger is told, and where the harness reads it. */
import type { SinkKind } from '../../../harness/ledger/observed.ts';
import type { HttpServiceOptions } from './options.ts';

export const LEDGER_PORT = 8_090;
/** Asked by the harness alone, over a connection that no fault cuts; a service has no business there. */
export const ENTRIES_PATH = '/.ordeal/entries';

/** Handed over as JSON in this environment variable. */
export const LEDGER_SETUP = 'ORDEAL_LEDGER_SETUP';

export interface LedgerSetup {
  readonly host: string;
  readonly port: number;
  readonly sink: SinkKind;
  /** Where it keeps what it has seen, for the case that somebody kills it. */
  readonly file: string;
  readonly reading: Pick<HttpServiceOptions['ledger'], 'intent' | 'key' | 'answer' | 'effects'>;
}
