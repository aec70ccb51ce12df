import { describeHealthStore } from './testing/health-store-contract.ts'
import { MemoryHealthStore } from './testing/memory-health-store.ts'

describeHealthStore('the history of health in memory', async () => ({
  store: new MemoryHealthStore(),
  addTenant: async () => {},
  [Symbol.asyncDispose]: async () => {},
}))
