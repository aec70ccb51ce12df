import type { ModuleCatalog } from '../registry/module-record.ts'
import { compileOnce, type SchemaCompiler } from '../registry/schema-compiler.ts'
import type { PayloadValidator } from './submission.ts'

/** Checks payloads against the input schema that all capabilities of their type share. */
export function createPayloadValidator(
  catalog: Pick<ModuleCatalog, 'capableOf'>,
  schemas: SchemaCompiler,
): PayloadValidator {
  const compile = compileOnce(schemas)
  return {
    validate(tenantId, taskType, payload) {
      const schema = sharedSchema(catalog, tenantId, taskType)
      if (schema === null) return null
      const known = compile(schema)
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
