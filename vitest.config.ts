import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{server,fleet,components,packages}/**/*.test.{ts,tsx}'],
    globalSetup: ['server/testing/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: { include: ['server/**', 'fleet/**', 'components/**'], exclude: ['**/generated/**', '**/*.test.*'] },
  },
})
