import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const results = process.env['TEST_RESULTS'];

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.{ts,js}'],
    globalSetup: 'test/services/setup.ts',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 60_000,
    // TEST_RESULTS=FILE: what .ci/run counts
    reporters: results ? ['default', ['json', { outputFile: results }]] : ['default'],
  },
});
