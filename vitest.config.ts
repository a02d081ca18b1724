import { homedir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Suites that need real systems are `*.real.test.ts`; `npm run test:real` runs them, one after the other.
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.real.test.ts'],
    testTimeout: 60_000,
    // worker threads and processes that tests start begin as those of the command line do (bin/ordeal.js)
    env: { NODE_COMPILE_CACHE: join(homedir(), '.cache', 'ordeal', 'compiled') },
    pool: 'forks',
    maxWorkers: 2,
  },
});
