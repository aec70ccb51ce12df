import { FakeClock } from '#server/testing/fake-clock.ts'
import { describeContextStore } from './testing/context-store-contract.ts'
import { MemoryContextStore } from './testing/memory-context-store.ts'

describeContextStore('the store of contexts in memory', async () => {
  const clock = new FakeClock(Date.UTC(2026, 0, 1))
  const store = new MemoryContextStore(clock)
  return {
    store,
    pass: seconds => clock.advance(seconds * 1_000),
    audited: async () => store.audit.map(({ action, name }) => `${action} ${name}`),
  }
})
