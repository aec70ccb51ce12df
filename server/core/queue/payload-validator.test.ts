import { expect, test } from 'vitest'
import { buildModule, FakeFleet } from '#server/testing/fake-fleet.ts'
import type { SchemaCompiler } from '../registry/schema-compiler.ts'
import { createPayloadValidator } from './payload-validator.ts'

/** Schemas of the form `{ type: 'string' }`; counts what it compiles. */
function countingCompiler(): SchemaCompiler & { compiled: number } {
  return {
    compiled: 0,
    compile(schema) {
      this.compiled++
      if (schema['type'] === 'nonsense') return { kind: 'invalid', reason: 'no such type' }
      return { kind: 'valid', check: value => (typeof value === schema['type'] ? null : `must be ${schema['type']}`) }
    },
  }
}

const capability = (type: string, inputSchema: Record<string, unknown> | null) => ({
  type,
  inputSchema,
  outputSchema: null,
})

test('a payload is checked against the schema of its type, wherever the first module has none', () => {
  const fleet = new FakeFleet(
    buildModule('a', { capabilities: [capability('text', null)] }),
    buildModule('b', { capabilities: [capability('other', null), capability('text', { type: 'string' })] }),
  )
  const validator = createPayloadValidator(fleet, countingCompiler())
  expect(validator.validate('default', 'text', 5)).toBe('must be string')
  expect(validator.validate('default', 'text', 'five')).toBeNull()
  expect(validator.validate('default', 'other', 5)).toBeNull()
})

test('a schema is compiled once, and anew after its module was changed', () => {
  const module = buildModule('a', { capabilities: [capability('text', { type: 'string' })] })
  const fleet = new FakeFleet(module)
  const compiler = countingCompiler()
  const validator = createPayloadValidator(fleet, compiler)
  for (let n = 0; n < 5; n++) validator.validate('default', 'text', 'x')
  expect(compiler.compiled).toBe(1)
  fleet.put({ ...module, capabilities: [capability('text', { type: 'number' })] })
  expect(validator.validate('default', 'text', 'x')).toBe('must be number')
  expect(compiler.compiled).toBe(2)
})

test('a schema that cannot be compiled holds up nobody', () => {
  const fleet = new FakeFleet(buildModule('a', { capabilities: [capability('text', { type: 'nonsense' })] }))
  expect(createPayloadValidator(fleet, countingCompiler()).validate('default', 'text', 5)).toBeNull()
})
