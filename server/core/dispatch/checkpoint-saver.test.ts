import { beforeEach, expect, test } from 'vitest'
import type { CheckpointWrite } from '../queue/interruption.ts'
import { CheckpointSaver } from './checkpoint-saver.ts'

/** Writes under way, each with how it ends. */
let writes: { data: unknown; end: PromiseWithResolvers<boolean> }[]
let saver: CheckpointSaver

beforeEach(() => {
  writes = []
  const write = ({ data }: CheckpointWrite) => {
    const end = Promise.withResolvers<boolean>()
    writes.push({ data: JSON.parse(data), end })
    return end.promise
  }
  saver = new CheckpointSaver({ tenantId: 'default', taskId: 't', leaseNo: 1 }, null, write)
})

const save = (data: number) => saver.save({ data, moduleId: 'm' })
const settle = () => new Promise(resolve => setImmediate(resolve))

test('writes one at a time; of those that come meanwhile only the newest, which answers for all', async () => {
  const first = save(1)
  const [second, third, fourth] = [save(2), save(3), save(4)]
  expect(writes.map(({ data }) => data)).toEqual([1])
  expect(saver.last).toBeNull()
  writes[0]?.end.resolve(true)
  expect(await first).toBe(true)
  await settle()
  expect(saver.last).toEqual({ data: 1, moduleId: 'm' })
  expect(writes.map(({ data }) => data)).toEqual([1, 4])
  writes[1]?.end.resolve(true)
  expect(await Promise.all([second, third, fourth])).toEqual([true, true, true])
  expect(saver.last).toEqual({ data: 4, moduleId: 'm' })
  expect(saver.settled).toBeNull()
})

test('what was not kept is not the last one: of a lease that was taken over, or while the database is away', async () => {
  const stale = save(1)
  writes[0]?.end.resolve(false)
  expect(await stale).toBe(false)
  const lost = save(2)
  const next = save(3)
  writes[1]?.end.reject(new Error('the database is away'))
  await expect(lost).rejects.toThrow('away')
  expect(saver.last).toBeNull()
  await settle()
  writes[2]?.end.resolve(true)
  expect(await next).toBe(true)
  expect(saver.last).toEqual({ data: 3, moduleId: 'm' })
})

test('whoever ends the lease can wait for all that is being written', async () => {
  void save(1)
  void save(2)
  let isSettled = false
  void saver.settled?.then(() => {
    isSettled = true
  })
  writes[0]?.end.resolve(true)
  await settle()
  expect(isSettled).toBe(false)
  writes[1]?.end.resolve(true)
  await settle()
  expect(isSettled).toBe(true)
})
