import { fleetModules } from '../modules.ts'
import { requestJson } from '../shared/json-http.ts'
import { ControlCenter } from './control-center.ts'
import { ControlServer } from './control-server.ts'
import { Feeder } from './feeder.ts'
import type { FleetConfig } from './fleet-config.ts'
import { Registrar } from './registrar.ts'
import { readState, writeState } from './state-file.ts'
import { Supervisor } from './supervisor.ts'
import { TaskMix } from './task-mix.ts'

const watchEveryMs = 5_000

/** A fleet that runs. */
export interface RunningFleet {
  controlUrl: string
  /** Ends the feeder and all processes. */
  stop(): Promise<void>
}

/**
 * Starts all modules, then registers them and feeds the control center, both for as long as the fleet runs and however often
 * the control center goes away. Resolves when every instance listens; rejects when the same fleet runs already or a module
 * does not start. `say` gets a line only when something changes.
 */
export async function startFleet(config: FleetConfig, say: (line: string) => void): Promise<RunningFleet> {
  const former = await readState(config.stateFile)
  await refuseSecondFleet(former.controlUrl)
  const stopping = new AbortController()
  const { signal } = stopping
  let controlUrl: string | null = null
  const remember = () => writeState(config.stateFile, { controlUrl, ports: supervisor.ports() })
  const onMoved = () => void Promise.all([remember(), registrar.sync(signal)])
  const onRecovered = () => void registrar.sync(signal)
  const { moduleEnvironment: environment } = config
  const supervisor = new Supervisor({ modules: fleetModules, formerPorts: former.ports, environment, onMoved })
  const center = new ControlCenter({ url: config.controlCenterUrl, apiKey: config.apiKey, onRecovered })
  const endpoints = () => supervisor.endpoints()
  const registrar = new Registrar({ center, modules: fleetModules, endpoints, say })
  const [mix] = await Promise.all([TaskMix.load(), supervisor.start()])
  const feeder = new Feeder({ center, mix, rate: config.rate, say })
  const control = new ControlServer(supervisor, feeder, signal)
  const address = await control.listen(config.controlPort)
  controlUrl = address
  await remember()
  const running = [registrar.sync(signal).then(() => feeder.feed(signal)), center.watch(watchEveryMs, signal)]
  return {
    controlUrl: address,
    async stop() {
      stopping.abort()
      await Promise.all([...running, control.close(), supervisor.stop()])
      controlUrl = null
      await remember()
    },
  }
}

/** Two fleets with one state file would keep taking each other out of the registry. */
async function refuseSecondFleet(controlUrl: string | null): Promise<void> {
  if (controlUrl === null) return
  const request = { method: 'GET', signal: AbortSignal.timeout(1_000) } as const
  const answer = await requestJson(`${controlUrl}/fleet`, request).catch(() => null)
  if (answer?.status === 200) throw new Error(`a fleet runs already; it is steered at ${controlUrl}`)
}
