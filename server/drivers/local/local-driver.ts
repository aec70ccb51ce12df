import type { Json } from '#server/contracts/common.ts'
import type { Driver, DriverCall, DriverHealth, DriverOutcome } from '#server/core/queue/driver.ts'
import { QuarterdeckError } from '#server/core/shared/errors.ts'
import type { StopSignal } from '#server/core/shared/stop-switch.ts'
import { moduleErrorSchema } from '../module-error.ts'

/** What a function in this process is told of the task it works on: what the module protocol sends, without the transport. */
export type LocalTask = Omit<DriverCall, 'module' | 'instance' | 'tenantId'>

/**
 * Does the work of one call and returns its result, JSON of at most 256 KiB. What it throws is a failed attempt; `code` and
 * `retryable` on the error are taken over (default `HANDLER_FAILED`, retryable). The signal aborts when nobody waits any more.
 */
export type LocalHandler = (task: LocalTask, signal: AbortSignal) => unknown

const protocol = 'local:'

export interface LocalDriver extends Driver {
  /** Throws INVALID_ENDPOINT unless it is `local://<name>` of a handler of this process. */
  checkEndpoint(endpoint: string): void
}

/**
 * Calls modules that are functions in the server's own process, by the name in `local://<name>`. They share its thread: for
 * embedding and for short work, not for what takes seconds of processor time.
 */
export function createLocalDriver(handlers: Readonly<Record<string, LocalHandler>>): LocalDriver {
  const byName = new Map(Object.entries(handlers))
  const find = (endpoint: string) => (endpoint.startsWith('local://') ? byName.get(new URL(endpoint).host) : undefined)
  return {
    name: 'local',
    async call(call, signal): Promise<DriverOutcome> {
      const handler = find(call.instance.endpoint)
      if (!handler) return missing(call.instance.endpoint)
      const { module: _module, instance: _instance, tenantId: _tenantId, ...task } = call
      try {
        const result = await untilAborted(signal, handed =>
          handler({ ...task, payload: structuredClone(task.payload) }, handed),
        )
        return { kind: 'succeeded', result: (result ?? null) as Json }
      } catch (error) {
        return toFailure(error, signal)
      }
    },
    checkHealth({ endpoint }): Promise<DriverHealth> {
      const reason = find(endpoint) ? null : `has no handler for ${endpoint} in this process`
      return Promise.resolve({ status: reason === null ? 'healthy' : 'unhealthy', load: null, latencyMs: 0, reason })
    },
    checkEndpoint(endpoint) {
      if (URL.canParse(endpoint) && new URL(endpoint).protocol === protocol && find(endpoint)) return
      throw new QuarterdeckError('INVALID_ENDPOINT', {
        message: `There is no function behind ${endpoint} in this process.`,
        action:
          byName.size === 0
            ? 'Start the program with handlers, or use the http driver.'
            : `Give one of: ${[...byName.keys()].map(name => `local://${name}`).join(', ')}.`,
      })
    },
    release() {},
    close: () => Promise.resolve(),
  }
}

/** A handler that ignores the signal it is handed must not hold the slot: what it does after the abort is nobody's business. */
function untilAborted(signal: StopSignal, work: (handed: AbortSignal) => unknown): Promise<unknown> {
  const controller = new AbortController()
  return new Promise((resolve, reject) => {
    const abort = () => {
      controller.abort(signal.reason)
      reject(new Error('aborted'))
    }
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    const end = (settle: () => void) => {
      signal.removeEventListener('abort', abort)
      settle()
    }
    Promise.resolve(work(controller.signal)).then(
      result => end(() => resolve(result)),
      (error: unknown) => end(() => reject(error)),
    )
  })
}

function missing(endpoint: string): DriverOutcome {
  const message = `This process has no function behind ${endpoint}.`
  return { kind: 'failed', code: 'HANDLER_MISSING', message, retryable: true }
}

function toFailure(error: unknown, signal: StopSignal): DriverOutcome {
  if (signal.aborted) return { kind: 'failed', code: 'ABORTED', message: 'The call was aborted.', retryable: true }
  const told = moduleErrorSchema.safeParse(error)
  if (told.success) return { kind: 'failed', ...told.data, retryable: told.data.retryable ?? true }
  const message = error instanceof Error ? error.message : String(error)
  return { kind: 'failed', code: 'HANDLER_FAILED', message: message.slice(0, 2_000), retryable: true }
}
