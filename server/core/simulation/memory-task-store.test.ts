import { createIdSource } from '#server/persistence/uuid-v7.ts'
import { describeTaskStore } from '#server/testing/task-store-contract.ts'
import { MemoryTaskStore } from './memory-task-store.ts'

describeTaskStore('memory', async () => {
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
})
