import { AxeBuilder } from '@axe-core/playwright'
import type { SubmitBatchReceipt } from '#server/contracts/tasks.ts'
import type { Client } from '#server/testing/client.ts'
import { until } from '#server/testing/until.ts'
import { fails, registerOwnModule } from './support/own-module.ts'
import { product } from './support/product.ts'
import { type BrowserContext, test as base, expect, type Page, signedOut } from './support/test.ts'

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

/** Looks at the page without loading it again; the theme follows that of the system. */
async function mustBeSound(page: Page): Promise<void> {
  for (const { colorScheme, size } of looks) {
    await page.setViewportSize(size)
    await page.emulateMedia({ colorScheme })
    await expect(page.locator('html')).toHaveCSS('color-scheme', colorScheme)
    expect(await findViolations(page, `${colorScheme} at ${size.width} px`)).toEqual([])
    expect(await findOverhang(page)).toBe(0)
  }
}

let isBuried = false

/** Leaves some dead letters, and a job that discarded one of them. */
async function buryTasks(client: Client): Promise<void> {
  if (isBuried) return
  isBuried = true
  await using engine = await registerOwnModule(client, 'Buried engine', { breaker: { failureThreshold: 100 } })
  engine.service.answer = fails
  const tasks = [1, 2, 3].map(cargo => ({ type: engine.type, payload: { cargo }, maxAttempts: 1 }))
  const { accepted } = await client.mutate<SubmitBatchReceipt>('tasks.submitBatch', { tasks })
  await until('they are dead letters', async () => {
    const { open } = await client.query<{ open: number }>('deadLetters.count', { type: engine.type })
    return open === tasks.length
  })
  await client.mutate('deadLetters.discard', { filter: { q: accepted[0]?.id }, reason: 'one too many' })
}

interface Place {
  name: string
  path: string
  /** Makes what there is to show, once. */
  prepare?: (client: Client) => Promise<void>
  /** Waits until what matters is shown, opening what has to be opened. */
  show: (page: Page) => Promise<void>
}

const heading = (name: string) => async (page: Page) => {
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible()
}

