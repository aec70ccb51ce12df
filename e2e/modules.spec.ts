import { randomBytes } from 'node:crypto'
import type { ModuleView } from '#server/contracts/modules.ts'
import { startScriptedModule } from '#server/testing/scripted-module.ts'
import { until } from '#server/testing/until.ts'
import { registerOwnModule, works } from './support/own-module.ts'
import { expect, panel, test } from './support/test.ts'

const phone = { width: 390, height: 844 }

test('a service is tested before it is registered; an unreachable or refused address is said beside the field; the list is filtered by its category, even one called "any"', async ({
  page,
  client,
}) => {
  await using service = await startScriptedModule(works)
  const id = `tested-${randomBytes(4).toString('hex')}`
  await page.goto('/modules')
  await page.getByRole('button', { name: 'Register' }).click()
  const dialog = page.getByRole('dialog', { name: 'Register a module' })
  await dialog.getByLabel('Id').fill(id)
  await dialog.getByLabel('Name').fill('Tested engine')
  await dialog.getByLabel('Category').fill('any')
  await dialog.getByLabel('Task type').fill(`e2e.${id}`)
  await dialog.getByLabel('Endpoint').fill('http://127.0.0.1:9')
  await dialog.getByRole('button', { name: 'Test the connection' }).click()
  await expect(dialog.getByText('No answer came.')).toBeVisible()
  await dialog.getByLabel('Endpoint').fill('http://169.254.169.254')
  await dialog.getByRole('button', { name: 'Test the connection' }).click()
  await expect(dialog.getByText('Not called: the address is refused here.')).toBeVisible()

  await dialog.getByLabel('Endpoint').fill(service.endpoint)
  await expect(dialog.getByText('Not called: the address is refused here.')).toBeHidden()
  await dialog.getByRole('button', { name: 'Test the connection' }).click()
  await expect(dialog.getByText('It answers and is healthy.')).toBeVisible()
  await expect(dialog.getByText(/answered in .* HTTP 200/)).toBeVisible()
  await dialog.getByRole('button', { name: 'Register', exact: true }).click()
  await expect(page.getByRole('heading', { name: 'Tested engine', level: 1 })).toBeVisible()
  await expect(page.getByRole('table', { name: 'Health, taken apart' })).toContainText('Liveness')

  await page.goto('/modules')
  const rows = page.getByRole('table', { name: 'Modules' }).getByRole('row')
  await expect(rows.nth(2)).toBeVisible()
  await page.getByRole('combobox', { name: 'Category' }).click()
  await page.getByRole('option', { name: 'any (1)' }).click()
  await expect(page).toHaveURL(/category=any/)
  await expect(rows).toHaveCount(2)
  await expect(rows.nth(1)).toContainText('Tested engine')

  await client.mutate('modules.disable', { id, reason: 'the test is over' })
  await client.mutate('modules.remove', { id, reason: 'the test is over' })
})

test('of two operators who edit at once, the second sees what the first changed and loses nothing of the form', async ({
  page,
  browser,
  client,
  session,
  baseURL,
}) => {
  await using own = await registerOwnModule(client, 'Edited twice')
  const other = await browser.newContext({ storageState: session, baseURL: baseURL ?? '' })
  const second = await other.newPage()
  const edits = [page, second].map(async each => {
    await each.goto(`/modules/${own.id}`)
    await each.getByRole('button', { name: 'Edit', exact: true }).click()
    return each.getByRole('dialog', { name: 'Edit Edited twice' })
  })
  const [first, later] = await Promise.all(edits)
  await first!.getByLabel('Owner').fill('Team North')
  await first!.getByRole('button', { name: 'Save' }).click()
  await expect(first!).toBeHidden()

  await later!.getByLabel('Owner').fill('Team South')
  await later!.getByLabel('Description').fill('Kept while it is decided')
  await later!.getByRole('button', { name: 'Save' }).click()
  const both = second.getByRole('table', { name: 'Both edits' })
  await expect(both.getByRole('row', { name: /Owner/ })).toContainText('Team North')
  await expect(both.getByRole('row', { name: /Owner/ })).toContainText('Team South')
  await second.getByRole('button', { name: /^Save mine on version/ }).click()
  await expect(second.getByText('owned by Team South')).toBeVisible()
  await other.close()
  expect(await client.query('modules.get', { id: own.id })).toMatchObject({
    owner: 'Team South',
    description: 'Kept while it is decided',
  })
})

