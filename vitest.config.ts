import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{server,fleet,components,packages}/**/*.test.{ts,tsx}'],
    globalSetup: ['server/testing/global-setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Much of it is waiting: for a lease to run out, a probe to be due.
    maxWorkers: 2,
    // Once more on a machine that may be busy; what needed it is reported as flaky.
    retry: process.env.CI ? 1 : 0,
    coverage: { include: ['server/**', 'fleet/**', 'components/**'], exclude: ['**/generated/**', '**/*.test.*'] },
  },
})
