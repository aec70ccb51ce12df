import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import type { SubmitTask } from '#server/contracts/tasks.ts'
import { until } from '#server/testing/until.ts'
import { fails, registerOwnModule, works } from './support/own-module.ts'
import { product } from './support/product.ts'
import { expect, submitSignIn, test } from './support/test.ts'

const breaker = { failureThreshold: 2, openMs: 2_000, successThreshold: 1 }

/** A receiver that refuses the first of each message. */
async function startReceiver() {
  const received: { headers: Record<string, string>; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => {
      body += chunk
    })
    request.on('end', () => {
      const headers = request.headers as Record<string, string>
      const isFirst = received.every(each => each.headers['webhook-id'] !== headers['webhook-id'])
      received.push({ headers, body })
      response.writeHead(isFirst ? 500 : 200).end(isFirst ? 'later, please' : 'thanks')
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/pager`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

test('a failing module raises an alert: told to a webhook that is verified, shown in the badge, acknowledged by keyboard, resolved by itself', async ({
  page,
  client,
  allowInConsole,
}) => {
  test.setTimeout(120_000)
  allowInConsole(/status of 400.*webhooks\.create/)
  await using receiver = await startReceiver()
  await using engine = await registerOwnModule(client, 'Alarmed engine', { breaker })
  await page.goto('/settings?tab=webhooks')
  await page.getByRole('button', { name: 'Add a webhook' }).click()
  const adding = page.getByRole('dialog', { name: 'Add a webhook' })
  await adding.getByLabel('Name').fill('Night pager')
  await adding.getByLabel('Address').fill('http://169.254.169.254/latest')
  await adding.getByRole('button', { name: 'Add' }).click()
  await expect(adding.getByRole('alert')).toContainText('private, local or reserved')
  await expect(adding.getByLabel('Name')).toHaveValue('Night pager')
  await adding.getByLabel('Address').fill(receiver.url)
  await adding.getByLabel('Breaker open', { exact: true }).check()
  await adding.getByRole('button', { name: 'Add' }).click()
  const secret = await page
    .getByRole('dialog', { name: /The secret of/ })
    .locator('output')
    .innerText()
  await page.getByRole('button', { name: 'I have it' }).click()

  await page.goto('/alerts')
  engine.service.answer = fails
  const task = { type: engine.type, payload: null, maxAttempts: 5 } satisfies SubmitTask
  await client.mutate('tasks.submit', task)
  const row = page.getByRole('listitem').filter({ hasText: `${engine.name}: breaker` })
  await expect(row).toBeVisible()
  await expect(page).toHaveTitle(/^\(\d+\) Alerts/)
  await expect(page.getByRole('link', { name: /^Alerts/ }).first()).toContainText(/alerts? open/)
  await page.getByLabel('Filter the alerts').fill(engine.name)
  await expect(page).toHaveURL(/q=Alarmed/)
  await page.keyboard.press('Escape')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  const sheet = page.getByRole('dialog', { name: new RegExp(engine.name) })
  await expect(sheet).toContainText('Evidence')
  await sheet.getByRole('button', { name: 'Acknowledge' }).click()
  await page.getByLabel('Note').fill('changing the pump')
  await page.getByRole('dialog', { name: 'Acknowledge the alert' }).getByRole('button', { name: 'Acknowledge' }).click()
  await expect(sheet).toContainText('Acknowledged by')
  await expect(sheet).toContainText('changing the pump')
  engine.service.answer = works
  await client.mutate('tasks.submit', task)
  await expect(sheet).toContainText('Resolved by Quarterdeck', { timeout: 30_000 })

  await until(
    'the receiver has taken what it refused at first',
    () => new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size * 2 <= receiver.received.length,
    30_000,
  )
  for (const { body, headers } of receiver.received) new Webhook(secret).verify(body, headers)
  await page.goto('/settings?tab=webhooks')
  const hook = page.getByRole('listitem').filter({ hasText: 'Night pager' })
  await hook.getByRole('button', { name: 'Deliveries' }).click()
  const log = page.getByRole('dialog', { name: 'Deliveries to Night pager' })
  await expect(log).toContainText('alert.raised')
  await expect(log).toContainText('HTTP 500')
  await expect(log).toContainText('later, please')
  await page.keyboard.press('Escape')
  await hook.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByText('Alerts are sent nowhere yet')).toBeVisible()
})

test('a maintenance window keeps an alert out of the open ones; a window that ends before it starts is refused beside its end', async ({
  page,
  client,
}) => {
  await using engine = await registerOwnModule(client, 'Serviced engine', { breaker })
  await page.goto('/alerts?tab=silences')
  await page.getByRole('button', { name: 'New silence' }).click()
  const dialog = page.getByRole('dialog', { name: 'Silence alerts' })
  await dialog.getByLabel('Reason').fill('new gearbox')
  await dialog.getByLabel('To', { exact: true }).fill('2020-01-01T10:00')
  await dialog.getByRole('button', { name: 'Silence' }).click()
  await expect(dialog.getByRole('alert')).toContainText('must be after the start')
  await expect(dialog.getByLabel('Reason')).toHaveValue('new gearbox')
  const end = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16)
  await dialog.getByLabel('To', { exact: true }).fill(end)
  await dialog.getByRole('combobox', { name: 'Module' }).click()
  await page.getByRole('option', { name: engine.name }).click()
  await dialog.getByRole('button', { name: 'Silence' }).click()
  const silence = page.getByRole('listitem').filter({ hasText: 'new gearbox' })
  await expect(silence).toContainText('active')

  engine.service.answer = fails
  await client.mutate('tasks.submit', { type: engine.type, payload: null, maxAttempts: 5 } satisfies SubmitTask)
  await page.goto(`/alerts?state=silenced&module=${engine.id}`)
  await expect(page.getByRole('listitem').filter({ hasText: `${engine.name}: breaker` })).toContainText('Silenced')
  await page.getByRole('group', { name: 'State' }).getByRole('button', { name: /^Open/ }).click()
  await expect(page.getByText('No alert matches')).toBeVisible()
  await page.goto('/alerts?tab=silences')
  await silence.getByRole('button', { name: 'End now' }).click()
  await expect(silence).toBeHidden()
  await page.goto(`/alerts?module=${engine.id}`)
  await expect(page.getByRole('listitem').filter({ hasText: `${engine.name}: breaker` })).toBeVisible()
})

test('rules are edited where what makes no sense is refused beside its field, and invariants are checked at once', async ({
  page,
  allowInConsole,
}) => {
  allowInConsole(/status of 400.*alerts\.setRule/)
  await page.goto('/alerts?tab=rules')
  await page.getByRole('button', { name: 'Edit Work waits too long' }).click()
  const dialog = page.getByRole('dialog', { name: 'Work waits too long' })
  await dialog.getByLabel('Above (seconds)').first().fill('900')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog.getByRole('alert')).toContainText('must be above 900')
  await dialog.getByLabel('Above (seconds)').first().fill('90')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'Late: above 90 seconds' }).first()).toContainText('edited')
  await page.getByRole('tab', { name: 'Invariants' }).click()
  await page.getByRole('button', { name: 'Check all now' }).click()
  await expect(page.getByText('Every invariant holds')).toBeVisible()
  await expect(page.getByRole('list', { name: 'Invariants' }).getByText('Holds', { exact: true })).toHaveCount(13)
})

test('a viewer sees alerts, rules and silences and may change none, and no webhook is shown to him', async ({
  page,
  browser,
}) => {
  const viewer = { name: 'Walt Viewer', email: `walt-${randomBytes(4).toString('hex')}@example.org` }
  const password = 'only here to look around'
  const added = await page.request.post('/api/trpc/people.add', {
    headers: { origin: product().url },
    data: { ...viewer, role: 'viewer', password },
  })
  expect(added.ok(), await added.text()).toBe(true)
  const context = await browser.newContext({ baseURL: product().url, storageState: { cookies: [], origins: [] } })
  const looking = await context.newPage()
  await looking.goto('/alerts?tab=rules')
  await submitSignIn(looking, viewer.email, password)
  await expect(looking.getByRole('button', { name: 'Edit Health of the fleet' })).toBeDisabled()
  await looking.getByRole('tab', { name: 'Silences' }).click()
  await expect(looking.getByRole('button', { name: 'New silence' })).toBeDisabled()
  await looking.getByRole('tab', { name: 'Invariants' }).click()
  await expect(looking.getByRole('button', { name: 'Check all now' })).toBeDisabled()
  await looking.goto('/settings?tab=webhooks')
  await expect(looking.getByText('Webhooks are for admins')).toBeVisible()
  await context.close()
})
