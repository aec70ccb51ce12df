import { expect, test } from 'vitest'
import type { DeploymentProgress } from '#server/contracts/deployments.ts'
import type { ModuleView } from '#server/contracts/modules.ts'
import type { Client } from '#server/testing/client.ts'
import { createTestDatabase } from '#server/testing/database.ts'
import { startReplicaProcess } from '#server/testing/replica-process.ts'
import { startScriptedModule } from '#server/testing/scripted-module.ts'
import { until } from '#server/testing/until.ts'

const patienceMs = 30_000
const type = 'deployed.work'

/** Keeps the module at work until its deployment stands so. */
function workUntil(client: Client, state: DeploymentProgress['deployment']['state'], patience = patienceMs) {
  return until(
    `the deployment is ${state}`,
    async () => {
      const tasks = Array.from({ length: 8 }, () => ({ type, payload: {}, maxAttempts: 1 }))
      await client.mutate('tasks.submitBatch', { tasks })
      const { deployment } = await client.query<DeploymentProgress>('deployments.get', { id: 'm' })
      return deployment.state === state ? deployment : null
    },
    patience,
  )
}

test('a deployment survives kill -9 where it stands, is rolled back by another replica, and the next one completes', {
  timeout: 120_000,
}, async () => {
  await using database = await createTestDatabase()
  await using old = await startScriptedModule()
  await using bad = await startScriptedModule(() => ({ status: 500, body: {} }))
  await using good = await startScriptedModule()
  const deploy = (client: Client, version: string, endpoint: string) =>
    client.mutate('modules.deploy', {
      id: 'm',
      version,
      instances: [{ endpoint }],
      steps: [50, 100],
      minCalls: 10,
      minStepMs: 200,
    })
  await using first = await startReplicaProcess(database.url)
  await first.client.mutate('modules.register', {
    id: 'm',
    name: 'M',
    category: 'test',
    version: '1.0.0',
    capabilities: [{ type }],
    breaker: { failureThreshold: 1_000 },
    instances: [{ endpoint: old.endpoint }],
  })
  await deploy(first.client, '2.0.0', bad.endpoint)
  expect((await workUntil(first.client, 'stopped')).reason).toMatch(/calls of version 2\.0\.0 failed/)
  await first.end('SIGKILL')

  await using second = await startReplicaProcess(database.url)
  const { client } = second
  const kept = await client.query<DeploymentProgress>('deployments.get', { id: 'm' })
  expect(kept.deployment).toMatchObject({ state: 'stopped', step: 0, version: '2.0.0' })
  expect(kept.steps[0]?.versions.find(({ isNew }) => isNew)?.failures).toBeGreaterThanOrEqual(3)
  const before = bad.calls.length
  await client.mutate('deployments.rollBack', { id: 'm', reason: 'it fails' })
  await workUntil(client, 'rolled_back')
  expect(bad.calls.length).toBe(before)

  await deploy(client, '2.0.1', good.endpoint)
  await workUntil(client, 'completed')
  const module = await client.query<ModuleView>('modules.get', { id: 'm' })
  expect(module.version).toBe('2.0.1')
  expect(module.instances.map(({ endpoint, version }) => [endpoint, version])).toEqual([[good.endpoint, '2.0.1']])
})
