/** Turns JSON Schemas into checks. The validator library lives behind it, outside of the core. */
export interface SchemaCompiler {
  /** Drafts 7 and 2020-12. Does not throw: a schema that is none is an answer, with the reason in words. */
  compile(schema: Record<string, unknown>): CompiledSchema
}

export type CompiledSchema =
  /** `check` answers null when the value fits, else what is wrong with it, in words with the path. */
  { kind: 'valid'; check: (value: unknown) => string | null } | { kind: 'invalid'; reason: string }

/** Compiles each schema once: registry records are immutable, so a schema's object stands for it. */
export function compileOnce(schemas: SchemaCompiler): (schema: Record<string, unknown>) => CompiledSchema {
  const compiled = new WeakMap<object, CompiledSchema>()
  return schema => {
    const known = compiled.get(schema) ?? schemas.compile(schema)
    compiled.set(schema, known)
    return known
  }
}
