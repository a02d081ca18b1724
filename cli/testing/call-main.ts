/** For tests: the command line within the test's own process. Starts in a few milliseconds, where a process of its own takes a second. */
import { stripVTControlCharacters } from 'node:util';
import { vi } from 'vitest';
import { main } from '../main.ts';

export interface Called {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What it wrote, without colours, and its exit code. */
export async function callMain(...argv: readonly string[]): Promise<Called> {
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      written[stream] += stripVTControlCharacters(String(chunk));
      return true;
    }),
  );
  try {
    const exitCode = await main(argv);
    return { exitCode, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
