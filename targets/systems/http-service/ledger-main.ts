/** The process of the effect ledger: the outside world, over HTTP. Started by the host as a node of the cluster. */
import { readSetup, startLedger } from './ledger-server.ts';

startLedger(readSetup());
