import { expect, test } from 'vitest'

import { silentLogger } from '../shared/logger.ts'
import { MemoryCatalog } from './module-catalog.ts'
import { moduleRecord } from './testing/builders.ts'
import { typeOnlySchemas } from './testing/type-only-schemas.ts'
import { TypeSchemas } from './type-schemas.ts'

const capability = (inputSchema: Record<string, unknown> | null) => [{ type: 't', inputSchema, outputSchema: null }]

test('payloads are checked against the schema that a module of their type declares, as it is now', () => {
  const catalog = new MemoryCatalog(silentLogger)
  let compilations = 0

  const schemas = new TypeSchemas(catalog, {
    compile(schema) {
      compilations += 1
      return typeOnlySchemas.compile(schema)
    },
  })
  const set = (id: string, inputSchema: Record<string, unknown> | null) =>
    catalog.apply('default', id, moduleRecord(id, { capabilities: capability(inputSchema) }))

  expect(schemas.validate('default', 't', 1)).toBeNull()
  set('a', null)
  set('b', { type: 'string' })
  expect(schemas.validate('default', 't', 1)).toBe('it must be string')
  expect(schemas.validate('default', 't', 'text')).toBeNull()
  expect(schemas.validate('other', 't', 1)).toBeNull()
  expect(compilations).toBe(1)
  set('b', { type: 'number' })
  expect(schemas.validate('default', 't', 1)).toBeNull()
  expect(schemas.validate('default', 't', 'text')).toBe('it must be number')
  catalog.apply('default', 'b', null)
  expect(schemas.validate('default', 't', 'text')).toBeNull()
})
