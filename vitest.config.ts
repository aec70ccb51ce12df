import { defineConfig } from 'vitest/config'

/** What touches nothing but memory: its files can share a worker, which saves the start of one for each. */
const pure = ['server/{core,contracts}/**/*.test.ts', 'components/**/!(*.api).test.{ts,tsx}']

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Much of it is waiting: for a lease to run out, a probe to be due.
    maxWorkers: 2,
    // Once more on a machine that may be busy; what needed it is reported as flaky.
    retry: process.env.CI ? 1 : 0,
    coverage: { include: ['server/**', 'fleet/**', 'components/**'], exclude: ['**/generated/**', '**/*.test.*'] },
    projects: [
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['{server,fleet,packages,components}/**/*.test.{ts,tsx}'],
          exclude: pure,
          globalSetup: ['server/testing/global-setup.ts'],
        },
      },
    ],
  },
})
