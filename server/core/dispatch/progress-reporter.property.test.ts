import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeClock } from '#server/testing/fake-clock.ts'
import { ProgressReporter } from './progress-reporter.ts'

const progressOf = (percent: number) => ({ percent, stage: null, message: null, at: '' })
const sourceOf = (task: number) => ({
  tenantId: 'default',
  taskId: `t${task}`,
  priority: 5,
  leaseNo: 1,
  attempt: 1,
  moduleId: 'm',
  instanceId: 'i',
})

test('however often modules report: a task at most twice a second, 50 in all, the last report never lost, none after the end', async () => {
  const moments = fc.array(
    fc.record({
      passMs: fc.integer({ min: 0, max: 700 }),
      tasks: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 60 }),
      ends: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 3 }),
    }),
    { maxLength: 15 },
  )
  await fc.assert(
    fc.asyncProperty(moments, async given => {
      const clock = new FakeClock()
      const told: { at: number; task: string; percent: number }[] = []
      const publish = ({ taskId, data }: { taskId?: string | null; data?: Record<string, unknown> }) => {
        told.push({ at: clock.now(), task: taskId ?? '', percent: data?.['percent'] as number })
        return { withdraw: () => null }
      }
      const reporter = new ProgressReporter({ events: { publish }, clock })
      const last = new Map<string, number>()
      const endedAt = new Map<string, number>()
      let percent = 0
      for (const { passMs, tasks, ends } of given) {
        await clock.advance(passMs)
        for (const task of tasks) {
          reporter.report(sourceOf(task), progressOf(++percent))
          last.set(`t${task}`, percent)
          endedAt.delete(`t${task}`)
        }
        for (const task of ends) {
          reporter.forget(`t${task}`)
          endedAt.set(`t${task}`, told.length)
        }
      }
      await clock.advance(60_000)
      for (const [task, own] of Map.groupBy(told, event => event.task)) {
        for (const [index, event] of own.entries()) {
          expect(event.at - (own[index - 1]?.at ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(500)
        }
        expect(told.slice(endedAt.get(task) ?? told.length).some(event => event.task === task)).toBe(false)
      }
      for (const [task, value] of last) {
        if (!endedAt.has(task)) expect(told.findLast(event => event.task === task)?.percent).toBe(value)
      }
      for (const own of Map.groupBy(told, event => event.at).values()) expect(own.length).toBeLessThanOrEqual(25)
      expect(clock.pendingTimers).toBe(0)
    }),
    { numRuns: 60 },
  )
})
