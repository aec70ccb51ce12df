import type { ModuleCatalog } from '../registry/module-record.ts'
import type { InstanceLoads } from './load-table.ts'

/** Forgets the load of instances that leave the registry. Returns how to stop. */
export function followCatalog(load: InstanceLoads, catalog: Pick<ModuleCatalog, 'onChange'>): () => void {
  return catalog.onChange(change => {
    const remaining = new Set(change.after?.instances.map(instance => instance.id))
    load.retain(change.tenantId, change.moduleId, remaining)
  })
}
