import { expect, test } from 'vitest'
import type { QueuePolicyView } from '../operations.ts'
import { systemPrincipal } from '../shared/principal.ts'
import type { PauseBoard } from './pause-board.ts'
import { defaultQueuePolicy, priorityOf } from './priority.ts'
import { QueueService } from './queue-service.ts'

const by = systemPrincipal('default')

/** Keeps one policy, as the database does: an edit counts only when it names the current version. */
function keepOnePolicy(kept: QueuePolicyView | null = null) {
  return {
    kept,
    loadAll: async () => (kept ? [{ tenantId: 'default', policy: kept }] : []),
    async save(_by: unknown, policy: QueuePolicyView) {
      if ((this.kept?.version ?? 0) !== policy.version) return null
      this.kept = { ...policy, version: policy.version + 1 }
      return this.kept.version
    },
  }
}

const pauses = {} as PauseBoard
const stats = () => Promise.reject(new Error('not asked for'))

test('before any edit the defaults hold, as version 0', async () => {
  const service = new QueueService({ policies: keepOnePolicy(), stats, pauses })
  await service.refresh()
  expect(service.policyOf('default')).toBe(defaultQueuePolicy)
  expect(await service.policy('default')).toEqual({ version: 0, ...defaultQueuePolicy })
})

test('an edit holds at once for what is submitted next, and after a restart', async () => {
  const policies = keepOnePolicy()
  const service = new QueueService({ policies, stats, pauses })
  await service.refresh()
  const edited = await service.setPolicy(by, { version: 0, priorities: { email: 9 }, multipliers: {} })
  expect(edited.version).toBe(1)
  expect(priorityOf(service.policyOf('default'), 'email', undefined)).toBe(9)
  const restarted = new QueueService({ policies: keepOnePolicy(policies.kept), stats, pauses })
  await restarted.refresh()
  expect(priorityOf(restarted.policyOf('default'), 'email', undefined)).toBe(9)
  expect(priorityOf(restarted.policyOf('another'), 'email', undefined)).toBe(5)
})

test('an edit on a version that is no longer current changes nothing', async () => {
  const service = new QueueService({
    policies: keepOnePolicy({ ...defaultQueuePolicy, priorities: {}, version: 3 }),
    stats,
    pauses,
  })
  await service.refresh()
  const edit = service.setPolicy(by, { version: 2, priorities: { email: 1 }, multipliers: {} })
  await expect(edit).rejects.toMatchObject({ code: 'VERSION_CONFLICT', details: { currentVersion: 3 } })
  expect(priorityOf(service.policyOf('default'), 'email', undefined)).toBe(5)
})
