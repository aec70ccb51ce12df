import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, test } from 'vitest'
import { exampleOf } from './schema-example.ts'

const schemas: Record<string, object> = {
  'an object with required properties': {
    type: 'object',
    required: ['text', 'words', 'tags'],
    properties: {
      text: { type: 'string', minLength: 3 },
      words: { type: 'integer', minimum: 10 },
      tags: { type: 'array', items: { type: 'string' }, minItems: 2 },
      note: { type: 'string' },
    },
    additionalProperties: false,
  },
  formats: {
    type: 'object',
    required: ['at', 'id', 'mail', 'link'],
    properties: {
      at: { type: 'string', format: 'date-time' },
      id: { type: 'string', format: 'uuid' },
      mail: { type: 'string', format: 'email' },
      link: { type: 'string', format: 'uri' },
    },
  },
  'exclusive bounds': {
    type: 'object',
    required: ['share', 'count', 'below'],
    properties: {
      share: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
      count: { type: 'integer', exclusiveMinimum: 7 },
      below: { type: 'integer', maximum: -3 },
    },
  },
  'references within the document': {
    type: 'object',
    required: ['head', 'rest'],
    properties: {
      head: { $ref: '#/$defs/word' },
      rest: { type: 'array', items: { $ref: '#/$defs/word' }, minItems: 1 },
    },
    $defs: { word: { type: 'object', required: ['w'], properties: { w: { enum: ['one', 'two'] } } } },
  },
  'all of several parts': {
    allOf: [
      { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } },
      { type: 'object', required: ['b'], properties: { b: { const: 'fixed' } } },
    ],
  },
  'one of several': { oneOf: [{ type: 'string', minLength: 2 }, { type: 'number' }] },
  'a nullable type': { type: ['null', 'boolean'] },
  'a tuple': { type: 'array', prefixItems: [{ type: 'string' }, { type: 'boolean' }], minItems: 2, items: false },
  anything: {},
}

describe('the example of a schema', () => {
  test.each(Object.keys(schemas))('fits %s', name => {
    const schema = schemas[name] as object
    const validate = addFormats.default(new Ajv2020({ strict: false })).compile(schema)
    const example = exampleOf(schema)
    expect(validate(example), JSON.stringify([example, validate.errors])).toBe(true)
  })

  test('is the one that the schema gives, before anything made up', () => {
    expect(exampleOf({ type: 'object', examples: [{ package: 'zod' }] })).toEqual({ package: 'zod' })
    expect(
      exampleOf({ type: 'object', properties: { depth: { type: 'integer', default: 3 }, note: { type: 'string' } } }),
    ).toEqual({
      depth: 3,
    })
  })

  test('a schema that refers to itself ends', () => {
    const schema = {
      $ref: '#/$defs/node',
      $defs: { node: { type: 'object', required: ['next'], properties: { next: { $ref: '#/$defs/node' } } } },
    }
    expect(JSON.stringify(exampleOf(schema)).length).toBeLessThan(200)
  })

  test('what is no schema has no example', () => {
    expect(exampleOf(null)).toBeNull()
    expect(exampleOf(true)).toBeNull()
  })
})
