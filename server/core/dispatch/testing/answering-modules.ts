import type { DriverOutcome } from '../../queue/driver.ts'
import { DispatchHarness } from './dispatch-harness.ts'
import type { FakeModule } from './fake-fleet-ports.ts'

export const done: DriverOutcome = { kind: 'succeeded', result: { ok: true } }
export const refused: DriverOutcome = { kind: 'failed', code: 'BOOM', message: 'it broke', retryable: true }
export const hopeless: DriverOutcome = { kind: 'failed', code: 'BAD_DATA', message: 'never', retryable: false }
export const busy = (retryAfterMs: number | null): DriverOutcome => ({ kind: 'busy', retryAfterMs })

/** A module that answers with these, one after the other, the last one for ever. */
export function answering(id: string, ...answers: ReturnType<NonNullable<FakeModule['answer']>>[]): FakeModule {
  let next = 0
  return { id, types: ['work'], slots: 10, answer: () => answers[Math.min(next++, answers.length - 1)] ?? done }
}

export async function startedWith(
  modules: FakeModule[],
  options: { taskTimeoutMs?: number; concurrency?: number } = {},
): Promise<DispatchHarness> {
  const harness = new DispatchHarness({ modules, ...options })
  await harness.start()
  return harness
}

export const modulesCalled = (harness: DispatchHarness) => harness.driver.calls.map(call => call.module.id)
