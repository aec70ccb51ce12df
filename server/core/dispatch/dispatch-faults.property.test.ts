import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import type { TaskStatus } from '../../contracts/tasks.ts'
import type { DriverCall, DriverOutcome } from '../queue/driver.ts'
import { isEnded } from '../queue/task-state.ts'
import type { NewTask } from '../queue/task-store.ts'
import { DispatchHarness } from './testing/dispatch-harness.ts'
import type { FakeModule } from './testing/fake-fleet-ports.ts'

const types = ['x', 'y', 'z']
const done: DriverOutcome = { kind: 'succeeded', result: 1 }
const failures: DriverOutcome[] = [
  { kind: 'failed', code: 'E', message: 'again', retryable: true },
  { kind: 'failed', code: 'F', message: 'never', retryable: false },
  { kind: 'busy', retryAfterMs: 300 },
]

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        submit: fc.constantFrom(...types),
        count: fc.integer({ min: 1, max: 12 }),
        /** Counted from the newest task before them. */
        parents: fc.oneof({ weight: 3, arbitrary: fc.constant<number[]>([]) }, fc.array(fc.nat(6), { maxLength: 3 })),
      }),
    },
    { weight: 6, arbitrary: fc.record({ pass: fc.constantFrom(1, 10, 100, 700, 3_000) }) },
    { weight: 2, arbitrary: fc.record({ cancel: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ pauseOrResume: fc.constantFrom(...types) }) },
    { weight: 2, arbitrary: fc.constantFrom({ do: 'store away' }, { do: 'store back' }) },
    { weight: 1, arbitrary: fc.constant({ do: 'lose leases' }) },
    { weight: 1, arbitrary: fc.constantFrom({ do: 'break router' }, { do: 'break breaker' }, { do: 'open breaker' }) },
    {
      weight: 3,
      arbitrary: fc.constantFrom<{ lose: 'insert' | 'claim' | 'finish' }[]>(
        { lose: 'insert' },
        { lose: 'claim' },
        { lose: 'finish' },
      ),
    },
  ),
  { minLength: 10, maxLength: 50, size: 'max' },
)

/** What modules are like, and what they have been called for. */
interface Mood {
  calm: boolean
  onCall: (call: DriverCall) => void
}

/** Modules that answer, fail, are busy and hang as the seed says, and behave from the moment `calm` is set. */
function moodyModules(seed: number, mood: Mood): FakeModule[] {
  const random = createSeededRandom(seed)
  return [
    { id: 'a', types: ['x', 'y'], slots: 2 },
    { id: 'b', types: ['y', 'z'], slots: 3 },
    { id: 'c', types: ['z'], slots: 1 },
  ].map(module => ({
    ...module,
    answer(call: DriverCall) {
      mood.onCall(call)
      const afterMs = Math.floor(random() * 400)
      if (mood.calm || random() < 0.6) return { afterMs, outcome: done }
      if (random() < 0.15) return 'never'
      return { afterMs, outcome: failures[Math.floor(random() * failures.length)] ?? done }
    },
  }))
}

function isBadEnd(status: TaskStatus): boolean {
  return isEnded(status) && status !== 'succeeded'
}

test('whatever fails and whenever: every accepted task ends once, no lease and no slot is leaked, and the limits hold', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 6 }), steps, async (seed, concurrency, plan) => {
      const mood: Mood = { calm: false, onCall: () => {} }
      const harness = new DispatchHarness({ concurrency, modules: moodyModules(seed, mood), taskTimeoutMs: 60_000 })
      await harness.start()
      const tasks: NewTask[] = []
      const leasesSeen = new Set<number>()
      const startedWhilePaused: string[] = []
      mood.onCall = ({ leaseNo, taskId, type }) => {
        // What has begun goes on, on other modules too.
        if (!leasesSeen.has(leaseNo) && harness.held.has(type)) startedWhilePaused.push(taskId)
        leasesSeen.add(leaseNo)
      }
      for (const step of plan) {
        // Nothing can be accepted while the store is away.
        if ('submit' in step && harness.line.isAway) continue
        if ('submit' in step) {
          const parents = step.parents.flatMap(back => tasks.at(-1 - back)?.id ?? [])
          const isLate = (await harness.statuses(tasks.filter(task => parents.includes(task.id)))).some(isBadEnd)
          const dependsOn = isLate ? [] : parents
          tasks.push(...(await harness.submit(step.submit, step.count, { timeoutMs: 6_000, dependsOn })))
        } else if ('pass' in step) await harness.clock.advance(step.pass)
        else if ('cancel' in step) {
          const task = tasks[step.cancel % Math.max(1, tasks.length)]
          if (task) await harness.cancel(task.id, 'because')
        } else if ('pauseOrResume' in step) {
          // What runs has begun, though its call may be a few promises away.
          for (const { task } of harness.dispatcher.executing()) leasesSeen.add(task.leaseNo)
          if (!harness.held.delete(step.pauseOrResume)) harness.held.add(step.pauseOrResume)
        } else if ('lose' in step) harness.loseNextAnswer(step.lose)
        else if (step.do === 'store away') harness.line.isAway = true
        else if (step.do === 'store back') harness.line.isAway = false
        else if (step.do === 'lose leases') await harness.tasks.reclaim(0, 'own')
        else if (step.do === 'break router') harness.router.faults = 2
        else if (step.do === 'break breaker') harness.breakers.faults = 1
        else if (step.do === 'open breaker') harness.breakers.open.add('a')
      }
      mood.calm = true
      harness.line.isAway = false
      harness.breakers.open.clear()
      harness.held.clear()
      await harness.clock.advance(300_000)
      expect(startedWhilePaused).toEqual([])

      const statuses = await harness.statuses(tasks)
      expect(statuses.filter(status => !isEnded(status))).toEqual([])
      const { accepted, ...ended } = await harness.tasks.totals('default')
      expect(accepted).toBe(tasks.length)
      expect(Object.values(ended).reduce((sum, count) => sum + count, 0)).toBe(accepted)
      expect(harness.driver.mostInFlight).toBeLessThanOrEqual(concurrency)
      expect({
        slots: harness.takenSlots,
        running: harness.dispatcher.running,
        calls: harness.driver.inFlight,
      }).toEqual({
        ...{ slots: 0, running: 0, calls: 0 },
      })
      for (const task of tasks) {
        const numbers = (await harness.get(task)).attempts.map(attempt => attempt.number)
        expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
        expect(numbers.length).toBeLessThanOrEqual(task.maxAttempts)
      }
    }),
    { numRuns: 120 },
  )
})
