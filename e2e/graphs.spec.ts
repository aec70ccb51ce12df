import type { SubmitBatchReceipt } from '#server/contracts/tasks.ts'
import { registerOwnModule, works } from './support/own-module.ts'
import { expect, panel, test } from './support/test.ts'

const tail = (id: string) => `…${id.slice(-6)}`

test('the page of a task shows the graph around it while it runs, with what still holds it and the critical path', async ({
  page,
  client,
}) => {
  await using engine = await registerOwnModule(client, 'Graph engine')
  let isOpen = false
  engine.service.answer = call =>
    call.payload === 'gate' && !isOpen ? { status: 503, headers: { 'retry-after': '1' } } : works()
  const step = (ref: string, dependsOn: string[] = [], more: object = {}) => ({
    type: engine.type,
    payload: ref,
    ref,
    dependsOn,
    ...more,
  })
  const { accepted } = await client.mutate<SubmitBatchReceipt>('tasks.submitBatch', {
    tasks: [
      step('joint', ['short', 'long']),
      step('short', ['gate']),
      step('long', ['gate'], { estimatedComplexity: 4 }),
      step('gate'),
    ],
  })
  const [joint, short, long, gate] = accepted.map(entry => entry.id) as [string, string, string, string]

  await page.goto('/tasks?status=blocked')
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: tail(joint) }) })
  await expect(row).toContainText('Blocked')
  await row.getByRole('link', { name: tail(joint) }).click()

  const dependencies = panel(page, 'Dependencies')
  await expect(dependencies).toContainText('0 of 2 tasks done')
  const waitsFor = dependencies.getByRole('region', { name: 'Waits for', exact: true })
  await expect(waitsFor.getByRole('listitem').filter({ hasText: tail(short) })).toContainText('Blocked')
  await expect(panel(page, 'Why it is waiting')).toContainText('depends on')
  const graph = page.getByRole('region', { name: 'Graph of tasks' })
  const node = (id: string) => graph.getByRole('link').filter({ hasText: tail(id) })
  await expect(graph.getByRole('link').filter({ hasText: '…' })).toHaveCount(4)
  await expect(node(joint)).toHaveAttribute('aria-current', 'page')
  await expect(node(long)).toContainText('critical')
  await expect(node(short)).toContainText('spare')

  isOpen = true
  await expect(panel(page, 'Result')).toContainText('"done": true', { timeout: 30_000 })
  await expect(node(gate)).toContainText('Succeeded')
  await node(gate).click()
  await expect(page).toHaveURL(`/tasks/${gate}`)
  await expect(
    panel(page, 'Dependencies').getByRole('region', { name: 'Waiting for it' }).getByRole('listitem'),
  ).toHaveCount(2)
})

test('a task that ended because another one failed leads to that one', async ({ page, client }) => {
  await using engine = await registerOwnModule(client, 'Failing graph engine')
  engine.service.answer = () => ({
    status: 200,
    body: { error: { code: 'ENGINE_ON_FIRE', message: 'The engine is on fire.', retryable: false } },
  })
  const { accepted } = await client.mutate<SubmitBatchReceipt>('tasks.submitBatch', {
    tasks: ['first', 'second', 'third'].map((ref, index, refs) => ({
      ...{ type: engine.type, payload: ref, ref },
      dependsOn: refs.slice(Math.max(0, index - 1), index),
    })),
  })
  const [first, , third] = accepted.map(entry => entry.id) as [string, string, string]
  await page.goto(`/tasks/${third}`)
  const outcome = page.getByRole('region', { name: 'Why it ended' })
  await expect(outcome).toContainText('PARENT_FAILED')
  await expect(outcome).toContainText('which ended failed')
  await outcome.getByRole('link', { name: tail(first) }).click()
  await expect(page).toHaveURL(`/tasks/${first}`)
  await expect(page.getByRole('region', { name: 'Why it ended' })).toContainText('The engine is on fire.')
})
