import { describe, expect, it } from 'vitest'
import type { EventView } from '#server/contracts/events.ts'
import { appendOlder, maxPending, openBuffer, receiveEvents, showPending } from './event-buffer.ts'

function event(seq: number): EventView {
  return {
    seq,
    schemaVersion: 1,
    type: 'task.ready',
    at: '2026-11-21T12:00:00.000Z',
    priority: 5,
    taskId: null,
    moduleId: null,
    instanceId: null,
    data: {},
  }
}

/** From `first` to `last`, in that order. */
function events(first: number, last: number): EventView[] {
  const step = first <= last ? 1 : -1
  return Array.from({ length: Math.abs(last - first) + 1 }, (_, index) => event(first + index * step))
}

const seqs = (list: readonly EventView[]) => list.map(({ seq }) => seq)
const page = (newest: number, oldest: number, nextCursor: string | null = null) => ({
  items: events(newest, oldest),
  nextCursor,
})

describe('receiveEvents', () => {
  it('puts what arrives on top, newest first', () => {
    const buffer = receiveEvents(openBuffer(page(3, 1)), events(4, 6), { hold: false, size: 10 })
    expect(seqs(buffer.shown)).toEqual([6, 5, 4, 3, 2, 1])
  })

  it('shows no event twice when the stream begins before the newest of the page', () => {
    const buffer = receiveEvents(openBuffer(page(5, 1)), events(3, 7), { hold: false, size: 10 })
    expect(seqs(buffer.shown)).toEqual([7, 6, 5, 4, 3, 2, 1])
  })

  it('leaves a held list as it is and counts what arrives', () => {
    const held = { hold: true, size: 10 }
    const first = receiveEvents(openBuffer(page(3, 1)), events(4, 5), held)
    const second = receiveEvents(first, events(5, 7), held)
    expect(seqs(second.shown)).toEqual([3, 2, 1])
    expect(seqs(second.pending)).toEqual([7, 6, 5, 4])
  })

  it('lets go of the oldest beyond its size and can lead back to exactly them', () => {
    const buffer = receiveEvents(openBuffer(page(3, 1)), events(4, 6), { hold: false, size: 4 })
    expect(seqs(buffer.shown)).toEqual([6, 5, 4, 3])
    expect(buffer.olderCursor).toBe('3')
  })

  it('says that it is overrun when a held list is left alone for too long', () => {
    const buffer = receiveEvents(openBuffer(page(1, 1)), events(2, maxPending + 2), { hold: true, size: 10 })
    expect(buffer.pending).toHaveLength(maxPending)
    expect(buffer.isOverrun).toBe(true)
  })

  it('keeps its identity when nothing new arrives, so that nothing is drawn again', () => {
    const buffer = openBuffer(page(3, 1))
    expect(receiveEvents(buffer, events(1, 3), { hold: false, size: 10 })).toBe(buffer)
  })
})

describe('showPending', () => {
  it('shows all that was held back, without gap', () => {
    const held = receiveEvents(openBuffer(page(3, 1)), events(4, 6), { hold: true, size: 10 })
    const shown = showPending(held, 10)
    expect(seqs(shown.shown)).toEqual([6, 5, 4, 3, 2, 1])
    expect(shown.pending).toEqual([])
  })
})

describe('appendOlder', () => {
  it('continues below the oldest without repeating it', () => {
    const buffer = appendOlder(openBuffer(page(6, 4, '4')), page(4, 2, '2'))
    expect(seqs(buffer.shown)).toEqual([6, 5, 4, 3, 2])
    expect(buffer.olderCursor).toBe('2')
  })

  it('ends when there is nothing older', () => {
    expect(appendOlder(openBuffer(page(6, 4, '4')), { items: [], nextCursor: null }).olderCursor).toBeNull()
  })
})
