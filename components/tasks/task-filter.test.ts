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

  test('a relative range ends now and goes before an absolute one', () => {
    const search: TaskSearch = { ...all, range: '15m', from: '2020-01-01T00:00:00Z', to: '2020-01-02T00:00:00Z' }
    expect(toListFilter(search, now)).toEqual({ from: '2026-11-21T11:45:00.000Z' })
  })

  test('an absolute range may be open at either end', () => {
    expect(toListFilter({ ...all, from: '2026-11-21T10:00:00+02:00' }, now)).toEqual({
      from: '2026-11-21T08:00:00.000Z',
    })
    expect(toListFilter({ ...all, to: '2026-11-21T10:00:00Z' }, now)).toEqual({ to: '2026-11-21T10:00:00.000Z' })
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
