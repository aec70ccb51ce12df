/** Turns JSON Schemas into checks. The validator library lives behind it, outside of the core. */
export interface SchemaCompiler {
  /** Drafts 7 and 2020-12. Does not throw: a schema that is none is an answer, with the reason in words. */
  compile(schema: Record<string, unknown>): CompiledSchema
}

export type CompiledSchema =
  /** `check` answers null when the value fits, else what is wrong with it, in words with the path. */
  { kind: 'valid'; check: (value: unknown) => string | null } | { kind: 'invalid'; reason: string }
