import type { ModuleCatalog } from '../registry/module-record.ts'
import type { CompiledSchema, SchemaCompiler } from '../registry/schema-compiler.ts'
import type { PayloadValidator } from './submission.ts'

/**
 * Checks payloads against the input schema that all capabilities of their type share. A schema is compiled once: registry
 * records are immutable, so its object stands for it.
 */
export function createPayloadValidator(
  catalog: Pick<ModuleCatalog, 'capableOf'>,
  schemas: SchemaCompiler,
): PayloadValidator {
  const compiled = new WeakMap<object, CompiledSchema>()
  return {
    validate(tenantId, taskType, payload) {
      const schema = sharedSchema(catalog, tenantId, taskType)
      if (schema === null) return null
      let known = compiled.get(schema)
      if (!known) {
        known = schemas.compile(schema)
        compiled.set(schema, known)
      }
      return known.kind === 'valid' ? known.check(payload) : null
    },
  }
}

function sharedSchema(
  catalog: Pick<ModuleCatalog, 'capableOf'>,
  tenantId: string,
  taskType: string,
): Record<string, unknown> | null {
  for (const module of catalog.capableOf(tenantId, taskType)) {
    const schema = module.capabilities.find(capability => capability.type === taskType)?.inputSchema
    if (schema) return schema
  }
  return null
}
