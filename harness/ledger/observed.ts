/** What the effect ledger writes into the history: `info` events of `observer:ledger`, whose key is the tag of the intent. */

/** The observer, as it stands after `observer:`. */
export const LEDGER = 'ledger';

/** A request reached the sink; its value is the payload. Its key is the intent, absent where it named none. */
export const ARRIVAL = 'arrival';

/** The outside world changed; its value is the payload. */
export const EFFECT = 'effect';

/** The sink had been seen to its end when this was written: what is not there did not happen. Its value is the kind of sink. */
export const COMPLETE = 'complete';

/** `plain`: each arrival is an effect. `keyed`: one effect per key; a repeat returns what is stored. */
export type SinkKind = 'plain' | 'keyed';
