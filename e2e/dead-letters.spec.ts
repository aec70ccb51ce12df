import { randomBytes } from 'node:crypto'
import type { Page as ListPage } from '#server/contracts/common.ts'
import type { DeadLetterGroup, DeadLetterJob } from '#server/contracts/dead-letters.ts'
import type { SubmitReceipt, SubmitTask } from '#server/contracts/tasks.ts'
import { until } from '#server/testing/until.ts'
import { setFault } from './support/fleet-faults.ts'
import { fails, registerOwnModule, works } from './support/own-module.ts'
import { product } from './support/product.ts'
import { expect, type Page, submitSignIn, test } from './support/test.ts'

const type = 'license.detect'
const moduleId = 'license-detector'

/** The only cause of the type that has open letters, once there is one. */
function causeOf(page: Page) {
  return page.getByRole('table', { name: 'Causes' }).getByRole('row').filter({ hasText: type })
}

test('a module answers garbage: its tasks are grouped as dead letters, a trial shows that it is mended, and all succeed', async ({
  page,
  client,
}) => {
  test.setTimeout(120_000)
  await setFault(moduleId, 'garbage')
  await until(
    'some tasks are dead letters',
    async () => {
      const { items } = await client.query<ListPage<DeadLetterGroup>>('deadLetters.groups', { type, state: ['open'] })
      return items.some(group => group.open >= 4)
    },
    60_000,
  )
  await page.goto('/')
  await page.getByRole('link', { name: /failed for good/ }).click()
  await expect(page).toHaveURL('/dead-letters')
  await setFault(moduleId, 'none')
  await client.mutate('breakers.resetAll', { reason: 'the licence detector is mended' })

  await expect(causeOf(page)).toContainText('BAD_RESPONSE')
  await causeOf(page).getByRole('button').click()
  await expect(page).toHaveURL(/cause=[0-9a-f]{16}/)
  await page.getByRole('button', { name: /^Reprocess all/ }).click()
  const dialog = page.getByRole('dialog', { name: /^Reprocess \d+ dead letters\?/ })
  await expect(dialog).toContainText(`of ${type}`)
  await dialog.getByRole('switch', { name: 'Try a sample first' }).click()
  await dialog.getByLabel('Size of the sample').fill('2')
  await dialog.getByRole('button', { name: 'Start the trial' }).click()

  const job = page.getByRole('region', { name: /^Reprocess \d+ letters$/ })
  await expect(job).toContainText('Sample of 2: 2 succeeded. Expect 100 % success (34 % to 100 %).')
  await job.getByRole('button', { name: 'Go on' }).click()
  await expect(job).toContainText('Done')
  await expect(job).toContainText(/New tasks: \d+ succeeded(?!, )/)
  const { items } = await client.query<ListPage<DeadLetterJob>>('deadLetters.jobs', { limit: 1 })
  expect(items[0]).toMatchObject({ status: 'done', refused: 0, skipped: 0, total: items[0]?.done })
  await expect(page.getByText('No dead letter matches')).toBeVisible()
})

