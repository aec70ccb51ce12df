import type { Driver, DriverCall, DriverHealth, DriverOutcome } from '../queue/driver.ts'
import type { Clock } from '../shared/clock.ts'
import type { StopSignal } from '../shared/stop-switch.ts'
import { TurnoverMap } from '../shared/turnover-map.ts'
import type { CallModel, ModelledCall } from './call-model.ts'

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
  readonly #loads = new Map<string, { inFlight: number }>()
  /** Which modules tasks that live have been called on, one entry for each call. */
  readonly #called = new TurnoverMap<string, string[]>()

  constructor(clock: Clock, model: Pick<CallModel, 'ask'>) {
    this.#clock = clock
    this.#model = model
  }

  call(call: DriverCall, signal: StopSignal): Promise<DriverOutcome> {
    const { module, instance, type } = call
    const load = this.#loadOf(instance.id)
    const inFlight = load.inFlight++
    const modelled = this.#model.ask({
      index: Number(call.payload),
      type,
      moduleId: module.id,
      nth: this.#countCall(call),
      at: this.#clock.now(),
      inFlight,
    })
    return new Promise(resolve => {
      let isUnderWay = true
      const end = (outcome: DriverOutcome) => {
        if (!isUnderWay) return
        isUnderWay = false
        load.inFlight--
        resolve(outcome)
      }
      // The signal is this call's own, so nobody has to stop listening to it.
      signal.addEventListener('abort', () => end(aborted), { once: true })
      if (modelled.kind !== 'hangs') this.#clock.setTimer(modelled.durationMs, () => end(outcomeOf(modelled)))
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

  #loadOf(instanceId: string): { inFlight: number } {
    let load = this.#loads.get(instanceId)
    if (!load) this.#loads.set(instanceId, (load = { inFlight: 0 }))
    return load
  }

  /** Which call of this task on this module it is, from 0. */
  #countCall({ taskId, module }: DriverCall): number {
    const called = this.#called.get(taskId)
    if (!called) {
      this.#called.set(taskId, [module.id])
      return 0
    }
    const count = called.filter(id => id === module.id).length
    called.push(module.id)
    return count
  }
}

function outcomeOf(call: Exclude<ModelledCall, { kind: 'hangs' }>): DriverOutcome {
  if (call.kind === 'succeeded') return done
  return { kind: 'failed', code: call.code, message: call.code, retryable: call.retryable }
}
