import { existsSync } from 'node:fs'
import { type Browser, chromium } from '@playwright/test'

const systemChromium = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find(file => file && existsSync(file))

/** Chromium as the browser tests use it, with exact figures of the heap. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(systemChromium ? { executablePath: systemChromium } : {}),
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      '--no-first-run',
      '--enable-precise-memory-info',
    ],
  })
}