const places: Place[] = [
  {
    name: 'the command center',
    path: '/',
    async show(page) {
      await expect(page.getByRole('table', { name: 'Modules' }).getByRole('row')).toHaveCount(10)
      await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0)
    },
  },
  {
    name: 'the modules',
    path: '/modules',
    show: page => expect(page.getByRole('link', { name: 'Report writer' })).toBeVisible(),
  },
  {
    name: 'the graph of the modules',
    path: '/modules?view=graph',
    show: page => expect(page.getByText('Report writer').first()).toBeVisible(),
  },
  {
    name: 'the routing of calls',
    path: '/modules?view=routing',
    show: page => expect(page.getByRole('table', { name: 'Routing by task type' })).toBeVisible(),
  },
  {
    name: 'the health of the fleet',
    path: '/health',
    show: page => expect(page.getByRole('table', { name: 'Terms of the score' }).getByRole('row').nth(5)).toBeVisible(),
  },
  {
    name: 'what was learned of services',
    path: '/learning',
    show: page =>
      expect(page.getByRole('table', { name: 'What is known of each service' }).getByRole('row').nth(5)).toBeVisible(),
  },
  {
    name: 'what rules cost',
    path: '/learning?tab=rules',
    show: page => expect(page.getByText('A positive difference is what the rule costs')).toBeVisible(),
  },
  {
    name: 'what is remembered',
    path: '/learning?tab=memory',
    show: page => expect(page.getByRole('table', { name: 'Short-term memory' }).getByRole('row').nth(5)).toBeVisible(),
  },
  {
    name: 'how services are chosen',
    path: '/learning?tab=choice',
    show: page => expect(page.getByRole('combobox', { name: 'Pin of text.summarize' })).toBeVisible(),
  },
  {
    name: 'the form of a deployment',
    path: '/modules/report-writer',
    async show(page) {
      await page.getByRole('button', { name: 'Deploy' }).click()
      await expect(page.getByRole('dialog', { name: /^Deploy another version/ })).toBeVisible()
    },
  },
  { name: 'a module', path: '/modules/report-writer', show: heading('Report writer') },
  {
    name: 'the form of a new module',
    path: '/modules',
    async show(page) {
      await page.getByRole('button', { name: 'Register' }).click()
      await expect(page.getByRole('dialog', { name: 'Register a module' })).toBeVisible()
    },
  },
  {
    name: 'the question before a module is disabled',
    path: '/modules/package-reader',
    async show(page) {
      await page.getByRole('button', { name: 'Disable' }).click()
      await expect(page.getByRole('dialog')).toContainText('Required by')
    },
  },
  {
    name: 'the tasks',
    path: '/tasks',
    show: page => expect(page.getByRole('table').getByRole('row').nth(5)).toBeVisible(),
  },
  {
    name: 'a task',
    path: '/tasks?status=succeeded',
    async show(page) {
      await page.getByRole('table').getByRole('row').nth(2).getByRole('link').click()
      await expect(page.getByRole('heading', { name: 'Timeline' })).toBeVisible()
      await expect(page.getByRole('heading', { name: 'Because' })).toBeVisible()
    },
  },
  {
    name: 'the form of a new task',
    path: '/tasks',
    async show(page) {
      await page.getByRole('button', { name: 'Submit' }).click()
      await expect(page.getByRole('dialog', { name: 'Submit a task' })).toBeVisible()
    },
  },
  {
    name: 'the dead letters when there is none',
    path: '/dead-letters?type=nothing.failed',
    show: page => expect(page.getByText('No dead letter matches')).toBeVisible(),
  },
  {
    name: 'the causes of dead letters',
    path: '/dead-letters',
    prepare: buryTasks,
    show: page => expect(page.getByRole('table', { name: 'Causes' }).getByRole('row').nth(1)).toBeVisible(),
  },
  {
    name: 'a dead letter among others',
    path: '/dead-letters?view=letters',
    prepare: buryTasks,
    async show(page) {
      await page.getByRole('row').filter({ hasText: 'ENGINE_ON_FIRE' }).first().getByRole('button').click()
      await page.getByRole('button', { name: 'Edit payload' }).click()
      await expect(page.getByRole('dialog').getByLabel('Payload (JSON)')).toBeVisible()
    },
  },
  {
    name: 'the question before dead letters are reprocessed',
    path: '/dead-letters',
    prepare: buryTasks,
    async show(page) {
      await page.getByRole('button', { name: /^Reprocess all/ }).click()
      await page.getByRole('dialog').getByRole('switch', { name: 'Try a sample first' }).click()
      await expect(page.getByRole('dialog').getByRole('button', { name: /Start the trial|Reprocess/ })).toBeVisible()
    },
  },
  {
    name: 'the jobs on dead letters',
    path: '/dead-letters?view=jobs',
    prepare: buryTasks,
    show: page => expect(page.getByText('discarded').first()).toBeVisible(),
  },
  {
    name: 'the breakers',
    path: '/breakers',
    show: page => expect(page.getByRole('article').first()).toBeVisible(),
  },
  {
    name: 'the grid of breakers',
    path: '/breakers?view=grid',
    show: page => expect(page.getByRole('list', { name: 'Breakers' }).getByRole('button').first()).toBeVisible(),
  },
  {
    name: 'the question before all work is paused',
    path: '/tasks',
    async show(page) {
      await page.getByRole('button', { name: 'Pause all work' }).click()
      await expect(page.getByRole('dialog').getByRole('region', { name: 'What it touches' })).toContainText('queued')
    },
  },
  {
    name: 'a breaker',
    path: '/breakers',
    async show(page) {
      await page.getByRole('button', { name: 'Report writer' }).first().click()
      await expect(page.getByRole('dialog').getByRole('heading', { name: 'Thresholds' })).toBeVisible()
    },
  },
  { name: 'the alerts', path: '/alerts?state=resolved', show: heading('Alerts') },
  {
    name: 'the alert rules',
    path: '/alerts?tab=rules',
    show: page => expect(page.getByRole('list', { name: 'Alert rules' })).toBeVisible(),
  },
  {
    name: 'an alert rule',
    path: '/alerts?tab=rules',
    async show(page) {
      await page.getByRole('button', { name: 'Edit Health of the fleet' }).click()
      await expect(page.getByRole('dialog').getByLabel('For (s)').first()).toBeVisible()
    },
  },
  {
    name: 'a new silence',
    path: '/alerts?tab=silences',
    async show(page) {
      await page.getByRole('button', { name: 'New silence' }).click()
      await expect(page.getByRole('dialog').getByLabel('Reason')).toBeVisible()
    },
  },
  {
    name: 'the invariants',
    path: '/alerts?tab=invariants',
    show: page => expect(page.getByRole('list', { name: 'Invariants' })).toBeVisible(),
  },
  {
    name: 'a new webhook',
    path: '/settings?tab=webhooks',
    async show(page) {
      await page.getByRole('button', { name: 'Add a webhook' }).click()
      await expect(page.getByRole('dialog').getByLabel('Address')).toBeVisible()
    },
  },
  {
    name: 'the suggestions',
    path: '/suggestions',
    show: page => expect(page.getByRole('button', { name: 'Analyze now' }).first()).toBeVisible(),
  },
  {
    name: 'a suggestion',
    path: '/suggestions',
    async show(page) {
      const change = { kind: 'flag', name: 'cost_based_scheduling', isOn: true }
      const proposed = await page.request.post('/api/trpc/suggestions.propose', {
        headers: { origin: product().url },
        data: { change, reason: 'to look at the page of one' },
      })
      const { result, error } = (await proposed.json()) as {
        result?: { data: { id: string } }
        error?: { data: { details: { id: string } } }
      }
      await page.goto(`/suggestions/${result?.data.id ?? error?.data.details.id}`)
      await expect(page.getByRole('button', { name: 'Reject' })).toBeVisible()
    },
  },
  {
    name: 'what if',
    path: '/what-if',
    show: heading('What if?'),
  },
  {
    name: 'the events',
    path: '/events',
    show: page => expect(page.getByRole('button', { name: /Task succeeded/ }).first()).toBeVisible(),
  },
  {
    name: 'the people',
    path: '/settings',
    show: page => expect(page.getByRole('row', { name: /operator@example\.org/ })).toBeVisible(),
  },
  {
    name: 'the keys',
    path: '/settings?tab=keys',
    show: page => expect(page.getByRole('table', { name: 'Keys' })).toBeVisible(),
  },
  {
    name: "the queue's policy",
    path: '/settings?tab=queue',
    show: page => expect(page.getByText('A task that names no priority')).toBeVisible(),
  },
  {
    name: 'a limit that is made narrower',
    path: '/settings?tab=queue',
    async show(page) {
      await page.getByLabel('Calls at once, all together').fill('1')
      await expect(page.getByRole('region', { name: 'What it touches' })).toContainText('queued')
    },
  },
  {
    name: 'the form of a new key',
    path: '/settings?tab=keys',
    async show(page) {
      await page.getByRole('button', { name: 'Create a key' }).click()
      await page.getByRole('dialog').getByRole('radio', { name: 'A module' }).click()
      await expect(page.getByRole('dialog').getByLabel('Module', { exact: true })).toBeVisible()
    },
  },
  {
    name: 'the replicas',
    path: '/settings?tab=replicas',
    show: page => expect(page.getByRole('table', { name: 'Replicas' }).getByText('this one')).toBeVisible(),
  },
  {
    name: 'what runs here',
    path: '/settings?tab=about',
    show: page => expect(page.getByText('Running for')).toBeVisible(),
  },
  {
    name: 'the palette',
    path: '/breakers',
    async show(page) {
      await page.keyboard.press('Control+k')
      await expect(page.getByRole('option', { name: /Report writer/ })).toBeVisible()
    },
  },
  { name: 'a page that does not exist', path: '/no-such-page', show: heading('There is no such page') },
]

for (const { name, path, prepare, show } of places) {
  test(`${name}: nothing serious for axe in either theme, on a desk or a phone, and nothing runs off the screen`, async ({
    page,
    client,
    allowInConsole,
  }) => {
    await prepare?.(client)
    if (path === '/no-such-page') allowInConsole(/status of 404.*no-such-page/)
    await page.goto(path)
    await show(page)
    await mustBeSound(page)
  })
}

base.describe('without a session', () => {
  base.use({ storageState: signedOut })

  base(
    'the sign-in: nothing serious for axe in either theme, on a desk or a phone, and nothing runs off the screen',
    async ({ page }) => {
      await page.goto('/sign-in')
      await mustBeSound(page)
    },
  )
})
