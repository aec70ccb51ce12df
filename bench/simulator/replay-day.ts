import { runReplay } from '#server/composition/simulator/run-replay.ts'
import { instanceRecord, moduleRecord } from '#server/core/registry/testing/builders.ts'
import { createDraws } from '#server/core/simulator/draw.ts'
import type { RecordedTask } from '#server/core/simulator/recorded-history.ts'
import { historyOf, recordedTask, snapshotOf } from '#server/core/simulator/testing/synthetic-history.ts'

const dayMs = 86_400_000
const types = ['a.run', 'b.run', 'c.run', 'd.run']
/** Six modules of two instances, each for two of the types, so that every type has three to choose from. */
const modules = Array.from({ length: 6 }, (_, number) =>
  moduleRecord(`m${number}`, {
    capabilities: [0, 1].map(step => ({
      type: types[(number + step) % types.length] ?? '',
      inputSchema: null,
      outputSchema: null,
    })),
    instances: [0, 1].map(instance => instanceRecord(`http://10.0.0.${number}/${instance}`, { capacity: 4 })),
  }),
)

/** A day with so many tasks, evenly spread: exponential calls of 0.8 s, one of fifty failing and tried again. */
function recordDay(count: number): RecordedTask[] {
  const draws = createDraws(1)
  const exponential = (mean: number) => -Math.log(1 - draws()) * mean
  const tasks: RecordedTask[] = []
  for (let at = 0; tasks.length < count; ) {
    at += exponential(dayMs / count)
    const type = types[Math.floor(draws() * types.length)] ?? ''
    const able = modules.filter(({ capabilities }) => capabilities.some(capability => capability.type === type))
    const moduleId = able[Math.floor(draws() * able.length)]?.id ?? ''
    const hasFailed = draws() < 0.02
    const call = () => ({ moduleId, endedAt: Date.UTC(2026, 0, 1) + at + exponential(800), inFlight: 1 })
    const calls = hasFailed ? [{ ...call(), outcome: 'failed' as const, errorCode: 'HTTP_500' }, call()] : [call()]
    tasks.push(recordedTask(Math.round(at), calls, { type }))
  }
  return tasks
}

const count = Number(process.argv[2] ?? 1_000_000)
const history = historyOf(recordDay(count), dayMs)
const snapshot = snapshotOf(...modules)
const begun = performance.now()
const cpu = process.cpuUsage()
await runReplay({ history, recordedUnder: snapshot, snapshot, seed: 1 })
const { user, system } = process.cpuUsage(cpu)
const heapMb = Math.round(process.memoryUsage().heapUsed / 2 ** 20)
console.log(JSON.stringify({ seconds: (performance.now() - begun) / 1_000, cpuSeconds: (user + system) / 1e6, heapMb }))
