import type { ModuleCatalog } from './module-record.ts'
import type { CompiledSchema, SchemaCompiler } from './schema-compiler.ts'

type SchemaCheck = (payload: unknown) => string | null

const anything: SchemaCheck = () => null

/**
 * Checks payloads against the input schema that all modules of their task type share. A schema is compiled when the first
 * payload of its type comes and again when another one takes its place.
 */
export class TypeSchemas {
  readonly #catalog: ModuleCatalog
  readonly #compiler: SchemaCompiler
  readonly #checks = new WeakMap<Record<string, unknown>, SchemaCheck>()

  constructor(catalog: ModuleCatalog, compiler: SchemaCompiler) {
    this.#catalog = catalog
    this.#compiler = compiler
  }

  /** Null when the payload fits or the type has no schema; else what is wrong with it, in words. */
  validate(tenantId: string, taskType: string, payload: unknown): string | null {
    return this.#checkOf(tenantId, taskType)(payload)
  }

  #checkOf(tenantId: string, taskType: string): SchemaCheck {
    for (const module of this.#catalog.capableOf(tenantId, taskType)) {
      for (const { type, inputSchema } of module.capabilities) {
        if (type !== taskType || inputSchema === null) continue
        const known = this.#checks.get(inputSchema)
        if (known) return known
        const check = toCheck(this.#compiler.compile(inputSchema))
        this.#checks.set(inputSchema, check)
        return check
      }
    }
    return anything
  }
}

/** Registered schemas did compile; one that a later version of the validator refuses must not stop the work of its type. */
function toCheck(compiled: CompiledSchema): SchemaCheck {
  return compiled.kind === 'valid' ? compiled.check : anything
}
