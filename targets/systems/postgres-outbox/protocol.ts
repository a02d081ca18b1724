/** What the service is told when it starts, and what it is asked over HTTP. */
import type { OutboxOptions } from './options.ts';

export const SERVICE_PORT = 8_060;

/** Handed over as JSON in this environment variable. */
export const SERVICE_SETUP = 'ORDEAL_OUTBOX_SETUP';

export interface ServiceSetup extends OutboxOptions {
  readonly host: string;
  readonly port: number;
  readonly database: { readonly host: string; readonly port: number };
  readonly ledger: { readonly host: string; readonly port: number };
}

/**
 * POSTed. 200: stored, and its effect has happened or will; 422: refused; 503: certainly not stored; 500: nobody knows.
 */
export const ORDERS_PATH = '/orders';

/** GET: 200 once the service can work, and 503 before. */
export const HEALTH_PATH = '/health';

/** GET: 200 where nothing is left to be published, and 503 otherwise. */
export const IDLE_PATH = '/idle';
