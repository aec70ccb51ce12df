import type { SchemaCompiler } from '../schema-compiler.ts'

const types: Record<string, (value: unknown) => boolean> = {
  object: value => typeof value === 'object' && value !== null && !Array.isArray(value),
  array: value => Array.isArray(value),
  string: value => typeof value === 'string',
  number: value => typeof value === 'number',
}

/** A schema compiler that knows one keyword, `type`; what else a schema says is taken as true. */
export const typeOnlySchemas: SchemaCompiler = {
  compile({ type }) {
    if (type === undefined) return { kind: 'valid', check: () => null }
    const isOfType = typeof type === 'string' ? types[type] : undefined
    if (!isOfType) return { kind: 'invalid', reason: 'there is no such type' }
    return { kind: 'valid', check: value => (isOfType(value) ? null : `it must be of type ${JSON.stringify(type)}`) }
  },
}
