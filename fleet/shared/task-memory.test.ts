import { expect, test } from 'vitest'
import { TaskMemory } from './task-memory.ts'

const never = new AbortController().signal

/** Work that ends when it is told, and counts how often it was begun. */
function makeWork() {
  const ending = Promise.withResolvers<string>()
  const signals: AbortSignal[] = []
  const work = (signal: AbortSignal) => {
    signals.push(signal)
    signal.addEventListener('abort', () => ending.reject(signal.reason))
    return ending.promise
  }
  return { work, signals, end: ending.resolve, fail: ending.reject }
}

test('a task that is sent twice while it is under way is worked on once and answered twice', async () => {
  const memory = new TaskMemory(1_000)
  const { work, signals, end } = makeWork()
  const answers = [memory.run('task', never, work), memory.run('task', never, work)]
  end('done')
  expect(await Promise.all(answers)).toEqual(['done', 'done'])
  expect(signals).toHaveLength(1)
})

test('a task that has ended is not worked on again', async () => {
  const memory = new TaskMemory(1_000)
  const first = makeWork()
  first.end('first')
  const second = makeWork()
  second.end('second')
  expect(await memory.run('task', never, first.work)).toBe('first')
  expect(await memory.run('task', never, second.work)).toBe('first')
  expect(second.signals).toHaveLength(0)
})

test('work goes on while one of two callers still waits, and is aborted when both have left', async () => {
  const memory = new TaskMemory(1_000)
  const { work, signals } = makeWork()
  const [one, other] = [new AbortController(), new AbortController()]
  const answers = [memory.run('task', one.signal, work), memory.run('task', other.signal, work)]
  const ended = Promise.allSettled(answers)
  one.abort(new Error('left'))
  await expect(answers[0]).rejects.toThrow('left')
  expect(signals[0]?.aborted).toBe(false)
  other.abort(new Error('left too'))
  await ended
  expect(signals[0]?.aborted).toBe(true)
})

test('a caller that comes while aborted work is still ending gets work of its own', async () => {
  const memory = new TaskMemory(1_000)
  const caller = new AbortController()
  const stubborn = Promise.withResolvers<string>()
  const answer = memory.run('task', caller.signal, () => stubborn.promise)
  caller.abort(new Error('left'))
  await expect(answer).rejects.toThrow('left')
  const fresh = makeWork()
  fresh.end('fresh')
  const second = memory.run('task', never, fresh.work)
  stubborn.reject(new Error('ended at last'))
  expect(await second).toBe('fresh')
})

test('work that failed is tried again', async () => {
  const memory = new TaskMemory(1_000)
  const failing = makeWork()
  failing.fail(new Error('broken'))
  await expect(memory.run('task', never, failing.work)).rejects.toThrow('broken')
  const working = makeWork()
  working.end('whole')
  expect(await memory.run('task', never, working.work)).toBe('whole')
})

test('results beyond its room are forgotten, the oldest first', async () => {
  const memory = new TaskMemory(25)
  for (const id of ['a', 'b', 'c']) await memory.run(id, never, async () => id.repeat(10))
  const again = async () => 'again'
  expect(await memory.run('c', never, again)).toBe('c'.repeat(10))
  expect(await memory.run('b', never, again)).toBe('b'.repeat(10))
  expect(await memory.run('a', never, again)).toBe('again')
})
