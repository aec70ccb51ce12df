import type { Driver, DriverHealth } from '../queue/driver.ts'
import type { InstanceRecord } from '../registry/module-record.ts'
import type { Clock } from '../shared/clock.ts'

/** Asks one instance for its health, for at most `timeoutMs`. Never rejects: what cannot be asked is unhealthy. */
export async function checkInstance(
  driver: Driver,
  instance: InstanceRecord,
  clock: Clock,
  timeoutMs: number,
): Promise<DriverHealth> {
  const began = clock.now()
  const ending = new AbortController()
  const unhealthy = (reason: string): DriverHealth => ({
    status: 'unhealthy',
    load: null,
    latencyMs: clock.now() - began,
    reason,
  })
  return new Promise(resolve => {
    const cancel = clock.setTimer(timeoutMs, () => {
      ending.abort()
      resolve(unhealthy(`does not answer within ${timeoutMs / 1_000} s`))
    })
    const finish = (health: DriverHealth) => {
      cancel()
      resolve(health)
    }
    Promise.resolve()
      .then(() => driver.checkHealth({ id: instance.id, endpoint: instance.endpoint }, ending.signal))
      .then(finish, () => finish(unhealthy('cannot be asked for its health')))
  })
}
