import type { DeploymentProgress } from '#server/contracts/deployments.ts'
import { startScriptedModule } from '#server/testing/scripted-module.ts'
import { until } from '#server/testing/until.ts'
import { fails, registerOwnModule, works } from './support/own-module.ts'
import { expect, panel, test } from './support/test.ts'

test('a bad version stops itself, is rolled back, and a good one takes over step by step', async ({ page, client }) => {
  test.slow()
  await using own = await registerOwnModule(client, 'Deployed engine', { breaker: { failureThreshold: 1_000 } })
  await using bad = await startScriptedModule(fails)
  await using good = await startScriptedModule(works)
  const submit = () =>
    client.mutate('tasks.submitBatch', {
      tasks: Array.from({ length: 40 }, () => ({ type: own.type, payload: {}, maxAttempts: 1 })),
    })
  const deploy = async (version: string, endpoint: string) => {
    await page.getByRole('button', { name: 'Deploy', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Deploy another version of Deployed engine' })
    await dialog.getByLabel('Version').fill(version)
    await dialog.getByLabel('Endpoint').fill(endpoint)
    await dialog.getByLabel('Steps').fill('50, 25')
    await dialog.getByRole('button', { name: 'Deploy' }).click()
    await expect(dialog.getByText(/each step must take more/)).toBeVisible()
    await dialog.getByLabel('Steps').fill('50, 100')
    await dialog.getByLabel('Calls per step').fill('10')
    await dialog.getByLabel('Seconds per step').fill('1')
    await dialog.getByRole('button', { name: 'Deploy' }).click()
    await expect(dialog).toBeHidden()
  }
  const card = panel(page, 'Deployment')

  await page.goto(`/modules/${own.id}`)
  await deploy('2.0.0', bad.endpoint)
  await expect(card).toContainText('Under way')
  await submit()
  await expect(card).toContainText('Stopped itself')
  await expect(card).toContainText(/calls of version 2\.0\.0 failed/)
  const failed = bad.calls.length
  await submit()
  await until('the old version has done it', async () => own.service.calls.length >= 40)
  expect(bad.calls.length).toBe(failed)
  await card.getByRole('button', { name: 'Roll back' }).click()
  const dialog = page.getByRole('dialog', { name: 'Roll version 2.0.0 back' })
  await dialog.getByLabel('Reason').fill('it does not work')
  await dialog.getByRole('button', { name: 'Roll back' }).click()
  await expect(card).toContainText('Rolled back')

  await deploy('2.0.1', good.endpoint)
  await expect(card).toContainText('Under way')
  await submit()
  await expect(card).toContainText('50 % of the calls, meant 50 %')
  await until(
    'it has taken its last step',
    async () => {
      const { deployment, waitingFor } = await client.query<DeploymentProgress>('deployments.get', { id: own.id })
      if (waitingFor?.includes('more calls')) await submit()
      return deployment.state === 'completed'
    },
    30_000,
  )
  await expect(card).toContainText('Completed')
  await expect(page.getByText('version 2.0.1').first()).toBeVisible()
  await expect(page.getByRole('table', { name: 'Instances' }).getByRole('row')).toHaveCount(2)
})
