import type { ValidateFunction } from 'ajv'
import type { ModuleDeclaration } from './declaration.ts'
import { ModuleError } from './module-error.ts'

/** A task as a module gets it, checked. */
export interface TaskRequest {
  id: string
  type: string
  payload: unknown
  /** Since the epoch; null when there is none. */
  deadlineMs: number | null
  /** Where progress and checkpoints go; null when the caller takes none. */
  callbackUrl: string | null
  /** What an earlier attempt saved; null when none did. */
  checkpoint: unknown
}

/** Reads the envelope of the module protocol and checks payloads against the schemas that the module declares. */
export class TaskReader {
  readonly #inputSchemas: Map<string, Record<string, unknown>>
  readonly #validators = new Map<string, ValidateFunction>()

  constructor(declaration: ModuleDeclaration) {
    this.#inputSchemas = new Map(declaration.capabilities.map(({ type, inputSchema }) => [type, inputSchema ?? {}]))
  }

  /** Fields of the envelope that a module has no use for are passed over. Throws ModuleError with status 400 or 422. */
  async read(body: unknown): Promise<TaskRequest> {
    if (typeof body !== 'object' || body === null) throw invalid('The body must be an object.')
    const { taskId, type, payload, deadline, callbackUrl, checkpoint = null } = body as Record<string, unknown>
    if (typeof taskId !== 'string' || taskId.length === 0 || taskId.length > 200) {
      throw invalid('taskId must be a text of 1 to 200 characters.')
    }
    if (typeof type !== 'string' || !this.#inputSchemas.has(type)) {
      throw invalid(`This module does ${[...this.#inputSchemas.keys()].join(' and ')}, not ${JSON.stringify(type)}.`)
    }
    const deadlineMs = readDeadline(deadline ?? null)
    await this.#check(type, payload)
    return { id: taskId, type, payload, deadlineMs, callbackUrl: readCallbackUrl(callbackUrl), checkpoint }
  }

  async #check(type: string, payload: unknown): Promise<void> {
    const validate = this.#validators.get(type) ?? (await this.#compile(type))
    if (validate(payload)) return
    const [error] = validate.errors ?? []
    const problem = `payload${error?.instancePath ?? ''} ${error?.message ?? 'is not valid'}`
    throw new ModuleError('INVALID_PAYLOAD', `This is no payload for ${type}: ${problem}.`, { status: 422 })
  }

  /** At the first task of a type: loading and compiling take 80 ms, which at start would be multiplied by all processes. */
  async #compile(type: string): Promise<ValidateFunction> {
    const { Ajv } = await import('ajv')
    const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(this.#inputSchemas.get(type) ?? {})
    this.#validators.set(type, validate)
    return validate
  }
}

function readDeadline(deadline: unknown): number | null {
  if (deadline === null) return null
  const deadlineMs = typeof deadline === 'string' ? Date.parse(deadline) : Number.NaN
  if (Number.isNaN(deadlineMs)) throw invalid('deadline must be an ISO 8601 time or null.')
  return deadlineMs
}

/** An address of the control center's callbacks and nothing else. */
function readCallbackUrl(value: unknown): string | null {
  const url = typeof value === 'string' ? URL.parse(value) : null
  return url && /^https?:$/.test(url.protocol) && url.pathname.startsWith('/api/v1/callbacks/') ? url.href : null
}

function invalid(message: string): ModuleError {
  return new ModuleError('INVALID_REQUEST', message, { status: 400 })
}
