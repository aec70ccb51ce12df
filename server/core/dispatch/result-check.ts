import type { DriverOutcome } from '../queue/driver.ts'
import type { ModuleRecord } from '../registry/module-record.ts'
import { compileOnce, type SchemaCompiler } from '../registry/schema-compiler.ts'

/** What a module's answer is worth: a result that does not fit the output schema of its own capability is a failure. */
export type ResultCheck = (
  module: Pick<ModuleRecord, 'id' | 'capabilities'>,
  taskType: string,
  outcome: DriverOutcome,
) => DriverOutcome

/** Retryable, because another module of the type may keep its word. */
export function createResultCheck(schemas: SchemaCompiler): ResultCheck {
  const compile = compileOnce(schemas)
  return (module, taskType, outcome) => {
    if (outcome.kind !== 'succeeded') return outcome
    const schema = module.capabilities.find(({ type }) => type === taskType)?.outputSchema
    if (!schema) return outcome
    const compiled = compile(schema)
    const mismatch = compiled.kind === 'valid' ? compiled.check(outcome.result) : null
    if (mismatch === null) return outcome
    const message = `The result of ${module.id} does not fit its output schema: ${mismatch}`
    return { kind: 'failed', code: 'RESULT_SCHEMA_MISMATCH', message, retryable: true }
  }
}
