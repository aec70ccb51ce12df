import { expect, test } from 'vitest'
import { fleetModules } from '../modules.ts'
import { RecordingControlCenter } from '../testing/recording-control-center.ts'
import { ControlCenter } from './control-center.ts'
import { Registrar } from './registrar.ts'

const never = new AbortController().signal

/** A registrar for a fleet with one instance per module, the nth at port `firstPort + n`. */
function makeRegistrar(recording: RecordingControlCenter, firstPort: number) {
  const lines: string[] = []
  const center = new ControlCenter({ url: recording.url, apiKey: 'key' })
  const endpoints = () =>
    Object.fromEntries(
      fleetModules.map(({ declaration }, index) => [declaration.id, [`http://127.0.0.1:${firstPort + index}`]]),
    )
  return {
    registrar: new Registrar({ center, modules: fleetModules, endpoints, say: line => lines.push(line) }),
    lines,
  }
}

const endpointsOf = (recording: RecordingControlCenter, id: string) =>
  recording.modules.get(id)?.instances.map(({ endpoint }) => endpoint)

test('every module is registered once, after those it depends on', async () => {
  await using recording = await RecordingControlCenter.start()
  const { registrar } = makeRegistrar(recording, 40_000)
  await registrar.sync(never)
  const ids = fleetModules.map(({ declaration }) => declaration.id)
  expect(recording.calls.map(({ procedure, input }) => [procedure, input['id']])).toEqual(
    ids.map(id => ['modules.register', id]),
  )
  expect(endpointsOf(recording, 'package-reader')).toEqual(['http://127.0.0.1:40000'])
})

test('going over it again changes nothing when nothing has changed', async () => {
  await using recording = await RecordingControlCenter.start()
  const { registrar } = makeRegistrar(recording, 40_000)
  await registrar.sync(never)
  const before = structuredClone([...recording.modules.values()])
  await registrar.sync(never)
  expect([...recording.modules.values()]).toEqual(before)
  expect(recording.callsOf('instances.register')).toEqual([])
  expect(recording.callsOf('instances.deregister')).toEqual([])
})

test('a fleet that listens elsewhere replaces its old addresses, and leaves those of other machines alone', async () => {
  await using recording = await RecordingControlCenter.start()
  await makeRegistrar(recording, 40_000).registrar.sync(never)
  const elsewhere = { id: 'instance-of-others', endpoint: 'http://10.1.2.3:8080' }
  recording.modules.get('license-detector')?.instances.push(elsewhere)
  await makeRegistrar(recording, 41_000).registrar.sync(never)
  expect(endpointsOf(recording, 'package-reader')).toEqual(['http://127.0.0.1:41000'])
  expect(endpointsOf(recording, 'license-detector')).toEqual(['http://10.1.2.3:8080', 'http://127.0.0.1:41001'])
})

test('a control center that is not there yet is waited for', async () => {
  await using recording = await RecordingControlCenter.start()
  await recording.shut()
  const { registrar, lines } = makeRegistrar(recording, 40_000)
  const syncing = registrar.sync(never)
  await recording.open()
  await syncing
  expect(recording.modules.size).toBe(fleetModules.length)
  expect(lines).toEqual([`fleet: ${fleetModules.length} modules registered`])
})

test('a refusal that no retry changes is said once and not tried again', async () => {
  await using recording = await RecordingControlCenter.start()
  const { lines } = makeRegistrar(recording, 40_000)
  const center = new ControlCenter({ url: `${recording.url}/wrong`, apiKey: 'key' })
  const registrar = new Registrar({
    center,
    modules: fleetModules,
    endpoints: () => ({}),
    say: line => lines.push(line),
  })
  await registrar.sync(never)
  expect(lines).toEqual([expect.stringContaining('PROCEDURE_NOT_FOUND')])
  expect(recording.calls).toHaveLength(1)
})
