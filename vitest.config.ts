import { defineConfig } from 'vitest/config';

// Suites that need real systems are `*.real.test.ts`; `npm run test:real` runs them, one after the other.
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/*.real.test.ts'],
    testTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
