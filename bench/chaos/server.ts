import { createLogger } from '../../server/composition/create-logger.ts'
import { startQuarterdeck } from '../../server/composition/start-quarterdeck.ts'
import { readConfig } from '../../server/config/read-config.ts'
import type { OrchestratorPorts } from '../../server/core/orchestrator-ports.ts'
import type { DriverCall } from '../../server/core/queue/driver.ts'
import { endWithParent } from '../../server/testing/end-with-parent.ts'
import { type CrashPoint, crashAt } from './crash-points.ts'

/**
 * The program without pages and with weak spots, as CHAOS_* say: it dies at a named point or when it calls a module with a certain
 * payload, and its machine's clock is wrong. Prints its address as one line of JSON.
 */
const environment = process.env
endWithParent()
const die = () => process.kill(process.pid, 'SIGKILL')

let skewMs = Number(environment['CHAOS_CLOCK_SKEW_MS'] ?? 0)
if (environment['CHAOS_CLOCK_SKEW_MS'] !== undefined) {
  const rightNow = Date.now.bind(Date)
  const RightDate = Date
  // Everything that asks what time it is goes through these two; timers run on, as they do on a machine whose clock is set.
  globalThis.Date = class extends RightDate {
    constructor(...args: [] | [string | number | Date]) {
      if (args.length === 0) super(rightNow() + skewMs)
      else super(...args)
    }
    static override now = () => rightNow() + skewMs
  } as DateConstructor
  process.on('SIGUSR2', () => {
    skewMs = -skewMs
  })
}

const { config } = readConfig(environment)
const quarterdeck = await startQuarterdeck(config, {
  logger: createLogger(config.logLevel),
  dev: false,
  headless: true,
  wrapPorts,
})
process.on('SIGTERM', () => void quarterdeck.stop().then(() => process.exit(0)))
console.log(JSON.stringify({ url: quarterdeck.url }))

function wrapPorts(ports: OrchestratorPorts): OrchestratorPorts {
  const point = environment['CHAOS_CRASH_AT'] as CrashPoint | undefined
  if (point !== undefined) {
    const onTime = Number(environment['CHAOS_CRASH_ON_TIME'] ?? 1)
    const duringMs = Number(environment['CHAOS_CRASH_DURING_MS'] ?? 0)
    let isArmed = false
    process.once('SIGUSR2', () => {
      isArmed = true
    })
    return crashAt(ports, { point, onTime, duringMs }, { isArmed: () => isArmed, die })
  }
  if (environment['CHAOS_POISON'] === undefined) return ports
  return { ...ports, drivers: Object.fromEntries(Object.entries(ports.drivers).map(poisonable)) }
}

/** A driver that ends the whole process when it is handed the payload "poison". */
function poisonable([name, driver]: [string, OrchestratorPorts['drivers'][string]]) {
  const call = (request: DriverCall, signal: AbortSignal) => {
    if (request.payload === 'poison') die()
    return driver.call(request, signal)
  }
  const guarded = {
    name,
    call,
    checkHealth: driver.checkHealth.bind(driver),
    release: driver.release.bind(driver),
    close: driver.close.bind(driver),
  }
  return [name, guarded] as const
}
