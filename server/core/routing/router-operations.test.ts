import { expect, test } from 'vitest'
import { buildModule, FakeFleet } from '#server/testing/fake-fleet.ts'
import { createRouterOperations } from './router-operations.ts'
import { RouterStage } from './testing/router-stage.ts'

function createOperations(...modules: Parameters<typeof buildModule>[]) {
  const fleet = new FakeFleet(...modules.map(parameters => buildModule(...parameters)))
  const stage = new RouterStage()
  const router = stage.createRouter(fleet)
  return createRouterOperations({ router, catalog: fleet, health: fleet.health, load: stage.load, clock: stage.clock })
}

const otherType = { capabilities: [{ type: 'rest', inputSchema: null, outputSchema: null }] }

test('a preview shows what would be decided and changes no statistics', () => {
  const operations = createOperations(['a'], ['b'])
  expect(operations.preview('default', { taskType: 'work' }).moduleId).toBe('a')
  expect(operations.preview('default', { taskType: 'work', moduleId: 'b' }).moduleId).toBe('b')
  expect(operations.stats('default').totalRoutes).toBe(0)
  expect(operations.balancerStats('default')).toMatchObject({ instances: 2, inFlight: 0 })
})

test('a type whose only module is disabled is no error but a decision without a module', () => {
  const decision = createOperations(['a', { enabled: false }]).preview('default', { taskType: 'work' })
  expect(decision.moduleId).toBeNull()
})

test.each([
  ['TASK_TYPE_UNKNOWN', { taskType: 'unheard' }],
  ['MODULE_NOT_FOUND', { taskType: 'work', moduleId: 'missing' }],
  ['MODULE_CANNOT_RUN_TYPE', { taskType: 'work', moduleId: 'rester' }],
])('what cannot be previewed is refused with %s', (code, input) => {
  const operations = createOperations(['a'], ['rester', otherType], ['elsewhere', { tenantId: 'other' }])
  expect(() => operations.preview('default', input)).toThrow(expect.objectContaining({ code }))
})

test("another tenant's modules are unknown", () => {
  const operations = createOperations(['a', { tenantId: 'other' }])
  expect(() => operations.preview('default', { taskType: 'work', moduleId: 'a' })).toThrow(
    expect.objectContaining({ code: 'MODULE_NOT_FOUND' }),
  )
})
