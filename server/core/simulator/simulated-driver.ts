import type { Driver, DriverCall, DriverHealth, DriverOutcome } from '../queue/driver.ts'
import type { Clock } from '../shared/clock.ts'
import type { CallModel } from './call-model.ts'

const healthy: DriverHealth = { status: 'healthy', load: null, latencyMs: 1, reason: null }
const done: DriverOutcome = { kind: 'succeeded', result: null }
const aborted: DriverOutcome = { kind: 'failed', code: 'ABORTED', message: 'Aborted.', retryable: null }

/**
 * Answers calls as the model says, after the time it says, on the given clock. The payload of a simulated task is its place in
 * the history. Health checks always pass: what calls come to is all that is known of modules.
 */
export class SimulatedDriver implements Driver {
  readonly name = 'simulated'
  readonly #clock: Clock
  readonly #model: Pick<CallModel, 'ask'>
  readonly #inFlight = new Map<string, number>()
  /** How often tasks that live have been called, by module. */
  readonly #called = new Map<string, Map<string, number>>()

  constructor(clock: Clock, model: Pick<CallModel, 'ask'>) {
    this.#clock = clock
    this.#model = model
  }

  call(call: DriverCall, signal: AbortSignal): Promise<DriverOutcome> {
    const { module, instance, type } = call
    const inFlight = this.#inFlight.get(instance.id) ?? 0
    this.#inFlight.set(instance.id, inFlight + 1)
    const modelled = this.#model.ask({
      index: Number(call.payload),
      type,
      moduleId: module.id,
      nth: this.#countCall(call),
      at: this.#clock.now(),
      inFlight,
    })
    return new Promise(resolve => {
      const end = (outcome: DriverOutcome) => {
        this.#inFlight.set(instance.id, (this.#inFlight.get(instance.id) ?? 1) - 1)
        resolve(outcome)
      }
      if (modelled.kind === 'hangs') {
        signal.addEventListener('abort', () => end(aborted), { once: true })
        return
      }
      const outcome: DriverOutcome =
        modelled.kind === 'succeeded'
          ? done
          : { kind: 'failed', code: modelled.code, message: modelled.code, retryable: modelled.retryable }
      const cancel = this.#clock.setTimer(modelled.durationMs, () => {
        signal.removeEventListener('abort', onAbort)
        end(outcome)
      })
      const onAbort = () => {
        cancel()
        end(aborted)
      }
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** The task has ended: its calls need not be told apart any more. */
  forget(taskId: string): void {
    this.#called.delete(taskId)
  }

  async checkHealth(): Promise<DriverHealth> {
    return healthy
  }

  release(): void {}

  async close(): Promise<void> {}

  /** Which call of this task on this module it is, from 0. */
  #countCall({ taskId, module }: DriverCall): number {
    let byModule = this.#called.get(taskId)
    if (!byModule) {
      byModule = new Map()
      this.#called.set(taskId, byModule)
    }
    const count = byModule.get(module.id) ?? 0
    byModule.set(module.id, count + 1)
    return count
  }
}
