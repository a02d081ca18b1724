import { homedir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Real processes, real namespaces, real databases: serial, each case within 90 s.
export default defineConfig({
  test: {
    include: ['**/*.real.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    // worker threads and processes that tests start begin as those of the command line do (bin/ordeal.js)
    env: { NODE_COMPILE_CACHE: join(homedir(), '.cache', 'ordeal', 'compiled') },
    // a browser on a busy machine
    expect: { poll: { timeout: 15_000 } },
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
  },
});
