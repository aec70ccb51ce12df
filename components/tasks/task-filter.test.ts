import { describe, expect, test } from 'vitest'
import { listTasksInput, priorityAliases, taskStatuses } from '#server/contracts/tasks.ts'
import { type TaskSearch, toListFilter } from './task-filter.ts'
import { priorityNames, statusOrder } from './task-words.ts'

const now = Date.parse('2026-11-21T12:00:00.000Z')
const all: TaskSearch = { status: [], type: '', module: '', q: '', range: null, from: null, to: null }

describe('the filter of the list of tasks', () => {
  test('JSON in braces is looked for in payloads; braces that are no JSON yet are text', () => {
    expect(toListFilter({ ...all, q: ' {"order": {"id": 17}} ' }, now)).toEqual({ data: { order: { id: 17 } } })
    expect(toListFilter({ ...all, q: '{"order": ' }, now)).toEqual({ q: '{"order":' })
  })

  test('an empty address asks for every task', () => {
    expect(toListFilter(all, now)).toEqual({})
  })

  test('whatever is typed into the address, the server takes the filter', () => {
    const broken: TaskSearch = {
      status: ['failed', 'running'],
      type: 'No Such Type!',
      module: '../etc',
      q: `  ${'x'.repeat(300)}  `,
      range: null,
      from: 'yesterday',
      to: '2026-02-31T00:00',
    }
    const filter = toListFilter(broken, now)
    expect(listTasksInput.safeParse(filter).success).toBe(true)
    expect(filter).toMatchObject({ status: ['failed', 'running'] })
    expect(filter.type).toBeUndefined()
    expect(filter.moduleId).toBeUndefined()
  })
})

describe('words that are written out for the sake of size', () => {
  test('the names of priorities are those of the contract', () => {
    expect(priorityNames).toEqual(priorityAliases)
  })

  test('the states are those of the contract', () => {
    expect(statusOrder).toEqual(taskStatuses)
  })
})
