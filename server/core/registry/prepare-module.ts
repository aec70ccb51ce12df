import { limits } from '../../contracts/common.ts'
import type { DriverName, RegisterModule } from '../../contracts/modules.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import { toStorableJson } from '../shared/json-limits.ts'
import { inOrder, instanceIdOf, normalizeEndpoint } from './instance-identity.ts'
import { findUnstorableText } from './json-values.ts'
import { invalidInput } from './module-errors.ts'
import type { InstanceRecord, ModuleRecord } from './module-record.ts'
import type { SchemaCompiler } from './schema-compiler.ts'

/** Whether a driver may call an address at all: throws INVALID_ENDPOINT or ADDRESS_NOT_ALLOWED. May look the name up. */
export type EndpointCheck = (endpoint: string, driver: DriverName) => void | Promise<void>

/** Refuses text that the database cannot keep (INVALID_INPUT naming the field). */
export function requireStorable(input: unknown): void {
  const field = findUnstorableText(input)
  if (field === null) return
  const what = field === '' ? 'The text' : `Field "${field}"`
  throw invalidInput(`${what} contains a NUL character or half of a surrogate pair.`, { field })
}

/** Checks what can be checked of capabilities without knowing other modules; throws INVALID_INPUT or INVALID_SCHEMA. */
export function prepareCapabilities(
  inputs: RegisterModule['capabilities'],
  schemas: SchemaCompiler,
): ModuleRecord['capabilities'] {
  const repeated = firstRepeated(inputs.map(each => each.type))
  if (repeated !== undefined) throw invalidInput(`Capability "${repeated}" is listed twice.`, { type: repeated })
  return inputs.map(({ type, inputSchema, outputSchema, isPreemptible }) => {
    requireSchema(type, 'inputSchema', inputSchema, schemas)
    requireSchema(type, 'outputSchema', outputSchema, schemas)
    return { type, inputSchema: inputSchema ?? null, outputSchema: outputSchema ?? null, isPreemptible }
  })
}

/** Checks and normalizes endpoints and gives each its instance id; throws INVALID_ENDPOINT, ADDRESS_NOT_ALLOWED, INVALID_INPUT. */
export async function prepareInstances(
  inputs: readonly { endpoint: string; capacity: number; weight: number; version?: string | undefined }[],
  checkEndpoint: (endpoint: string) => void | Promise<void>,
  defaults: { version: string; now: number },
): Promise<InstanceRecord[]> {
  await Promise.all(inputs.map(async input => checkEndpoint(input.endpoint)))
  const { now } = defaults
  const instances = inputs.map(({ endpoint, capacity, weight, version = defaults.version }) => {
    const normalized = normalizeEndpoint(endpoint)
    const id = instanceIdOf(normalized)
    return { id, endpoint: normalized, capacity, weight, version, registeredAt: now, inRotationSince: now, out: null }
  })
  const repeated = firstRepeated(instances.map(instance => instance.endpoint))
  if (repeated !== undefined) throw invalidInput(`Instance ${repeated} is listed twice.`, { endpoint: repeated })
  return inOrder(instances)
}

/** The cost as the database keeps it, with ten decimals, so that memory and disk never differ. */
export function storableCost(costPerHourUsd: number): number {
  return Number(costPerHourUsd.toFixed(10))
}

function requireSchema(
  type: string,
  field: 'inputSchema' | 'outputSchema',
  schema: Record<string, unknown> | undefined,
  schemas: SchemaCompiler,
): void {
  if (schema === undefined) return
  const reason = schemaFault(schema, schemas)
  if (reason === null) return
  throw new QuarterdeckError('INVALID_SCHEMA', {
    message: `The ${field} of capability "${type}" cannot be used: ${reason}`,
    action: 'Give a JSON Schema of draft 7 or 2020-12 without references to other documents.',
    details: { type, field, reason },
  })
}

function schemaFault(schema: Record<string, unknown>, schemas: SchemaCompiler): string | null {
  try {
    toStorableJson(schema, 'schema', { bytes: limits.schemaBytes, depth: limits.jsonDepth })
  } catch (error) {
    if (error instanceof QuarterdeckError) return error.message
    throw error
  }
  const compiled = schemas.compile(schema)
  return compiled.kind === 'valid' ? null : `${compiled.reason}.`
}

function firstRepeated(values: readonly string[]): string | undefined {
  return values.find((value, index) => values.indexOf(value) !== index)
}
