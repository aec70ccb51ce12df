import { FakeClock } from '#server/testing/fake-clock.ts'
import { describeBreakerShares } from './testing/breaker-shares-contract.ts'
import { MemoryBreakerShares } from './testing/memory-breaker-shares.ts'

describeBreakerShares('in memory', async () => {
  const clock = new FakeClock()
  const shares = new MemoryBreakerShares(clock)
  return {
    of: replicaId => shares.of(replicaId),
    key: { tenantId: 'default', moduleId: 'summaries', instanceId: 'one' },
    kill: async replicaId => {
      shares.dead.add(replicaId)
    },
    nowMs: () => clock.now(),
  }
})
