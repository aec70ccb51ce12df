import { until } from '#server/testing/until.ts'
import { product } from './support/product.ts'
import { expect, type Page, test } from './support/test.ts'

/** The succeeded tasks that the command center shows. */
async function readSucceeded(page: Page): Promise<number> {
  const note = page.getByRole('group', { name: 'Succeeded' }).getByText(/ in all$/)
  return Number((await note.innerText()).replace(/ in all$/, '').replaceAll(',', ''))
}

test('tasks complete in front of the user; pausing holds the figures still and resuming lets them go on', async ({
  page,
  client,
}) => {
  const succeeded = async () => (await client.query<{ succeeded: number }>('queues.stats')).succeeded
  await page.goto('/')
  await expect(page.getByRole('button', { name: 'Live. Pause live updates' })).toBeVisible()
  const atFirst = await readSucceeded(page)
  await expect.poll(() => readSucceeded(page)).toBeGreaterThan(atFirst)

  await page.getByRole('button', { name: 'Live. Pause live updates' }).click()
  await expect(page.getByText(/^Paused, as of/)).toBeVisible()
  const held = await readSucceeded(page)
  await until('five more tasks succeed', async () => (await succeeded()) >= held + 5)
  expect(await readSucceeded(page)).toBe(held)

  await page.getByRole('button', { name: 'Paused. Resume live updates' }).click()
  await expect.poll(() => readSucceeded(page)).toBeGreaterThanOrEqual(held + 5)
  await expect(page.getByText(/^Paused, as of/)).toBeHidden()
})

// Whatever becomes of a test, the next one finds the server.
test.afterEach(async () => {
  await fetch(`${product().restarterUrl}/start`, { method: 'POST' })
})

test('a restart of the server is survived in front of the user: a banner while it is away, then live again without a reload', async ({
  page,
  allowInConsole,
}) => {
  const { restarterUrl } = product()
  let loads = 0
  page.on('load', () => loads++)
  await page.goto('/')
  await expect(page.getByRole('button', { name: 'Live. Pause live updates' })).toBeVisible()

  allowInConsole(/WebSocket connection to|ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE|status of 503/)
  await fetch(`${restarterUrl}/stop`, { method: 'POST' })
  await expect(page.getByText('Connection lost.')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Offline/ })).toBeVisible()
  await page
    .getByRole('link', { name: /^Modules/ })
    .first()
    .click()
  await expect(page.getByText('That page cannot be opened now')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Command center', level: 1 })).toBeVisible()
  const before = await readSucceeded(page)

  // Said for three seconds, which may be over when the one who starts it knows that it is up.
  await Promise.all([
    expect(page.getByText('Connected again.')).toBeVisible({ timeout: 30_000 }),
    fetch(`${restarterUrl}/start`, { method: 'POST' }),
  ])
  await expect(page.getByRole('button', { name: 'Live. Pause live updates' })).toBeVisible()
  await expect.poll(() => readSucceeded(page)).toBeGreaterThan(before)
  expect(loads).toBe(1)
})

test('a page whose server goes away as soon as it is shown stands, and all of it works once the server is back', async ({
  page,
  allowInConsole,
}) => {
  const { restarterUrl } = product()
  const markup = await (await page.request.get('/')).text()
  let isAway = true
  await page.route(/_next\/static\/chunks\//, (route, request) => {
    const isPartOfPage = markup.includes(new URL(request.url()).pathname)
    return isAway && !isPartOfPage ? route.abort('connectionrefused') : route.continue()
  })
  allowInConsole(/WebSocket connection to|ERR_CONNECTION_(REFUSED|RESET)|ERR_EMPTY_RESPONSE|status of 503/)
  const refused = page.waitForEvent('requestfailed', request => request.url().includes('/chunks/'))
  await page.goto('/')
  await expect(page.getByRole('group', { name: 'Succeeded' })).toContainText(/in all$/)
  await refused
  await fetch(`${restarterUrl}/stop`, { method: 'POST' })
  await expect(page.getByText('Connection lost.')).toBeVisible()
  await page.keyboard.press('?')
  await page.getByRole('button', { name: /^Account/ }).click()
  await expect(page.getByRole('heading', { name: 'Command center', level: 1 })).toBeVisible()

  isAway = false
  await fetch(`${restarterUrl}/start`, { method: 'POST' })
  await expect(page.getByText('Connected again.')).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('img', { name: /^Throughput over time/ })).toBeVisible()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
})
