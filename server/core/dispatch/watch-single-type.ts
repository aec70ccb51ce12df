import type { ModuleCatalog } from '../registry/module-record.ts'

/** Answers whether all enabled modules together can run no more than one type; looked at again after each change of them. */
export function watchSingleType(catalog: Pick<ModuleCatalog, 'list' | 'tenants' | 'onChange'>): () => boolean {
  let isSingle: boolean | null = null
  catalog.onChange(() => {
    isSingle = null
  })
  return () => {
    isSingle ??= countTypes(catalog) <= 1
    return isSingle
  }
}

function countTypes(catalog: Pick<ModuleCatalog, 'list' | 'tenants'>): number {
  const types = new Set<string>()
  for (const tenantId of catalog.tenants()) {
    for (const { enabled, capabilities } of catalog.list(tenantId)) {
      if (enabled) for (const { type } of capabilities) types.add(`${tenantId} ${type}`)
    }
  }
  return types.size
}
