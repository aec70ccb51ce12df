import { describe } from 'vitest'
import type { TaskStore } from '#server/core/queue/task-store.ts'
import { describeClaims } from './task-claim-contract.ts'
import { describeLeases } from './task-lease-contract.ts'
import { describeLives } from './task-life-contract.ts'

/** A store under test, with what the suite must be able to do to the world around it. */
export interface TaskStoreWorld {
  store: TaskStore
  /** Makes a replica known to the store, alive as of now. */
  addReplica(id: string): Promise<void>
  /** Makes a replica look as if its last heartbeat were `ageMs` old. */
  ageReplica(id: string, ageMs: number): Promise<void>
  /** Lets this much of the store's time pass. */
  pass(ms: number): Promise<void>
  newId(): string
}

/** What every TaskStore guarantees; run against PostgreSQL and against memory. */
export function describeTaskStore(name: string, makeWorld: () => Promise<TaskStoreWorld>): void {
  describe(`task store (${name})`, () => {
    describeClaims(makeWorld)
    describeLeases(makeWorld)
    describeLives(makeWorld)
  })
}