test('one letter is looked into by keyboard, refused with a payload that does not fit, and reprocessed with one that does', async ({
  page,
  client,
  allowInConsole,
}) => {
  await using engine = await registerOwnModule(client, 'Posted engine', { breaker: { failureThreshold: 100 } })
  engine.service.answer = fails
  const { id } = await client.mutate<SubmitReceipt>('tasks.submit', {
    type: engine.type,
    payload: { cargo: 'tea' },
    maxAttempts: 1,
  } satisfies SubmitTask)
  await page.goto(`/dead-letters?view=letters&type=${engine.type}`)
  await expect(page.getByRole('row').filter({ hasText: `…${id.slice(-6)}` })).toContainText('ENGINE_ON_FIRE')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await expect(page.getByRole('region', { name: 'Chosen dead letters' })).toContainText('1 selected')
  await page.keyboard.press('Enter')
  const panel = page.getByRole('dialog', { name: engine.type })
  await expect(panel.getByRole('group', { name: 'Error' })).toContainText('The engine is on fire.')
  await expect(page).toHaveURL(new RegExp(`letter=${id}`))

  engine.service.answer = works
  await panel.getByRole('button', { name: 'Edit payload' }).click()
  await panel.getByLabel('Payload (JSON)').fill('{"cargo": ')
  await panel.getByRole('button', { name: 'Reprocess with this payload' }).click()
  await expect(panel.getByRole('alert')).toContainText('is not valid JSON')
  allowInConsole(/status of 413.*deadLetters\.reprocess/)
  await panel.getByLabel('Payload (JSON)').fill(JSON.stringify({ cargo: 'x'.repeat(300_000) }))
  await panel.getByRole('button', { name: 'Reprocess with this payload' }).click()
  await expect(panel.getByRole('alert')).toContainText('at most 262144')
  await panel.getByLabel('Payload (JSON)').fill('{"cargo": "coffee"}')
  await panel.getByRole('button', { name: 'Reprocess with this payload' }).click()
  await expect(panel).toContainText('2 tasks, each made from the one before')
  await expect(panel.getByRole('button', { name: 'Discard' })).toBeDisabled()
  await panel.getByRole('link', { name: 'Open the new task' }).click()
  await expect(page.getByText('"cargo": "coffee"')).toBeVisible()
  await page.goto(`/tasks/${id}`)
  await expect(page.getByRole('link', { name: /^Reprocessed by/ })).toBeVisible()
})

test('several are discarded at once, with the count and the reason', async ({ page, client }) => {
  await using engine = await registerOwnModule(client, 'Dropped engine', { breaker: { failureThreshold: 100 } })
  engine.service.answer = fails
  const tasks = [1, 2, 3].map(cargo => ({ type: engine.type, payload: { cargo }, maxAttempts: 1 }))
  await client.mutate('tasks.submitBatch', { tasks })
  await page.goto(`/dead-letters?view=letters&type=${engine.type}`)
  await expect(page.getByRole('checkbox', { name: /^Select letter/ })).toHaveCount(3)
  await page.getByRole('checkbox', { name: 'Select every loaded letter' }).click()
  await page.getByRole('button', { name: 'Discard 3' }).click()
  const dialog = page.getByRole('dialog', { name: 'Discard 3 dead letters?' })
  await expect(dialog.getByRole('button', { name: 'Discard 3' })).toBeDisabled()
  await dialog.getByLabel('Reason').fill('never needed')
  await dialog.getByRole('button', { name: 'Discard 3' }).click()
  await expect(page.getByText('No dead letter matches')).toBeVisible()
  await page.getByRole('group', { name: 'State' }).getByRole('button', { name: 'Discarded' }).click()
  await expect(page.getByRole('row').filter({ hasText: 'Discarded' })).toHaveCount(3)
})

test('a viewer sees every letter and may act on none, and is told why', async ({ page, client, browser }) => {
  await using engine = await registerOwnModule(client, 'Watched engine', { breaker: { failureThreshold: 100 } })
  engine.service.answer = fails
  await client.mutate('tasks.submit', { type: engine.type, payload: null, maxAttempts: 1 } satisfies SubmitTask)
  const viewer = { name: 'Vera Viewer', email: `vera-${randomBytes(4).toString('hex')}@example.org` }
  const password = 'only here to look around'
  const added = await page.request.post('/api/trpc/people.add', {
    headers: { origin: product().url },
    data: { ...viewer, role: 'viewer', password },
  })
  expect(added.ok(), await added.text()).toBe(true)
  const context = await browser.newContext({ baseURL: product().url, storageState: { cookies: [], origins: [] } })
  const looking = await context.newPage()
  await looking.goto(`/dead-letters?view=letters&type=${engine.type}`)
  await submitSignIn(looking, viewer.email, password)
  await looking.getByRole('row').filter({ hasText: 'ENGINE_ON_FIRE' }).getByRole('button').click()
  const panel = looking.getByRole('dialog', { name: engine.type })
  await expect(panel).toContainText('The engine is on fire.')
  for (const name of ['Reprocess', 'Edit payload', 'Discard']) {
    await expect(panel.getByRole('button', { name, exact: true })).toBeDisabled()
  }
  await panel.getByRole('button', { name: 'Discard' }).click({ force: true })
  await expect(looking.getByRole('tooltip')).toContainText('Needs the role operator')
  await context.close()
})
