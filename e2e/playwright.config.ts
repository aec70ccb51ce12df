import { existsSync } from 'node:fs'
import { defineConfig } from '@playwright/test'

const systemChromium = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find(file => file && existsSync(file))

// They take minutes and write into docs/images: only with UPDATE_PICTURES=1.
const ignored = process.env.UPDATE_PICTURES ? [] : ['pictures.spec.ts']

/** Real Chromium against the real program: built pages, embedded PostgreSQL, real modules. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../test-results',
  globalSetup: './support/start-product.ts',
  workers: 2,
  // Looking at pages changes nothing that others see; journeys do, and one of them stops the server.
  projects: [
    { name: 'pages', testMatch: 'pages/*.spec.ts', fullyParallel: true },
    { name: 'journeys', testIgnore: [...ignored, 'pages/*.spec.ts'], workers: 1, dependencies: ['pages'] },
  ],
  // Once more on a machine that may be busy; what needed it is reported as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ? [['list'], ['json']] : [['list']],
  use: {
    viewport: { width: 1440, height: 900 },
    // Recording makes pages that move four times as slow: `--trace retain-on-failure` when a failure needs it.
    trace: 'off',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(systemChromium ? { executablePath: systemChromium } : {}),
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-quic',
        '--no-first-run',
      ],
    },
  },
})
