import { expect, test } from 'vitest'
import { DispatchHarness } from '../dispatch/testing/dispatch-harness.ts'
import type { DriverOutcome } from './driver.ts'
import type { StoredTask } from './task-store.ts'
import { buildTimeline } from './timeline.ts'

const done: DriverOutcome = { kind: 'succeeded', result: 1 }
const refused: DriverOutcome = { kind: 'failed', code: 'BOOM', message: 'it broke', retryable: true }

const told = (task: StoredTask) =>
  buildTimeline(task, task.attempts).map(({ kind, attempt, detail }) => [kind, attempt, detail])

async function harnessWith(...answers: DriverOutcome[]): Promise<DispatchHarness> {
  let next = 0
  const harness = new DispatchHarness({
    modules: [
      { id: 'a', types: ['work'], slots: 1, answer: () => answers[next++] ?? done },
      { id: 'b', types: ['work'], slots: 1, answer: () => answers[next++] ?? done },
    ],
  })
  await harness.start()
  return harness
}

test('tells a whole life, oldest first: accepted, queued, claimed, decided, called, failed over, waited, retried, ended', async () => {
  const harness = await harnessWith(refused, refused, done)
  const [task] = await harness.submit('work', 1, { submittedBy: 'Ann', score: 2.4000000001 })
  await harness.clock.advance(10_000)
  const stored = await harness.get(task)
  expect(told(stored)).toEqual([
    ['accepted', null, 'by Ann, committed before it was answered'],
    ['queued', null, 'priority 5, score 2.4'],
    ['claimed', 1, null],
    ['decided', 1, null],
    ['called', 1, null],
    ['attempt_ended', 1, 'it broke'],
    ['decided', 2, null],
    ['called', 2, null],
    ['attempt_ended', 2, 'it broke'],
    ['retry_scheduled', 3, null],
    ['claimed', 3, null],
    ['decided', 3, null],
    ['called', 3, null],
    ['attempt_ended', 3, null],
    ['ended', null, null],
  ])
  const times = buildTimeline(stored, stored.attempts).map(entry => entry.at)
  expect(times).toEqual(times.toSorted())
})

test('ends with what a waiting task waits for, and until when', async () => {
  const harness = await harnessWith(refused, refused)
  const [task] = await harness.submit('work')
  await harness.clock.advance(50)
  const stored = await harness.get(task)
  expect(told(stored).at(-1)).toEqual(['retry_scheduled', null, `until ${stored.waiting?.dueAt}`])
})

test('says of a task that ended without a call why it did', async () => {
  const harness = await harnessWith()
  const [task] = await harness.submit('work', 1, { runAt: harness.clock.now() + 60_000 })
  await harness.cancel(task?.id ?? '', 'not needed any more')
  const stored = await harness.get(task)
  expect(told(stored).at(-1)).toEqual(['ended', null, 'not needed any more'])
  expect(told(stored).map(([kind]) => kind)).toEqual(['accepted', 'queued', 'ended'])
})

test('an attempt that was lost with its replica is shown without inventing an instance', async () => {
  const harness = await harnessWith()
  const lane = await harness.tasks.ensureLane({ tenantId: 'default', taskType: 'other' })
  const [task] = await harness.submit('other', 1, { maxAttempts: 1 })
  await harness.tasks.claim([{ laneId: lane.id, slots: 1 }], 1, 'dead')
  await harness.tasks.reclaim(0, 'dead')
  const entries = buildTimeline(await harness.get(task), (await harness.get(task)).attempts)
  expect(entries.map(entry => entry.label)).toEqual([
    'Accepted',
    'Queued',
    'Claimed by a worker',
    'Called an unknown instance',
    'Attempt lost',
    'Ended: failed',
  ])
})
