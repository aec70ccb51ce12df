import { afterEach, expect, test, vi } from 'vitest'
import { RecordingControlCenter } from '../testing/recording-control-center.ts'
import { ControlCenter } from './control-center.ts'
import { Feeder } from './feeder.ts'
import { TaskMix } from './task-mix.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function startFeeder(rate: number) {
  const recording = await RecordingControlCenter.start()
  const stopping = new AbortController()
  const center = new ControlCenter({ url: recording.url, apiKey: 'key-of-the-fleet' })
  const lines: string[] = []
  const feeder = new Feeder({ center, mix: await TaskMix.load(), rate, say: line => lines.push(line) })
  const feeding = feeder.feed(stopping.signal)
  stops.push(async () => {
    stopping.abort()
    await feeding
    await recording.shut()
  })
  const submitted = () => recording.callsOf('tasks.submit')
  return { recording, feeder, lines, submitted, signal: stopping.signal }
}

const keyOf = (call: { input: Record<string, unknown> }) => call.input['idempotencyKey']

test('a task whose answer was lost is sent again under the same key, and no other before it', async () => {
  const { recording, submitted } = await startFeeder(100)
  recording.submitMode = 'break'
  await vi.waitFor(() => expect(submitted().length).toBeGreaterThanOrEqual(2), { timeout: 5_000 })
  expect(new Set(submitted().map(keyOf)).size).toBe(1)
  expect(new Set(submitted().map(call => JSON.stringify(call.input))).size).toBe(1)
  recording.submitMode = 'accept'
  await vi.waitFor(() => expect(new Set(submitted().map(keyOf)).size).toBeGreaterThan(1), { timeout: 5_000 })
})

test('the feeder waits longer and longer while the queue is full, and says nothing of it', async () => {
  const { recording, submitted, lines, feeder } = await startFeeder(100)
  recording.submitMode = 'full'
  const startedMs = performance.now()
  await vi.waitFor(() => expect(submitted().length).toBeGreaterThanOrEqual(4), { timeout: 8_000 })
  // Waits of at least half of 250, 500 and 1,000 ms lie between four refusals.
  expect(performance.now() - startedMs).toBeGreaterThan(870)
  recording.submitMode = 'accept'
  await vi.waitFor(() => expect(feeder.stats.submitted).toBeGreaterThan(0), { timeout: 5_000 })
  expect(lines).toEqual([])
  expect(feeder.stats.refused).toEqual({})
})

test('the feeder goes on by itself when the control center was away', async () => {
  const { recording, submitted, feeder } = await startFeeder(50)
  await vi.waitFor(() => expect(feeder.stats.submitted).toBeGreaterThan(2), { timeout: 5_000 })
  await recording.shut()
  await vi.waitFor(() => expect(feeder.stats.isReachable).toBe(false), { timeout: 5_000 })
  const before = submitted().length
  await recording.open()
  await vi.waitFor(() => expect(submitted().length).toBeGreaterThan(before + 2), { timeout: 8_000 })
  expect(feeder.stats.isReachable).toBe(true)
})

test('a burst submits as many different tasks as were asked for, with the key of the fleet', async () => {
  const { feeder, submitted, signal } = await startFeeder(0)
  expect(await feeder.burst(60, signal)).toMatchObject({ requested: 60, accepted: 60, refused: {} })
  expect(submitted()).toHaveLength(60)
  expect(new Set(submitted().map(keyOf)).size).toBe(60)
  for (const { authorization } of submitted()) expect(authorization).toBe('Bearer key-of-the-fleet')
  const types = new Set(submitted().map(({ input }) => input['type']))
  expect(types.size).toBeGreaterThan(3)
})

test('now and then a graph is fed: a report that depends on its parts, in one batch with a key for each task', async () => {
  const { recording, feeder } = await startFeeder(400)
  const batches = () => recording.callsOf('tasks.submitBatch')
  await vi.waitFor(() => expect(batches().length).toBeGreaterThan(0), { timeout: 10_000 })
  const tasks = batches()[0]?.input['tasks'] as { ref: string; dependsOn: string[]; idempotencyKey: string }[]
  expect(tasks.map(({ ref, dependsOn }) => [ref, dependsOn])).toEqual([
    ['facts', []],
    ['tree', ['facts']],
    ['audit', ['facts']],
    ['report', ['tree', 'audit']],
  ])
  expect(new Set(tasks.map(task => task.idempotencyKey)).size).toBe(4)
  expect(feeder.stats.refused).toEqual({})
})

test('tasks stay small: no payload is larger than 64 KiB', async () => {
  const mix = await TaskMix.load()
  const tasks = await Promise.all(Array.from({ length: 100 }, () => mix.next()))
  for (const { payload } of tasks) expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThan(65_536)
})
