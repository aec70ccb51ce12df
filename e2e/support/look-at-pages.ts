import { AxeBuilder } from '@axe-core/playwright'
import type { Client } from '#server/testing/client.ts'
import { product } from './product.ts'
import { type BrowserContext, test as base, expect, type Page } from './test.ts'

/** One browser profile for all pages that a worker looks at, so that the scripts that they share are loaded once. */
const test = base.extend<object, { profile: BrowserContext }>({
  profile: [
    async ({ browser, session }, use) => {
      const profile = await browser.newContext({
        baseURL: product().url,
        storageState: session,
        // Colours that are still on their way to the other theme are nobody's contrast.
        reducedMotion: 'reduce',
        viewport: { width: 1440, height: 900 },
      })
      await use(profile)
      await profile.close()
    },
    { scope: 'worker' },
  ],
  context: ({ profile }, use) => use(profile),
  async page({ context }, use) {
    const page = await context.newPage()
    await use(page)
    await page.close()
  },
})

/** What is tried of every page, for the names of tests. */
export const soundness =
  'nothing serious for axe in either theme, on a desk or a phone, and nothing runs off the screen or lies out of reach'

/** Each theme and each size once: contrast does not hang on the size, nor room on the theme. */
const looks = [
  { colorScheme: 'dark', size: { width: 1440, height: 900 } },
  { colorScheme: 'light', size: { width: 390, height: 844 } },
] as const

/** What axe holds against the page as it is now: rule, place, and where. Serious and critical only. */
async function findViolations(page: Page, place: string): Promise<string[]> {
  // There are no frames to look into; without that detour a run takes a fifth of the time.
  const axe = new AxeBuilder({ page }).setLegacyMode(true)
  axe.options({ resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } })
  const { violations } = await axe.analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(node => `${id}, ${place}: ${node.html} ${node.failureSummary ?? ''}`))
}

/** How far the page can be scrolled sideways, in pixels. */
function findOverhang(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}

/** Buttons at the foot of a dialog that lie outside the screen: nothing scrolls to them. */
function findOutOfReach(page: Page): Promise<string[]> {
  return page
    .locator('[role=dialog] > footer button, [role=dialog] > form > footer button')
    .evaluateAll(buttons =>
      buttons.filter(button => button.getBoundingClientRect().bottom > innerHeight).map(button => button.textContent),
    )
}

/** Nothing serious for axe, and nothing runs off the screen or lies out of reach. The page is not loaded again; the theme follows that of the system. */
export async function mustBeSound(page: Page): Promise<void> {
  for (const { colorScheme, size } of looks) {
    await page.setViewportSize(size)
    await page.emulateMedia({ colorScheme })
    await expect(page.locator('html')).toHaveCSS('color-scheme', colorScheme)
    expect(await findViolations(page, `${colorScheme} at ${size.width} px`)).toEqual([])
    expect(await findOverhang(page)).toBe(0)
    expect(await findOutOfReach(page)).toEqual([])
  }
}

/** A page, or what opens over one. */
export interface Place {
  name: string
  path: string
  /** Errors that its console may have. */
  allowed?: RegExp
  /** Makes what there is to show, once. */
  prepare?: (client: Client) => Promise<void>
  /** Waits until what matters is shown, opening what has to be opened. */
  show: (page: Page) => Promise<void>
}

/** Waits for the heading of the page. */
export const heading = (name: string) => async (page: Page) => {
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible()
}

/** One test for each place. */
export function lookAt(places: readonly Place[]): void {
  for (const { name, path, allowed, prepare, show } of places) {
    test(`${name}: ${soundness}`, async ({ page, client, allowInConsole }) => {
      await prepare?.(client)
      if (allowed) allowInConsole(allowed)
      await page.goto(path)
      await show(page)
      await mustBeSound(page)
    })
  }
}
