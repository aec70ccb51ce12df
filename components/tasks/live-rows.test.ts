import { describe, expect, test } from 'vitest'
import type { TaskStatus, TaskSummary } from '#server/contracts/tasks.ts'
import { anchorAt, countNew, hasUnwatched, withNewest } from './live-rows.ts'

function task(number: number, status: TaskStatus = 'ready'): TaskSummary {
  const createdAt = new Date(1_800_000_000_000 + number).toISOString()
  const hex = (1_800_000_000_000 + number).toString(16).padStart(12, '0')
  return {
    id: `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`,
    type: 'text.summarize',
    status,
    priority: 5,
    moduleId: null,
    servedBy: null,
    attemptCount: 0,
    maxAttempts: 4,
    createdAt,
    startedAt: null,
    finishedAt: null,
    errorCode: null,
  }
}

const page = (items: TaskSummary[], nextCursor: string | null = null) => ({ items, nextCursor })

describe('a list that is being read', () => {
  test('begins at the newest task and shuts out later ones by the time in its id', () => {
    const anchor = anchorAt(page([task(9), task(5)]))
    expect(anchor).toMatchObject({ newest: task(9).id, to: new Date(1_800_000_000_010).toISOString() })
  })

  test('does not begin while there is no task', () => {
    expect(anchorAt(page([]))).toBeNull()
  })

  test('begins before all tasks while none of those that were looked at matches', () => {
    const anchor = anchorAt(page([], 'further back'))
    expect(anchor).toMatchObject({ newest: '', to: undefined })
    expect(anchor && countNew(anchor, page([task(5)]))).toEqual({ count: 1, isMore: false })
  })

  test('counts what came later, and says when there is more than was looked at', () => {
    const anchor = anchorAt(page([task(5)]))
    if (!anchor) throw new Error('the list should begin')
    expect(countNew(anchor, page([task(5)]))).toEqual({ count: 0, isMore: false })
    expect(countNew(anchor, page([task(8), task(7), task(5)], 'more'))).toEqual({ count: 2, isMore: false })
    expect(countNew(anchor, page([task(9), task(8)], 'more'))).toEqual({ count: 2, isMore: true })
    expect(countNew(anchor, page([task(9), task(8)]))).toEqual({ count: 2, isMore: false })
  })
})

describe('rows that change under the reader', () => {
  test('keep their places and take the newest state; new tasks do not come in', () => {
    const rows = withNewest([task(3), task(2), task(1, 'running')], [task(4), task(3, 'running'), task(1, 'succeeded')])
    expect(rows.map(({ id, status }) => [id, status])).toEqual([
      [task(3).id, 'running'],
      [task(2).id, 'ready'],
      [task(1).id, 'succeeded'],
    ])
  })

  test('a task that has ended never goes back to running, whichever answer came last', () => {
    expect(withNewest([task(1, 'failed')], [task(1, 'running')])[0]?.status).toBe('failed')
  })

  test('are asked for again only while one of them is unfinished and not among the newest', () => {
    expect(hasUnwatched([task(2, 'running')], [task(2, 'running')])).toBe(false)
    expect(hasUnwatched([task(2, 'running'), task(1, 'succeeded')], [task(2, 'running')])).toBe(false)
    expect(hasUnwatched([task(2, 'running'), task(1, 'scheduled')], [task(2, 'running')])).toBe(true)
  })
})
