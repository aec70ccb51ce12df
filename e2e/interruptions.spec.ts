import { AxeBuilder } from '@axe-core/playwright'
import type { SubmitReceipt, SubmitTask, TaskView } from '#server/contracts/tasks.ts'
import { until } from '#server/testing/until.ts'
import { type OwnModule, registerOwnModule, works } from './support/own-module.ts'
import { expect, panel, test } from './support/test.ts'

const submitTo = ({ type }: OwnModule) => ({ type, payload: { cargo: 'tea' } }) satisfies SubmitTask

/** Sends a report over the callback address of the module's newest call. */
async function report({ service }: OwnModule, body: unknown): Promise<number> {
  const call = await until('the module is called', () => service.calls.at(-1))
  const { callbackUrl } = JSON.parse(call.rawBody) as { callbackUrl: string }
  const headers = { 'content-type': 'application/json' }
  return (await fetch(callbackUrl, { method: 'POST', headers, body: JSON.stringify(body) })).status
}

test('pausing a module holds its work back until somebody resumes it, and everybody sees who did it and why', async ({
  page,
  client,
}) => {
  await using engine = await registerOwnModule(client, 'Paused engine')
  await page.goto(`/modules/${engine.id}`)
  await page.getByRole('button', { name: `Pause module ${engine.id}` }).click()
  const dialog = page.getByRole('dialog', { name: `Pause module ${engine.id}` })
  const confirm = dialog.getByRole('button', { name: 'Pause', exact: true })
  await expect(confirm).toHaveAttribute('aria-disabled', 'true')
  await dialog.getByLabel('Reason').fill('The provider asked for a break')
  await confirm.click()
  const note = page.getByRole('list', { name: 'Paused' })
  await expect(note).toContainText('The provider asked for a break')

  const { id } = await client.mutate<SubmitReceipt>('tasks.submit', submitTo(engine))
  await page.goto(`/tasks/${id}`)
  await expect(panel(page, 'Why it is waiting')).toContainText(`Module ${engine.id} is paused`)
  await page.goto('/')
  await expect(panel(page, 'Needs you')).toContainText(`Module ${engine.id} is paused`)
  expect(engine.service.calls).toHaveLength(0)

  await page.goto('/tasks')
  await expect(note).toContainText(`Module ${engine.id} is paused`)
  await note.getByRole('button', { name: `Resume module ${engine.id}` }).click()
  const resume = page.getByRole('dialog', { name: `Resume module ${engine.id}` })
  await resume.getByLabel('Reason').fill('The provider is back')
  await resume.getByRole('button', { name: 'Resume', exact: true }).click()
  await expect(page.getByText(`Module ${engine.id} is paused`)).toHaveCount(0)
  await page.goto(`/tasks/${id}`)
  await expect(panel(page, 'Result')).toContainText('"done": true')
})

test('a running task shows how far it is while it works, and what it saved', async ({ page, client }) => {
  await using engine = await registerOwnModule(client, 'Talking engine')
  engine.service.answer = () => 'hang'
  const { id } = await client.mutate<SubmitReceipt>('tasks.submit', submitTo(engine))
  await page.goto(`/tasks/${id}`)
  expect(await report(engine, { kind: 'progress', percent: 20, stage: 'unloading', message: '1 of 5' })).toBe(200)
  const progress = panel(page, 'Progress')
  await expect(progress).toContainText('unloading')
  await expect(progress.getByRole('meter', { name: 'Progress' })).toHaveAttribute('aria-valuenow', '20')
  await report(engine, { kind: 'progress', percent: 80, stage: 'weighing' })
  await expect(progress.getByRole('meter', { name: 'Progress' })).toHaveAttribute('aria-valuenow', '80')
  expect(await report(engine, { kind: 'checkpoint', data: { crates: 4 } })).toBe(200)
  await progress.getByText('Checkpoint saved').click()
  await expect(progress).toContainText('"crates": 4')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const { violations } = await new AxeBuilder({ page }).include('main').analyze()
    expect(violations.map(({ id: rule }) => rule)).toEqual([])
  }
  await report(engine, { kind: 'completed', result: { unloaded: true } })
  await expect(panel(page, 'Result')).toContainText('"unloaded": true')
  await expect(progress).toHaveCount(0)
  expect((await client.query<TaskView>('tasks.get', { id })).checkpoint).toBeNull()
  engine.service.answer = works
})

test('how a type is tried again is set among the settings, and holds for its tasks', async ({ page, client }) => {
  await using engine = await registerOwnModule(client, 'Failing engine')
  engine.service.answer = () => ({ status: 500, body: null })
  await page.goto('/settings?tab=queue')
  const retries = panel(page, 'Retries by type')
  await retries.getByRole('button', { name: 'Add' }).click()
  const dialog = page.getByRole('dialog', { name: 'Retries of a type' })
  await dialog.getByLabel('Task type').fill(engine.type)
  await dialog.getByLabel('Attempts').fill('soon')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog.getByLabel('Attempts')).toHaveAccessibleDescription(/number/)
  await dialog.getByLabel('Attempts').fill('2')
  await dialog.getByLabel('First delay').fill('10')
  await dialog.getByRole('button', { name: 'Save' }).click()
  const row = retries.getByRole('row').filter({ hasText: engine.type })
  await expect(row).toContainText('2')
  const { id } = await client.mutate<SubmitReceipt>('tasks.submit', submitTo(engine))
  await page.goto(`/tasks/${id}`)
  await expect(panel(page, 'Facts')).toContainText('2 of 2')
  await page.goto('/settings?tab=queue')
  await row.getByRole('button', { name: `Let ${engine.type} go by its modules` }).click()
  await expect(row).toHaveCount(0)
})
