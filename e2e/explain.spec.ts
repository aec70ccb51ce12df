import type { SubmitTask } from '#server/contracts/tasks.ts'
import { fails, registerOwnModule, works } from './support/own-module.ts'
import { expect, panel, test } from './support/test.ts'

test('a task behind an open breaker says so, with what would help; a reset lets it run', async ({ page, client }) => {
  await using engine = await registerOwnModule(client, 'Stuck engine', {
    breaker: { failureThreshold: 2, openMs: 600_000 },
  })
  const submit = (maxAttempts: number) =>
    client.mutate<{ id: string }>('tasks.submit', {
      type: engine.type,
      payload: null,
      maxAttempts,
    } satisfies SubmitTask)
  engine.service.answer = fails
  await submit(1)
  await submit(1)
  await page.goto(`/breakers?module=${engine.id}`)
  await expect(page.getByRole('article').filter({ hasText: engine.name })).toContainText('Open')

  engine.service.answer = works
  const { id } = await submit(4)
  await page.goto(`/tasks/${id}`)
  const why = panel(page, 'Why it is waiting')
  await expect(why).toContainText(`The breaker of ${engine.id} is open; expected to start in about`)
  await expect(why.getByRole('list', { name: 'What holds it' })).toContainText('last failure ENGINE_ON_FIRE')
  await expect(why).toContainText(/Expected to start in \d+ min/)
  await why.getByRole('link', { name: `Reset the breaker of ${engine.id}` }).click()

  await page.getByRole('button', { name: engine.name }).click()
  const sheet = page.getByRole('dialog', { name: engine.name, exact: true })
  await sheet.getByRole('button', { name: 'Reset' }).click()
  const resetting = page.getByRole('dialog', { name: `Reset ${engine.name}` })
  await resetting.getByLabel('Reason').fill('the engine is repaired')
  await resetting.getByRole('button', { name: 'Reset' }).click()
  await expect(resetting).toBeHidden()

  await page.goto(`/tasks/${id}`)
  await expect(page.getByText('Succeeded').first()).toBeVisible()
})

test('a limit is set in the settings, holds work back visibly, and lets it go when it is taken away', async ({
  page,
  client,
}) => {
  await using engine = await registerOwnModule(client, 'Limited engine')
  engine.service.answer = () => ({ ...works(), delayMs: 60_000 })
  await page.goto('/settings?tab=queue')
  const limits = panel(page, 'Calls at once, by type')
  await limits.getByRole('button', { name: 'Add' }).click()
  await limits.getByRole('textbox', { name: 'Type' }).fill(engine.type)
  await limits.getByRole('textbox', { name: 'Calls at most of' }).fill('1')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText('The policy is saved').first()).toBeVisible()

  const submit = () =>
    client.mutate<{ id: string }>('tasks.submit', { type: engine.type, payload: null } satisfies SubmitTask)
  const statusOf = async (task: string) => (await client.query<{ status: string }>('tasks.get', { id: task })).status
  const first = await submit()
  await expect.poll(() => statusOf(first.id)).toBe('running')
  const { id } = await submit()
  await page.goto(`/tasks/${id}`)
  const why = panel(page, 'Why it is waiting')
  await expect(why).toContainText(`Tasks of type ${engine.type} are at their concurrency limit`)
  await expect(why).toContainText('1 run here, 1 allowed by the queue policy')
  engine.service.answer = works
  await why.getByRole('link', { name: 'Raise the limit' }).click()

  await page.getByRole('button', { name: `Remove ${engine.type}` }).click()
  await page.getByRole('button', { name: 'Save' }).click()
  await expect.poll(() => statusOf(id)).toBe('succeeded')
  await client.mutate('tasks.cancel', { id: first.id })
})
