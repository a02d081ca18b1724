/** The child's side of a helper process: serves requests from stdin until stdin ends, which means that the harness is gone. */
import { messageOf } from '../../../harness/errors/ordeal-error.ts';
import { type HelperAnswer, type HelperRequest, readJsonLines } from './line-protocol.ts';

/**
 * Answers each request with what `serve` gives; what it throws goes back as the error. When stdin ends, whatever the
 * reason, `atEnd` runs (and is awaited) and the process exits: a helper never outlives its harness.
 */
export function serveRequests<R, A>(serve: (request: R) => Promise<A> | A, atEnd: () => unknown = () => {}): void {
  const answer = (line: HelperAnswer<A>): void => {
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
  const receive = async (message: HelperRequest<R>): Promise<void> => {
    try {
      answer({ id: message.id, answer: await serve(message.request) });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? { code: String(error.code) } : {};
      answer({ id: message.id, error: { message: messageOf(error), ...code } });
    }
  };
  // The harness may be gone while we answer: the end of stdin follows and decides.
  process.stdout.on('error', () => {});
  readJsonLines(
    process.stdin,
    (message) => void receive(message as HelperRequest<R>),
    async () => {
      await atEnd();
      process.exit(0);
    },
  );
}
