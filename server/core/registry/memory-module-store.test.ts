import { MemoryModuleStore } from './testing/memory-module-store.ts'
import { describeModuleStore } from './testing/module-store-contract.ts'

describeModuleStore('the module store in memory', async () => {
  const store = new MemoryModuleStore()
  return {
    store,
    history: async tenantId =>
      store.history
        .filter(row => row.tenantId === tenantId)
        .map(({ entityKind, entityId, version, value }) => ({ entityKind, entityId, version, value }))
        .sort((a, b) => {
          const [left, right] = [a, b].map(row => `${row.entityKind} ${row.entityId}`)
          return left === right ? a.version - b.version : left! < right! ? -1 : 1
        }),
    audit: async tenantId =>
      store.audit
        .filter(entry => entry.by.tenantId === tenantId)
        .map(({ action, by, targetId, reason }) => ({ action, actorName: by.name, targetId, reason })),
    events: async tenantId =>
      store.events
        .filter(event => event.tenantId === tenantId)
        .map(({ type, moduleId, data }) => ({ type, moduleId: moduleId ?? null, data })),
    addTenant: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
})
