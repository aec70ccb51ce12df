import type { SimulationSummary } from '#server/contracts/simulations.ts'
import type { SubmitBatchReceipt } from '#server/contracts/tasks.ts'
import { until } from '#server/testing/until.ts'
import { registerOwnModule, works } from './support/own-module.ts'
import { expect, panel, test } from './support/test.ts'

test('a capacity is tried on recorded traffic: what it would do, how sure that is, how far it can be trusted, and it waits for somebody else once it is proposed', async ({
  page,
  client,
}) => {
  test.slow()
  await using engine = await registerOwnModule(client, 'Narrow engine')
  engine.service.answer = () => ({ ...works(), delayMs: 50 })
  const tasks = Array.from({ length: 60 }, () => ({ type: engine.type, payload: null }))
  await client.mutate<SubmitBatchReceipt>('tasks.submitBatch', { tasks })
  await until('they have run', () => engine.service.calls.length === tasks.length)

  await page.goto(`/what-if?module=${engine.id}&hours=1`)
  const form = panel(page, 'Try a change')
  await expect(form.getByRole('button', { name: 'Simulate' })).toBeDisabled()
  await form.getByLabel('New value').fill('1')
  await expect(form).toContainText('Now: 10')
  await form.getByRole('button', { name: 'Simulate' }).click()

  await expect(page.getByRole('heading', { name: /Capacity of instance .+ of Narrow engine: 10 → 1/ })).toBeVisible()
  await expect(panel(page, 'How far this can be trusted')).toContainText(/recorded tasks, 3 runs of each side/, {
    timeout: 60_000,
  })
  const effects = page.getByRole('table', { name: 'Effects' })
  await expect(effects.getByRole('row', { name: /^Wait, mean/ })).toContainText(/Better|Worse|Not distinguishable/)
  await expect(page.getByRole('table', { name: 'Gains and losses' })).toContainText(engine.type)
  await expect(page.getByRole('img', { name: /^Wait for the first call, With the change: [\d,]+ tasks/ })).toBeVisible()
  await expect(panel(page, 'Tried before').getByRole('listitem').first()).toContainText('10 → 1')

  await page.getByRole('button', { name: 'Propose this change' }).click()
  const proposal = page.getByRole('dialog', { name: 'Propose this change' })
  await proposal.getByLabel('Reason').fill('It needs no more than one.')
  await proposal.getByRole('button', { name: 'Propose' }).click()
  await expect(panel(page, 'What would be changed')).toContainText('10')
  await expect(page.getByRole('button', { name: 'Approve', exact: true })).toBeDisabled()
  await page.goto(`/what-if?module=${engine.id}&hours=1`)

  const setting = page.getByRole('button', { name: /^Setting:/ })
  await setting.click()
  await page.getByPlaceholder('Type to search').fill('latency')
  await page.getByRole('option', { name: 'Slow calls that open a breaker' }).click()
  await form.getByRole('switch', { name: 'Open by slow calls' }).click()
  await form.getByLabel('Slow from').fill('30')
  await expect(form.getByRole('alert')).toHaveText('Less than what a call may take.')
  await expect(form.getByRole('button', { name: 'Simulate' })).toBeDisabled()
  await form.getByLabel('Slow from').fill('0.01')
  await expect(form).toContainText('share of slow calls: 50 % of 20 calls or more within 1 min taking 10 ms or longer')
  await form.getByRole('button', { name: 'Simulate' }).click()
  await expect(
    page.getByRole('heading', {
      name: /Breaker of Narrow engine: share of slow calls: none → share of slow calls: 50 %/,
    }),
  ).toBeVisible()

  await setting.click()
  await page.getByRole('option', { name: 'How much work arrives' }).click()
  await form.getByLabel('Times the recorded load').fill('2')
  await form.getByRole('button', { name: 'Simulate' }).click()
  await expect(page.getByRole('heading', { name: '2 times the load' })).toBeVisible()
  const { items } = await client.query<{ items: SimulationSummary[] }>('simulations.list', {})
  expect(items[0]?.request.load).toEqual({ factor: 2 })
})
