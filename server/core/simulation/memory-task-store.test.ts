import { test } from 'vitest'
import { createIdSource } from '#server/persistence/uuid-v7.ts'
import { describeDeadLetters } from '#server/testing/dead-letter-contract.ts'
import { describeDependencies } from '#server/testing/dependency-contract.ts'
import { describeDependencyInserts } from '#server/testing/dependency-insert-contract.ts'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { describeTaskShares } from '#server/testing/task-share-contract.ts'
import { describeTaskStore, type TaskStoreWorld } from '#server/testing/task-store-contract.ts'
import { checkTaskStoreModel } from '#server/testing/task-store-model.ts'
import { MemoryTaskStore } from './memory-task-store.ts'

async function openMemoryWorld(): Promise<TaskStoreWorld> {
  let passed = 0
  const now = () => Date.now() + passed
  const store = new MemoryTaskStore({ now, setTimer: () => () => {} })
  const ids = createIdSource()
  return {
    store,
    addReplica: async id => store.beat(id),
    ageReplica: async (id, ageMs) => store.beat(id, now() - ageMs),
    async pass(ms) {
      passed += ms
    },
    newId: () => ids.next(),
  }
}

describeTaskStore('memory', openMemoryWorld)
describeTaskShares('memory', openMemoryWorld)
describeDeadLetters('memory', openMemoryWorld)
describeDependencies('memory', openMemoryWorld)
describeDependencyInserts('memory', openMemoryWorld)

test('keeps to the model, whatever is submitted, claimed, finished, cancelled, delayed and lost in whatever order', async () => {
  const ids = createIdSource()
  const open = async () => {
    const clock = new FakeClock()
    const store = new MemoryTaskStore(clock)
    return {
      store,
      nowMs: () => clock.now(),
      pass: (ms: number) => clock.advance(ms),
      beat: async (id: string) => store.beat(id),
      newId: () => ids.next(),
    }
  }
  await checkTaskStoreModel(open, { runs: 300, maxCommands: 80 })
})
