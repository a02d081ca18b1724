/**
 * How ordeal speaks with its own child processes (link proxy, probe agent, reaper): JSON, one message a line, requests on
 * their stdin and answers on their stdout, matched by number.
 */
import type { Readable } from 'node:stream';

export interface HelperRequest<R> {
  readonly id: number;
  readonly request: R;
}

export type HelperAnswer<A> =
  | { readonly id: number; readonly answer: A }
  | { readonly id: number; readonly error: { readonly message: string; readonly code?: string } };

/** Calls `receive` for every whole line of the stream, parsed; `ended` once at its end. A line that is no JSON throws. */
export function readJsonLines(stream: Readable, receive: (message: unknown) => void, ended: () => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') receive(JSON.parse(line));
  });
  stream.once('end', ended);
  stream.once('error', ended);
}