test('a module is enabled with everything it needs, one after another in order; a circle of needs is refused beside the field, and the form kept', async ({
  page,
  client,
  allowInConsole,
}) => {
  allowInConsole(/status of 4\d\d.*modules\.update/)
  await using base = await registerOwnModule(client, 'Base need')
  await using top = await registerOwnModule(client, 'Top module')
  const { configVersion } = await client.query<ModuleView>('modules.get', { id: top.id })
  await client.mutate('modules.update', { id: top.id, configVersion, dependsOn: [base.id] })
  for (const id of [top.id, base.id]) await client.mutate('modules.disable', { id, reason: 'night' })

  await page.goto(`/modules/${top.id}`)
  await page.getByRole('button', { name: 'Enable', exact: true }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Enable Top module?' })
  const order = dialog.getByRole('list', { name: 'What is enabled, in order' }).getByRole('listitem')
  await expect(order).toHaveText([/1\.Base need/, /2\.Top module/])
  await dialog.getByRole('button', { name: 'Enable with what it needs' }).click()
  await expect(dialog).toBeHidden()
  for (const id of [base.id, top.id]) expect(await client.query('modules.get', { id })).toMatchObject({ enabled: true })

  await page.goto(`/modules/${base.id}`)
  await page.getByRole('button', { name: 'Edit', exact: true }).click()
  const edit = page.getByRole('dialog', { name: 'Edit Base need' })
  await edit.getByLabel('Description').fill('What the top stands on')
  await edit.getByRole('combobox', { name: 'Needs' }).click()
  await page.getByRole('option', { name: `Top module (${top.id})` }).click()
  await edit.getByRole('button', { name: 'Save' }).click()
  await expect(edit.getByText(new RegExp(`${base.id}.*${top.id}.*${base.id}`))).toBeVisible()
  await expect(edit.getByLabel('Description')).toHaveValue('What the top stands on')
  await edit.getByRole('button', { name: `${top.id} Remove` }).click()
  await edit.getByRole('button', { name: 'Save' }).click()
  await expect(edit).toBeHidden()
  await expect(page.getByText('What the top stands on')).toBeVisible()

  await client.mutate('modules.disable', { id: top.id, reason: 'the test is over' })
  const { configVersion: last } = await client.query<ModuleView>('modules.get', { id: top.id })
  await client.mutate('modules.update', { id: top.id, configVersion: last, dependsOn: [] })
})

test('an instance is taken out of rotation with a reason, gets no more calls, and is put back; for the last one its effect is said and confirmed', async ({
  page,
  client,
}) => {
  await using own = await registerOwnModule(client, 'Rotated engine')
  await using second = await startScriptedModule(works)
  await client.mutate('instances.register', { moduleId: own.id, endpoint: second.endpoint })
  await page.goto(`/modules/${own.id}`)
  const instances = page.getByRole('table', { name: 'Instances' })
  const row = instances.getByRole('row', { name: new RegExp(second.endpoint) }).first()
  await row.getByRole('button', { name: /^Actions for/ }).click()
  await page.getByRole('menuitem', { name: 'Take out of rotation' }).click()
  const dialog = page.getByRole('dialog', { name: /out of rotation$/ })
  await expect(dialog.getByRole('button', { name: 'Take out' })).toBeDisabled()
  await dialog.getByLabel('Reason').fill('its host is patched')
  await dialog.getByRole('button', { name: 'Take out' }).click()
  await expect(row).toContainText('out of rotation')
  await expect(row).toContainText('its host is patched')

  const last = instances.getByRole('row', { name: new RegExp(own.service.endpoint) }).first()
  await last.getByRole('button', { name: /^Actions for/ }).click()
  await page.getByRole('menuitem', { name: 'Take out of rotation' }).click()
  await expect(dialog.getByRole('region', { name: 'What it touches' })).toContainText(`Nobody else can run ${own.type}`)
  await dialog.getByLabel('Reason').fill('patched too')
  await expect(dialog.getByRole('button', { name: 'Take out' })).toBeDisabled()
  await dialog.getByLabel(`Type “${own.id}” to confirm`).fill(own.id)
  await expect(dialog.getByRole('button', { name: 'Take out' })).toBeEnabled()
  await dialog.getByRole('button', { name: 'Cancel' }).click()

  const tasks = Array.from({ length: 12 }, () => ({ type: own.type, payload: {} }))
  await client.mutate('tasks.submitBatch', { tasks })
  await until('the other instance has done it all', async () => own.service.calls.length === tasks.length)
  expect(second.calls).toEqual([])

  await row.getByRole('button', { name: /^Actions for/ }).click()
  await page.getByRole('menuitem', { name: 'Put back into rotation' }).click()
  await expect(row).toContainText('slow start')
})

test('health is explained term by term, listed below a threshold of the URL, and readable on a phone', async ({
  page,
}) => {
  await page.goto('/')
  await page.getByRole('link', { name: 'How it was made' }).click()
  await expect(page.getByRole('heading', { name: 'Health', level: 1 })).toBeVisible()
  await expect(page.getByText(/^60 % × .* systems \+ 40 % × .* modules = /)).toBeVisible()
  await expect(page.getByRole('table', { name: 'Terms of the score' })).toContainText('database', { ignoreCase: true })
  await page.getByLabel('Threshold', { exact: true }).fill('101')
  await expect(page.getByText('It must be a figure from 0 to 100.')).toBeVisible()
  await page.getByLabel('Threshold', { exact: true }).fill('100')
  await expect(page).toHaveURL(/below=100/)
  await page.setViewportSize(phone)
  await expect(panel(page, 'What the score is made of')).toBeVisible()
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
})
