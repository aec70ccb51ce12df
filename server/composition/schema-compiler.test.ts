import { describe, expect, test } from 'vitest'
import { createSchemaCompiler } from './schema-compiler.ts'

const compiler = createSchemaCompiler()

function check(schema: Record<string, unknown>, value: unknown): string | null {
  const compiled = compiler.compile(schema)
  if (compiled.kind === 'invalid') throw new Error(compiled.reason)
  return compiled.check(value)
}

describe('a schema checks values', () => {
  test('and says where a value does not fit, and how', () => {
    const schema = {
      type: 'object',
      properties: { to: { type: 'array', items: { type: 'string', format: 'email' } } },
      additionalProperties: false,
    }
    expect(check(schema, { to: ['ann@example.com'] })).toBeNull()
    expect(check(schema, { to: ['ann'] })).toBe('/to/0 must match format "email"')
    expect(check(schema, { too: [] })).toBe('it must NOT have additional properties (too)')
    expect(check(schema, 'text')).toBe('it must be object')
  })

  test('in the drafts 7 and 2020-12, each with its own keywords', () => {
    const tuple = { type: 'array', prefixItems: [{ type: 'number' }] }
    expect(check({ ...tuple, $schema: 'https://json-schema.org/draft/2020-12/schema' }, ['x'])).not.toBeNull()
    expect(check(tuple, ['x'])).not.toBeNull()
    expect(check({ ...tuple, $schema: 'http://json-schema.org/draft-07/schema#' }, ['x'])).toBeNull()
  })

  test('also when it is recursive or refers to its own definitions', () => {
    const tree = {
      type: 'object',
      properties: { child: { $ref: '#' }, leaf: { $ref: '#/$defs/leaf' } },
      $defs: { leaf: { type: 'number' } },
    }
    expect(check(tree, { child: { child: { leaf: 1 } } })).toBeNull()
    expect(check(tree, { child: { child: { leaf: 'x' } } })).toBe('/child/child/leaf must be number')
  })

  test('by what they hold themselves, not by what every object inherits', () => {
    expect(check({ required: ['constructor'] }, {})).not.toBeNull()
    expect(check({ required: ['__proto__'] }, {})).not.toBeNull()
  })
})

describe('what is no usable schema is refused with the reason', () => {
  test.each([
    ['a wrong type', { type: 'nope' }, /type must be/],
    ['a broken pattern', { pattern: '(' }, /regular expression/],
    ['a reference to another document', { $ref: 'https://example.com/schema' }, /resolve reference/],
    ['an unknown draft', { $schema: 'http://json-schema.org/draft-04/schema#' }, /draft-04/],
    ['an asynchronous schema', { $async: true }, /asynchronous/],
  ])('%s', (_name, schema, reason) => {
    expect(compiler.compile(schema)).toEqual({ kind: 'invalid', reason: expect.stringMatching(reason) })
  })
})

test('no schema can reach or replace another one by its $id', () => {
  const metaSchema = 'https://json-schema.org/draft/2020-12/schema'
  compiler.compile({ $id: metaSchema, type: 'number' })
  compiler.compile({ $id: 'https://example.com/shared', type: 'number', $defs: { x: { $id: metaSchema } } })
  expect(check({ type: 'string' }, 'text')).toBeNull()
  expect(compiler.compile({ type: 'nope' }).kind).toBe('invalid')
  expect(check({ $id: 'https://example.com/shared', type: 'string' }, 'text')).toBeNull()
  expect(compiler.compile({ $ref: 'https://example.com/shared' }).kind).toBe('invalid')
})
