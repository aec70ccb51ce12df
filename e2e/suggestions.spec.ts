import { randomBytes } from 'node:crypto'
import type { Page as PageOf } from '#server/contracts/common.ts'
import type { ModuleView } from '#server/contracts/modules.ts'
import type { SuggestionView } from '#server/contracts/suggestions.ts'
import type { SubmitBatchReceipt } from '#server/contracts/tasks.ts'
import { until } from '#server/testing/until.ts'
import { recordHangingCalls } from './support/degraded-fleet.ts'
import { registerOwnModule, works } from './support/own-module.ts'
import { product } from './support/product.ts'
import { expect, panel, signedOut, submitSignIn, test } from './support/test.ts'

const password = 'here to decide on things'
/** What is accepted within a second of a change is on neither side of the comparison. */
const settleMs = 1_200

test('from a degraded fleet to a verdict: found by the analysis, looked at, approved by a second person who is told what changes as she reads, voided by an edit, applied, found to be better, taken back', async ({
  page,
  browser,
  client,
}) => {
  test.slow()
  await using engine = await registerOwnModule(client, 'Hanging engine')
  let calls = 0
  engine.service.answer = () => (++calls % 40 === 0 ? 'hang' : { ...works(), delayMs: 40 })
  await recordHangingCalls(engine)
  const limitOf = async () =>
    (await client.query<ModuleView>('modules.get', { id: engine.id })).breakerConfig.callTimeoutMs
  expect(await limitOf()).toBe(30_000)

  await page.goto('/suggestions')
  await page.getByRole('button', { name: 'Analyze now' }).first().click()
  await page.getByRole('link', { name: /Give calls of Hanging engine .+ those that hang hold a place/ }).click()
  await expect(panel(page, 'What would be changed')).toContainText('Hanging engine')
  await expect(panel(page, 'What it is expected to do')).toContainText(
    /Latency, mean · Hanging engine: [\d.]+ s → \d+ ms/,
  )
  await expect(page.getByRole('table', { name: 'Evidence' })).toContainText('timed out')
  await expect(panel(page, 'Evidence').getByRole('img').first()).toBeVisible()
  const path = new URL(page.url()).pathname
  const id = path.split('/').at(-1)
  const suggestion = () => client.query<SuggestionView>('suggestions.get', { id })

  const email = `ada-${randomBytes(4).toString('hex')}@example.org`
  const added = await page.request.post('/api/trpc/people.add', {
    headers: { origin: product().url },
    data: { name: 'Ada Approver', email, password, role: 'approver' },
  })
  expect(added.ok(), await added.text()).toBe(true)
  const context = await browser.newContext({ baseURL: product().url, storageState: signedOut, reducedMotion: 'reduce' })
  const ada = await context.newPage()
  await ada.goto(path)
  await submitSignIn(ada, email, password)
  await ada.getByRole('button', { name: 'Approve', exact: true }).click()
  const approval = ada.getByRole('dialog', { name: 'Approve the suggestion' })
  await expect(approval).toContainText('→')
  // Somebody has it simulated while she reads, which is no other change; somebody else edits the module, which is one.
  await client.mutate('suggestions.simulate', { id, windowHours: 0.1 })
  await client.mutate('modules.update', { id: engine.id, configVersion: 1, description: 'edited while she reads' })
  await expect(approval.getByRole('alert')).toContainText('Somebody has changed another setting')
  await expect(approval.getByRole('button', { name: 'Approve', exact: true })).toBeDisabled()
  await approval.getByRole('button', { name: 'I have seen it' }).click()
  await approval.getByRole('button', { name: 'Approve', exact: true }).click()
  await expect(ada.getByText(/^Approved by Ada Approver/)).toBeVisible()
  await expect(ada.getByRole('img', { name: /^Accepted to done, With the change: [\d,]+ tasks/ })).toBeVisible({
    timeout: 60_000,
  })
  expect(await limitOf()).toBe(30_000)

  await client.mutate('modules.update', { id: engine.id, configVersion: 2, description: 'edited meanwhile' })
  await expect(ada.getByText(/approval by Ada Approver is void/).first()).toBeVisible()
  await expect(ada.getByRole('table', { name: 'What has changed' })).toContainText('edited meanwhile')

  await ada.getByRole('button', { name: 'Approve', exact: true }).click()
  await ada.getByRole('dialog').getByRole('button', { name: 'Approve', exact: true }).click()
  await ada.getByRole('button', { name: 'Apply', exact: true }).click()
  await ada.getByRole('dialog', { name: 'Apply the suggestion' }).getByRole('button', { name: 'Apply now' }).click()
  await expect(ada.getByText(/^Applied by Ada Approver/)).toBeVisible()
  expect(await limitOf()).toBeLessThan(5_000)
  await until('the change has settled', async () => {
    const { state } = await suggestion()
    return state.status === 'applied' && Date.now() - Date.parse(state.application.at) > settleMs
  })
  const tasks = Array.from({ length: 60 }, () => ({ type: engine.type, payload: null }))
  await client.mutate<SubmitBatchReceipt>('tasks.submitBatch', { tasks })
  await until('they have ended', async () => {
    const filter = { type: engine.type, status: ['ready', 'running', 'scheduled'], limit: 1 }
    return (await client.query<PageOf<unknown>>('tasks.list', filter)).items.length === 0
  })
  const verdict = panel(ada, 'What became of it')
  await expect(verdict).toContainText(/^.*Better since: latency mean/, { timeout: 30_000 })
  await expect(verdict.getByRole('row', { name: /^Latency, mean/ })).toContainText('Better')
  await expect(verdict).toContainText('have a counterpart before')

  await ada.getByRole('button', { name: 'Revert', exact: true }).click()
  const revert = ada.getByRole('dialog', { name: 'Take the change back' })
  await revert.getByLabel('Reason').fill('It was a rehearsal.')
  await revert.getByRole('button', { name: 'Revert', exact: true }).click()
  await expect(ada.getByText(/^Taken back by Ada Approver/)).toBeVisible()
  await expect(panel(ada, 'Who did what').getByRole('listitem').first()).toContainText('reverted by Ada Approver')
  expect(await limitOf()).toBe(30_000)
  await context.close()
})
