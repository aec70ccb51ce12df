import type { Pool } from 'pg'
import { BrainService } from '../core/learning/brain-service.ts'
import { MemoryService } from '../core/memory/memory-service.ts'
import type { Operations } from '../core/operations.ts'
import type { Orchestrator } from '../core/orchestrator.ts'
import type { Clock } from '../core/shared/clock.ts'
import { createLearningStore } from '../persistence/sql-learning-store.ts'
import { createMemoryStore } from '../persistence/sql-memory-store.ts'

/** The brain and memory as the API offers them, beside the orchestrator whose router and evidence they use. */
export function createLearning(parts: {
  orchestrator: Orchestrator
  pool: Pool
  clock: Clock
}): Pick<Operations, 'brain' | 'memory'> {
  const { orchestrator, pool, clock } = parts
  const { router, registry: catalog, evidence: records, choicePolicies, queue } = orchestrator
  const brain = new BrainService({
    router,
    catalog,
    records,
    choicePolicies,
    policyOf: tenantId => queue.policyOf(tenantId),
    store: createLearningStore(pool),
    clock,
  })
  return {
    brain,
    memory: new MemoryService({
      store: createMemoryStore(pool),
      records,
      bestServices: tenantId => brain.bestServices(tenantId),
      clock,
    }),
  }
}
