import {
  type APIRequestContext,
  type BrowserContext,
  test as base,
  type ConsoleMessage,
  expect,
  type Page,
  type WebError,
} from '@playwright/test'
import { type Client, createClient } from '#server/testing/client.ts'
import { product } from './product.ts'

export type { BrowserContext, Page }
export { expect }

type Session = Awaited<ReturnType<APIRequestContext['storageState']>>

interface TestFixtures {
  /** Calls the API with the key of the installation, as another program would. */
  client: Client
  /**
   * Lets console errors that match pass from here on. Any other error in the console of any page, and any exception nobody
   * caught, fails the test.
   */
  allowInConsole: (expected: RegExp) => void
}

interface WorkerFixtures {
  session: Session
}

/** For tests that begin at the sign-in: `test.use({ storageState: signedOut })`. */
export const signedOut = { cookies: [], origins: [] }

/** Playwright's test, signed in as the administrator, with calm pages and a console that must stay free of errors. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  session: [
    async ({ playwright }, use) => {
      const { url, email, password } = product()
      const request = await playwright.request.newContext({ baseURL: url })
      const answer = await request.post('/api/auth/sign-in/email', { data: { email, password } })
      expect(answer.ok(), await answer.text()).toBe(true)
      await use(await request.storageState())
      await request.dispose()
    },
    { scope: 'worker' },
  ],
  storageState: ({ session }, use) => use(session),
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures out of the pattern.
  baseURL: ({}, use) => use(product().url),
  contextOptions: { reducedMotion: 'reduce' },
  // oxlint-disable-next-line no-empty-pattern -- as above
  client: ({}, use) => use(createClient(product().url, product().apiKey)),
  allowInConsole: [
    async ({ context }, use) => {
      const allowed: RegExp[] = []
      const { errors, stop } = collectErrors(context)
      await use(expected => void allowed.push(expected))
      stop()
      expect(errors.filter(error => !allowed.some(expected => expected.test(error)))).toEqual([])
    },
    { auto: true },
  ],
})

function collectErrors(context: BrowserContext): { errors: readonly string[]; stop: () => void } {
  const errors: string[] = []
  const onConsole = (message: ConsoleMessage) => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`)
  }
  const onUncaught = (uncaught: WebError) => void errors.push(String(uncaught.error()))
  context.on('console', onConsole)
  context.on('weberror', onUncaught)
  return {
    errors,
    stop() {
      context.off('console', onConsole)
      context.off('weberror', onUncaught)
    },
  }
}

/** Fills in the sign-in form and submits it. */
export async function submitSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** The panel of a page with this heading. */
export function panel(page: Page, heading: string) {
  return page.locator('section').filter({ has: page.getByRole('heading', { name: heading, exact: true }) })
}
