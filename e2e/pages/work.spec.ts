import type { SubmitBatchReceipt } from '#server/contracts/tasks.ts'
import type { Client } from '#server/testing/client.ts'
import { until } from '#server/testing/until.ts'
import { lookAt } from '../support/look-at-pages.ts'
import { fails, registerOwnModule } from '../support/own-module.ts'
import { expect } from '../support/test.ts'

let isBuried = false

/** Leaves some dead letters, and a job that discarded one of them. */
async function buryTasks(client: Client): Promise<void> {
  if (isBuried) return
  isBuried = true
  await using engine = await registerOwnModule(client, 'Buried engine', { breaker: { failureThreshold: 100 } })
  engine.service.answer = fails
  const tasks = [1, 2, 3].map(cargo => ({ type: engine.type, payload: { cargo }, maxAttempts: 1 }))
  const { accepted } = await client.mutate<SubmitBatchReceipt>('tasks.submitBatch', { tasks })
  await until('they are dead letters', async () => {
    const { open } = await client.query<{ open: number }>('deadLetters.count', { type: engine.type })
    return open === tasks.length
  })
  await client.mutate('deadLetters.discard', { filter: { q: accepted[0]?.id }, reason: 'one too many' })
}

lookAt([
  {
    name: 'the tasks',
    path: '/tasks',
    show: page => expect(page.getByRole('table').getByRole('row').nth(5)).toBeVisible(),
  },
  {
    name: 'a task',
    path: '/tasks?status=succeeded',
    async show(page) {
      await page.getByRole('table').getByRole('row').nth(2).getByRole('link').click()
      await expect(page.getByRole('heading', { name: 'Timeline' })).toBeVisible()
      await expect(page.getByRole('heading', { name: 'Because' })).toBeVisible()
    },
  },
  {
    name: 'the form of a new task',
    path: '/tasks',
    async show(page) {
      await page.getByRole('button', { name: 'Submit' }).click()
      await expect(page.getByRole('dialog', { name: 'Submit a task' })).toBeVisible()
    },
  },
  {
    name: 'the question before all work is paused',
    path: '/tasks',
    async show(page) {
      await page.getByRole('button', { name: 'Pause all work' }).click()
      await expect(page.getByRole('dialog').getByRole('region', { name: 'What it touches' })).toContainText('queued')
    },
  },
  {
    name: 'the dead letters when there is none',
    path: '/dead-letters?type=nothing.failed',
    show: page => expect(page.getByText('No dead letter matches')).toBeVisible(),
  },
  {
    name: 'the causes of dead letters',
    path: '/dead-letters',
    prepare: buryTasks,
    show: page => expect(page.getByRole('table', { name: 'Causes' }).getByRole('row').nth(1)).toBeVisible(),
  },
  {
    name: 'a dead letter among others',
    path: '/dead-letters?view=letters',
    prepare: buryTasks,
    async show(page) {
      await page.getByRole('row').filter({ hasText: 'ENGINE_ON_FIRE' }).first().getByRole('button').click()
      await page.getByRole('button', { name: 'Edit payload' }).click()
      await expect(page.getByRole('dialog').getByLabel('Payload (JSON)')).toBeVisible()
    },
  },
  {
    name: 'the question before dead letters are reprocessed',
    path: '/dead-letters',
    prepare: buryTasks,
    async show(page) {
      await page.getByRole('button', { name: /^Reprocess all/ }).click()
      await page.getByRole('dialog').getByRole('switch', { name: 'Try a sample first' }).click()
      await expect(page.getByRole('dialog').getByRole('button', { name: /Start the trial|Reprocess/ })).toBeVisible()
    },
  },
  {
    name: 'the jobs on dead letters',
    path: '/dead-letters?view=jobs',
    prepare: buryTasks,
    show: page => expect(page.getByText('discarded').first()).toBeVisible(),
  },
  {
    name: 'the events',
    path: '/events',
    show: page => expect(page.getByRole('button', { name: /Task succeeded/ }).first()).toBeVisible(),
  },
])
