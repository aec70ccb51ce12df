import type { DriverCall } from '#server/core/queue/driver.ts'
import type { Clock } from '#server/core/shared/clock.ts'
import { silentLogger } from '#server/core/shared/logger.ts'
import { createAddressPolicy } from '../../address-policy.ts'
import { createHttpDriver, type HttpDriver, type HttpDriverOptions } from '../http-driver.ts'

const realClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

export const testSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

/** A driver that may call this machine, closed at the end of its scope. */
export function startDriver(options: Partial<HttpDriverOptions> = {}): HttpDriver & AsyncDisposable {
  const driver = createHttpDriver({
    addressPolicy: createAddressPolicy({ allowed: ['127.0.0.0/8', '::1/128'] }),
    clock: realClock,
    logger: silentLogger,
    callbacks: { baseUrl: () => 'http://127.0.0.1:1' },
    ...options,
  })
  return Object.assign(driver, { [Symbol.asyncDispose]: () => driver.close() })
}

/** A call of the module at `endpoint`. */
export function callOf(endpoint: string, changes: Partial<DriverCall> = {}): DriverCall {
  return {
    tenantId: 'default',
    taskId: '019ab000-0000-7000-8000-000000000001',
    type: 'license.detect',
    attempt: 2,
    leaseNo: 41,
    payload: { text: 'MIT License' },
    deadline: '2026-11-21T12:00:00.000Z',
    context: { submittedBy: 'Ann', retryOf: null },
    checkpoint: { page: 3 },
    checkpointBy: 'license-detector',
    timeoutMs: 30_000,
    onReport: () => 'accepted',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    module: { id: 'license-detector', bodyStyle: 'envelope', secret: testSecret },
    instance: { id: 'i-1', endpoint },
    ...changes,
  }
}

/** A signal that never aborts by itself. */
export function noSignal(): AbortSignal {
  return new AbortController().signal
}
