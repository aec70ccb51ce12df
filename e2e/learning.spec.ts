import { randomBytes } from 'node:crypto'
import type { ChoicePolicyView } from '#server/contracts/learning.ts'
import type { SubmitBatchReceipt, TaskView } from '#server/contracts/tasks.ts'
import { startScriptedModule } from '#server/testing/scripted-module.ts'
import { until } from '#server/testing/until.ts'
import { expect, test } from './support/test.ts'

test('what was learned of two services is seen, what the rule costs, what goes with failure, and a pin sends work elsewhere', async ({
  page,
  client,
}) => {
  test.slow()
  await using cleanup = new AsyncDisposableStack()
  const mark = randomBytes(4).toString('hex')
  const type = `e2e.learning-${mark}`
  const [steady, shaky] = [`steady-${mark}`, `shaky-${mark}`]
  for (const id of [steady, shaky]) {
    const service = cleanup.use(
      await startScriptedModule(({ payload }) => {
        const isBad = id === shaky && (payload as { language: string }).language === 'de'
        return { status: isBad ? 500 : 200, body: { done: true } }
      }),
    )
    await client.mutate('modules.register', {
      id,
      name: id,
      category: 'browser tests',
      version: '1.0.0',
      instances: [{ endpoint: service.endpoint, capacity: 20 }],
      capabilities: [{ type }],
      breaker: { failureThreshold: 1_000 },
    })
    cleanup.defer(async () => {
      await client.mutate('modules.disable', { id, reason: 'the test is over' })
      await client.mutate('modules.remove', { id, reason: 'the test is over' })
    })
  }
  const explored: ChoicePolicyView = await client.query('brain.policy')
  await client.mutate('brain.setPolicy', { ...explored, explorationRate: 0.1 })
  const submit = async (count: number, moduleId?: string) => {
    const tasks = Array.from({ length: count }, (_, index) => ({
      type,
      payload: { language: index % 2 === 0 ? 'de' : 'en' },
      maxAttempts: 1,
      ...(moduleId !== undefined && { moduleId }),
    }))
    await client.mutate<SubmitBatchReceipt>('tasks.submitBatch', { tasks })
  }
  await submit(60, steady)
  await submit(60, shaky)
  await submit(700)
  await until('they have ended', async () => {
    const { items } = await client.query<{ items: unknown[] }>('tasks.list', { type, status: ['ready', 'running'] })
    return items.length === 0
  })

  await page.goto(`/learning?type=${type}&hours=1`)
  const map = page.getByRole('table', { name: 'Services by task type' })
  await expect(map.getByRole('row', { name: steady })).toContainText(/100 %.*sure · n/)
  const known = page.getByRole('table', { name: 'What is known of each service' })
  await expect(known.getByRole('row').nth(1)).toContainText(steady)
  await expect(known.getByRole('row', { name: shaky })).toContainText('HTTP_500')

  await page.getByRole('tab', { name: 'Cost of rules' }).click()
  await expect(page).toHaveURL(/tab=rules/)
  const score = page.getByRole('table', { name: `Best score: ${type}` })
  await expect(score.getByRole('row', { name: /^Success/ })).toContainText(steady)
  await expect(score.getByRole('row', { name: /^Success/ })).toContainText(/\d+ effective/)
  await expect(page.getByRole('table', { name: 'Without a choice' })).toContainText('Pin of the task')

  await page.getByRole('tab', { name: 'Patterns' }).click()
  const patterns = page.getByRole('table', { name: 'Patterns' })
  await expect(patterns).toContainText(`Calls on ${shaky} fail`)
  await expect(patterns).toContainText('Calls with language = "de" fail')

  await page.getByRole('tab', { name: 'Memory' }).click()
  await page.getByRole('button', { name: 'Keep a context' }).click()
  const dialog = page.getByRole('dialog', { name: 'Keep a context' })
  await dialog.getByLabel('Name').fill(`trip-${mark}`)
  await dialog.getByLabel('Value').fill('{"harbour": ')
  await dialog.getByLabel('Task types').fill(type)
  await dialog.getByRole('button', { name: 'Keep' }).click()
  await expect(dialog.getByText('is not valid JSON')).toBeVisible()
  await dialog.getByLabel('Value').fill('{"harbour": "Lisbon"}')
  await dialog.getByRole('button', { name: 'Keep' }).click()
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('table', { name: 'Long-term statistics by task type' })).toContainText(type)
  await expect(page.getByRole('table', { name: 'Short-term memory' }).getByRole('row').nth(1)).toBeVisible()
  await page.getByRole('button', { name: `trip-${mark}` }).click()
  await expect(page.getByRole('dialog')).toContainText('Lisbon')
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByRole('button', { name: `trip-${mark}` })).toBeHidden()

  await page.getByRole('tab', { name: 'Choice' }).click()
  await page.getByRole('combobox', { name: `Pin of ${type}` }).click()
  await page.getByRole('option', { name: shaky }).click()
  await expect(page.getByText('The choice of services was changed')).toBeVisible()
  const { id } = await client.mutate<TaskView>('tasks.submitAndWait', { type, payload: { language: 'en' } })
  await page.goto(`/tasks/${id}`)
  await expect(page.getByText('operators pinned this type to it')).toBeVisible()
  await expect(page.getByText('Pin of the type')).toBeVisible()
  await expect(page.getByText('100 % of 2 options')).toBeVisible()
  const { version } = await client.query<ChoicePolicyView>('brain.policy')
  await client.mutate('brain.setPolicy', { ...explored, version })
})
