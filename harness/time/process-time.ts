/**
 * The clock of the process we are in, read as any program reads it: through the C library, and so through whatever a
 * clock fault has put there. Node programs read it as their own; probes compare it with the harness's reading.
 */

/** Milliseconds since 1970, as this process believes. */
export function processWallMs(): number {
  return Date.now();
}

/** Nanoseconds of the monotonic clock, as this process believes; its zero is the machine's. Beyond 2^53 only after 104 days of uptime. */
export function processMonotonicNs(): number {
  return Number(process.hrtime.bigint());
}

/** Milliseconds since 1970 of a date that somebody else wrote (an HTTP header, a log line); undefined when it is none. */
export function parseCalendarMs(text: string): number | undefined {
  const wallMs = Date.parse(text);
  return Number.isNaN(wallMs) ? undefined : wallMs;
}
