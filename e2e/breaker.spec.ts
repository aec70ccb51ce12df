import type { SubmitTask } from '#server/contracts/tasks.ts'
import { fails, registerOwnModule, works } from './support/own-module.ts'
import { expect, test } from './support/test.ts'

test('a failing module is cut off, probed and taken back in front of the user, and each change is on record', async ({
  page,
  client,
}) => {
  await using engine = await registerOwnModule(client, 'Flaky engine', {
    breaker: { failureThreshold: 3, openMs: 1_500, successThreshold: 2 },
  })
  const submit = async (count: number) => {
    for (let index = 0; index < count; index++) {
      await client.mutate('tasks.submit', {
        type: engine.type,
        payload: { index },
        maxAttempts: 1,
      } satisfies SubmitTask)
    }
  }
  await page.goto(`/breakers?module=${engine.id}`)
  const card = page.getByRole('article').filter({ hasText: engine.name })
  await expect(card).toContainText('Closed')

  engine.service.answer = fails
  await submit(3)
  await expect(card).toContainText('Open')
  await expect(card).toContainText('Next probe')

  engine.service.answer = () => ({ ...works(), delayMs: 1_000 })
  await submit(4)
  await expect(card).toContainText('Half-open')
  await expect(card).toContainText('Probes succeeded')
  await expect(card).toContainText('Closed')

  await card.getByRole('button', { name: engine.name }).click()
  const changes = page.getByRole('dialog', { name: engine.name }).getByRole('listitem')
  await expect(changes).toContainText([
    /Half-open.*Closed.*2 .*successful/s,
    /Open.*Half-open/s,
    /Closed.*Open.*3 failures in a row/s,
  ])
})

test('a breaker held open says who holds it and why, and a reset gives it back to itself', async ({ page, client }) => {
  await using engine = await registerOwnModule(client, 'Held engine')
  await page.goto(`/breakers?module=${engine.id}`)
  await page.getByRole('button', { name: engine.name }).click()
  const sheet = page.getByRole('dialog', { name: engine.name, exact: true })
  await expect(sheet.getByRole('button', { name: 'Reset' })).toBeDisabled()

  await sheet.getByRole('button', { name: 'Hold open' }).click()
  const holding = page.getByRole('dialog', { name: `Hold ${engine.name} open` })
  await expect(holding.getByRole('button', { name: 'Hold open' })).toBeDisabled()
  await holding.getByLabel('Reason').fill('provider outage, ticket 4711')
  await holding.getByRole('button', { name: 'Hold open' }).click()
  await expect(holding).toBeHidden()
  await expect(sheet).toContainText('Open · held')
  await expect(sheet).toContainText(/Held open by \S+/)
  await expect(sheet).toContainText('“provider outage, ticket 4711”')

  await sheet.getByRole('button', { name: 'Reset' }).click()
  const resetting = page.getByRole('dialog', { name: `Reset ${engine.name}` })
  await resetting.getByLabel('Reason').fill('the provider is back')
  await resetting.getByRole('button', { name: 'Reset' }).click()
  await expect(resetting).toBeHidden()
  await expect(sheet).toContainText('Failures in a row')
  await expect(sheet.getByRole('listitem').first()).toContainText('the provider is back')
})
