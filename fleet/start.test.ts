import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { fleetModules } from './modules.ts'
import type { FleetState } from './operations/state-file.ts'
import { requestJson } from './shared/json-http.ts'
import { RecordingControlCenter } from './testing/recording-control-center.ts'

const timeout = { timeout: 20_000, interval: 50 }
const total = fleetModules.reduce((sum, { instances }) => sum + instances, 0)

interface FleetAnswer {
  modules: {
    id: string
    instances: { name: string; endpoint: string; pid: number; restarts: number; isListening: boolean }[]
  }[]
}

let folder: string
let recording: RecordingControlCenter
const children: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quarterdeck-fleet-'))
  recording = await RecordingControlCenter.start()
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await recording.shut()
  await rm(folder, { recursive: true, force: true })
})

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    QUARTERDECK_URL: recording.url,
    QUARTERDECK_API_KEY: 'key',
    FLEET_STATE_FILE: join(folder, 'fleet.json'),
    NODE_COMPILE_CACHE: join(tmpdir(), 'quarterdeck-fleet-tests'),
  }
}

/** Starts the fleet as the demo does, with an IPC channel to its parent. */
async function startFleet(): Promise<{ child: ChildProcess; controlUrl: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'start.ts')], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  children.push(child)
  let output = ''
  child.stdout?.on('data', data => {
    output += String(data)
  })
  await vi.waitFor(() => expect(output).toContain('steered at'), timeout)
  return { child, controlUrl: /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? '' }
}

const readState = async () => JSON.parse(await readFile(join(folder, 'fleet.json'), 'utf8')) as FleetState

async function readInstances(controlUrl: string) {
  const answer = await requestJson(`${controlUrl}/fleet`, { method: 'GET', signal: AbortSignal.timeout(10_000) })
  return (answer.body as FleetAnswer).modules.flatMap(({ instances }) => instances)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('a fleet comes up, feeds, takes bursts and faults, replaces what dies, leaves nothing behind, and comes back the same', async () => {
  const { child, controlUrl } = await startFleet()
  await vi.waitFor(() => expect(recording.modules.size).toBe(fleetModules.length), timeout)
  const registered = structuredClone([...recording.modules.values()])
  expect(registered.flatMap(({ instances }) => instances)).toHaveLength(total)
  await vi.waitFor(() => expect(recording.callsOf('tasks.submit').length).toBeGreaterThan(0), timeout)
  expect((await readState()).controlUrl).toBe(controlUrl)

  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(import.meta.dirname, 'burst.ts'), '--count', '20'],
    {
      env: environment(),
    },
  )
  expect(stdout).toMatch(/^20 of 20 tasks accepted/)
  expect(recording.callsOf('tasks.submit').length).toBeGreaterThan(20)

  const body = { mode: 'failing', instance: 'package-reader-2' }
  const signal = AbortSignal.timeout(5_000)
  await requestJson(`${controlUrl}/fleet/package-reader/faults`, { method: 'POST', body, signal })
  const instances = await readInstances(controlUrl)
  const modes = instances.map(instance => (instance as unknown as { fault: { mode: string } }).fault.mode)
  expect(modes.filter(mode => mode === 'failing')).toHaveLength(1)

  const victim = instances.find(({ name }) => name === 'license-detector-1')
  process.kill(victim?.pid ?? 0, 'SIGKILL')
  await vi.waitFor(async () => {
    const replaced = (await readInstances(controlUrl)).find(({ name }) => name === 'license-detector-1')
    expect(replaced).toMatchObject({ endpoint: victim?.endpoint, restarts: 1, isListening: true })
    expect(replaced?.pid).not.toBe(victim?.pid)
  }, timeout)

  const pids = (await readInstances(controlUrl)).map(({ pid }) => pid)
  child.kill('SIGKILL')
  await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), timeout)

  const next = await startFleet()
  await vi.waitFor(() => expect(recording.callsOf('modules.get')).toHaveLength(fleetModules.length), timeout)
  expect([...recording.modules.values()]).toEqual(registered)

  const nextPids = (await readInstances(next.controlUrl)).map(({ pid }) => pid)
  next.child.disconnect()
  await vi.waitFor(() => expect(next.child.exitCode).toBe(0), timeout)
  expect(nextPids.filter(isAlive)).toEqual([])
  expect((await readState()).controlUrl).toBeNull()
}, 60_000)

test('without a key the fleet says so in one line and does not start', async () => {
  const { QUARTERDECK_API_KEY: _, ...others } = environment()
  const run = promisify(execFile)(process.execPath, [join(import.meta.dirname, 'start.ts')], { env: others })
  await expect(run).rejects.toMatchObject({
    code: 1,
    stderr: 'fleet: QUARTERDECK_API_KEY is not set: the fleet needs a key of the control center\n',
  })
})
