/** Which levels of reads a binary knows. One that does not know `linearizable` takes it for `weak` and says nothing. */
import { readFile } from 'node:fs/promises';

/** The name that the level has in rqlite's protocol, which the binary carries. */
const LINEARIZABLE = 'LEVEL_LINEARIZABLE';

/** Rejects when the file cannot be read. Builds that carry no version are told apart this way too. */
export async function knowsLinearizable(binary: string): Promise<boolean> {
  return (await readFile(binary)).includes(LINEARIZABLE);
}
