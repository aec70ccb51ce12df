import { randomBytes } from 'node:crypto'
import type { SimulationView } from '#server/contracts/simulations.ts'
import type { SubmitBatchReceipt } from '#server/contracts/tasks.ts'
import { until } from '#server/testing/until.ts'
import { registerOwnModule, works } from './support/own-module.ts'
import { product } from './support/product.ts'
import { expect, panel, signedOut, submitSignIn, test } from './support/test.ts'

const password = 'here to decide on things'

test('two people change the fleet together: simulated, proposed by one, approved by the other, voided by an edit, applied, judged, taken back', async ({
  page,
  browser,
  client,
}) => {
  test.slow()
  await using engine = await registerOwnModule(client, 'Tight engine')
  engine.service.answer = () => ({ ...works(), delayMs: 40 })
  const work = async (count: number) => {
    const before = engine.service.calls.length
    const tasks = Array.from({ length: count }, () => ({ type: engine.type, payload: null }))
    await client.mutate<SubmitBatchReceipt>('tasks.submitBatch', { tasks })
    await until('they have run', () => engine.service.calls.length >= before + count)
  }
  await work(60)

  await page.goto('/suggestions')
  await page.getByRole('button', { name: 'Analyze now' }).first().click()
  await expect(panel(page, 'Last analysis')).toContainText(/tasks of 24 hours/, { timeout: 30_000 })

  const change = { kind: 'module_preference', moduleId: engine.id, preference: 30 }
  const { id: run } = await client.mutate<SimulationView>('simulations.run', { windowHours: 0.1, changes: [change] })
  await page.goto(`/what-if?run=${run}`)
  await page.getByRole('button', { name: 'Propose this change' }).click({ timeout: 60_000 })
  const proposal = page.getByRole('dialog', { name: 'Propose this change' })
  await proposal.getByLabel('Reason').fill('The replay shows no harm.')
  await proposal.getByRole('button', { name: 'Propose' }).click()
  await expect(panel(page, 'What would be changed')).toContainText('Preference for Tight engine')
  await expect(page.getByRole('button', { name: 'Approve', exact: true })).toBeDisabled()

  const email = `ada-${randomBytes(4).toString('hex')}@example.org`
  const added = await page.request.post('/api/trpc/people.add', {
    headers: { origin: product().url },
    data: { name: 'Ada Approver', email, password, role: 'approver' },
  })
  expect(added.ok(), await added.text()).toBe(true)
  const context = await browser.newContext({ baseURL: product().url, storageState: signedOut, reducedMotion: 'reduce' })
  const ada = await context.newPage()
  await ada.goto(new URL(page.url()).pathname)
  await submitSignIn(ada, email, password)
  await ada.getByRole('button', { name: 'Approve', exact: true }).click()
  const approval = ada.getByRole('dialog', { name: 'Approve the suggestion' })
  await expect(approval).toContainText('→ 30')
  await approval.getByRole('button', { name: 'Approve', exact: true }).click()
  await expect(ada.getByText(/^Approved by Ada Approver/)).toBeVisible()

  await client.mutate('modules.update', { id: engine.id, configVersion: 1, description: 'edited meanwhile' })
  await expect(ada.getByText(/approval by Ada Approver is void/).first()).toBeVisible()
  await expect(ada.getByRole('table', { name: 'What has changed' })).toContainText('edited meanwhile')

  await ada.getByRole('button', { name: 'Approve', exact: true }).click()
  await ada.getByRole('dialog').getByRole('button', { name: 'Approve', exact: true }).click()
  await ada.getByRole('button', { name: 'Apply', exact: true }).click()
  await ada.getByRole('dialog', { name: 'Apply the suggestion' }).getByRole('button', { name: 'Apply now' }).click()
  await expect(ada.getByText(/^Applied by Ada Approver/)).toBeVisible()
  await work(60)
  await expect(panel(ada, 'What became of it')).toBeVisible({ timeout: 30_000 })

  await ada.getByRole('button', { name: 'Revert', exact: true }).click()
  const revert = ada.getByRole('dialog', { name: 'Take the change back' })
  await revert.getByLabel('Reason').fill('It was a rehearsal.')
  await revert.getByRole('button', { name: 'Revert', exact: true }).click()
  await expect(ada.getByText(/^Taken back by Ada Approver/)).toBeVisible()
  await expect(panel(ada, 'Who did what').getByRole('listitem').first()).toContainText('reverted by Ada Approver')
  expect(await client.query<{ preference: number }>('modules.get', { id: engine.id })).toMatchObject({ preference: 0 })
  await context.close()
})
