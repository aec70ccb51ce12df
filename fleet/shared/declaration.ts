import type { z } from 'zod'
import type { registerModuleInput } from '#server/contracts/modules.ts'

/** What `modules.register` takes, less the instances: their addresses are known only once they listen. */
export type ModuleDeclaration = Omit<z.input<typeof registerModuleInput>, 'instances'>

/** One module of the example fleet: what it declares to the control center, and how many processes serve it. */
export interface FleetModule {
  declaration: ModuleDeclaration
  /** Processes that serve it at the same time. */
  instances: number
  /** Calls that one process works on at once; more are answered 429. */
  capacity: number
}

/** What all modules of the fleet have in common. They are near, so a call of ten seconds is lost and a breaker may try soon. */
export const fleetDefaults = {
  version: '1.0.0',
  owner: 'example-fleet',
  driver: 'http',
  breaker: { callTimeoutMs: 10_000, openMs: 15_000 },
} as const satisfies Partial<ModuleDeclaration>

/** Longest text that a module takes, in characters; as UTF-8 JSON it stays below 64 KiB for most languages. */
export const maxTextLength = 32_000

/** JSON Schema of a package's name as npm knows it. */
export const packageNameSchema = {
  type: 'string',
  maxLength: 214,
  pattern: '^(@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*$',
} as const

/** JSON Schema of an object that has exactly these properties; those not in `optional` are required. */
export function objectSchema(properties: Record<string, unknown>, optional: readonly string[] = []) {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties).filter(name => !optional.includes(name)),
    additionalProperties: false,
  }
}

/** JSON Schema of a list. */
export function listSchema(items: Record<string, unknown>) {
  return { type: 'array', items }
}

export const nullable = (type: string) => ({ type: [type, 'null'] })
