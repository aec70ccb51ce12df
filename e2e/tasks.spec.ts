import type { SubmitReceipt, SubmitTask } from '#server/contracts/tasks.ts'
import { fails, registerOwnModule, works } from './support/own-module.ts'
import { expect, panel, test } from './support/test.ts'

const tail = (id: string) => `…${id.slice(-6)}`

test('a task submitted by the form runs, and its page explains each attempt', async ({ page, allowInConsole }) => {
  await page.goto('/tasks')
  await page.getByRole('button', { name: 'Submit' }).click()
  const form = page.getByRole('dialog', { name: 'Submit a task' })
  await form.getByLabel('Type').fill('language.detect')
  await expect(form.getByLabel('Payload (JSON)')).toHaveValue(/"text"/)

  allowInConsole(/status of 400.*tasks\.submit/)
  await form.getByLabel('Payload (JSON)').fill('{"text": 7}')
  await form.getByRole('button', { name: 'Submit' }).click()
  await expect(form.getByRole('alert')).toContainText('text')

  await form.getByLabel('Payload (JSON)').fill('{"text": "Dies ist ein deutscher Satz über das Wetter von gestern."}')
  await form.getByRole('button', { name: 'Submit' }).click()
  await expect(form.getByRole('status')).toContainText('Accepted')
  await form.getByRole('link', { name: 'Open the task' }).click()

  await expect(page.getByRole('heading', { name: 'language.detect', level: 1 })).toBeVisible()
  await expect(panel(page, 'Result')).toContainText('deu')
  await expect(
    panel(page, 'Timeline').getByRole('button', { name: /^Attempt 1 on language-detector, succeeded/ }),
  ).toBeVisible()
  const attempts = panel(page, 'Attempts')
  await expect(attempts.getByRole('listitem').first()).toContainText('Succeeded')
  await expect(attempts).toContainText('Because')
  await expect(attempts.getByRole('row', { name: /language-detector.*chosen/ })).toBeVisible()
  await expect(panel(page, 'Steps').getByRole('listitem').first()).toContainText('ccepted')
})

test('a failed task says why, and its retry after the module is mended succeeds and is linked both ways', async ({
  page,
  client,
}) => {
  await using engine = await registerOwnModule(client, 'Mended engine')
  engine.service.answer = fails
  const { id } = await client.mutate<SubmitReceipt>('tasks.submit', {
    type: engine.type,
    payload: { cargo: 'tea' },
    maxAttempts: 1,
  } satisfies SubmitTask)
  await page.goto(`/tasks/${id}`)
  await expect(page.getByRole('region', { name: 'Why it ended' })).toContainText('The engine is on fire.')

  engine.service.answer = works
  await page.getByRole('button', { name: 'Retry' }).click()
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(page).not.toHaveURL(new RegExp(id))
  await expect(panel(page, 'Result')).toContainText('"done": true')
  await expect(panel(page, 'Payload')).toContainText('"cargo": "tea"')

  const { pathname } = new URL(page.url())
  await panel(page, 'Facts')
    .getByRole('link', { name: tail(id) })
    .click()
  await expect(page).toHaveURL(`/tasks/${id}`)
  await panel(page, 'Facts')
    .getByRole('link', { name: tail(pathname) })
    .click()
  await expect(page).toHaveURL(pathname)
})

test('what the list of tasks is filtered by is in the address: a reload shows the same list', async ({
  page,
  client,
}) => {
  await using engine = await registerOwnModule(client, 'Listed engine')
  const submitted = await Promise.all(
    ['one', 'two'].map(cargo =>
      client.mutate<SubmitReceipt>('tasks.submit', { type: engine.type, payload: { cargo } } satisfies SubmitTask),
    ),
  )
  await page.goto('/tasks')
  await page.getByRole('searchbox', { name: 'Filter the tasks' }).fill(engine.type)
  await page.getByRole('group', { name: 'Status' }).getByRole('button', { name: 'Succeeded' }).click()
  await expect(page).toHaveURL(/status=succeeded/)
  await expect(page).toHaveURL(new RegExp(`q=${engine.type}`))

  const rows = page
    .getByRole('table')
    .getByRole('row')
    .filter({ has: page.getByRole('link') })
  await expect(rows).toHaveCount(2)
  await page.reload()
  await expect(rows).toHaveCount(2)
  for (const { id } of submitted) await expect(rows.getByRole('link', { name: tail(id) })).toBeVisible()
  await expect(page.getByRole('searchbox', { name: 'Filter the tasks' })).toHaveValue(engine.type)

  await page.getByRole('group', { name: 'Status' }).getByRole('button', { name: 'Succeeded' }).click()
  await page.getByRole('group', { name: 'Status' }).getByRole('button', { name: 'Failed' }).click()
  await expect(page.getByText('No task matches')).toBeVisible()
})

test('a task that waits says why, and when cancelled never reaches its module', async ({ page, client }) => {
  await using engine = await registerOwnModule(client, 'Resting engine')
  await client.mutate('modules.disable', { id: engine.id, reason: 'resting' })
  const { id } = await client.mutate<SubmitReceipt>('tasks.submit', {
    type: engine.type,
    payload: null,
  } satisfies SubmitTask)
  await page.goto(`/tasks/${id}`)
  const waiting = panel(page, 'Why it is waiting')
  await expect(waiting).toContainText(engine.id)
  await expect(waiting).toContainText('disabled')

  await page.getByRole('button', { name: 'Cancel' }).click()
  const dialog = page.getByRole('dialog', { name: `Cancel ${engine.type} ${tail(id)}?` })
  await dialog.getByLabel('Reason').fill('ordered by mistake')
  await dialog.getByRole('button', { name: 'Cancel the task' }).click()
  await expect(page.getByRole('region', { name: 'Why it ended' })).toContainText('ordered by mistake')
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeDisabled()

  await client.mutate('modules.enable', { id: engine.id })
  const later = await client.mutate<SubmitReceipt>('tasks.submit', {
    type: engine.type,
    payload: null,
  } satisfies SubmitTask)
  await page.goto(`/tasks/${later.id}`)
  await expect(panel(page, 'Result')).toBeVisible()
  expect(engine.service.calls.map(({ taskId }) => taskId)).toEqual([later.id])
})
