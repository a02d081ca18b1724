import { defineConfig } from 'vitest/config';

// Real processes, real namespaces, real databases: serial, each case within 90 s.
export default defineConfig({
  test: {
    include: ['**/*.real.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 90_000,
    hookTimeout: 90_000,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
  },
});
