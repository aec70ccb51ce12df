import { beforeEach, describe, expect, test } from 'vitest'
import { EventHub } from '#server/testing/event-hub.ts'
import { FakeClock, settlePromises } from '#server/testing/fake-clock.ts'
import { buildModule, FakeFleet } from '#server/testing/fake-fleet.ts'
import type { NewEvent } from '../operations.ts'
import { silentLogger } from '../shared/logger.ts'
import { systemPrincipal } from '../shared/principal.ts'
import { type Pause, PauseBoard, type PauseKey, type PauseStore } from './pause-board.ts'

const by = systemPrincipal('default')
const lane = { tenantId: 'default', taskType: 'work' }

/** Pauses as the database keeps them, with the events that were committed with them. */
class KeptPauses implements PauseStore {
  rows: Pause[] = []
  readonly events: NewEvent[] = []
  isAway = false

  async loadAll(): Promise<Pause[]> {
    if (this.isAway) throw new Error('the database is away')
    return [...this.rows]
  }

  async set(_by: unknown, pause: Pause, event: NewEvent): Promise<void> {
    await this.#remove(pause)
    this.rows.push(pause)
    this.events.push(event)
  }

  async clear(_by: unknown, key: PauseKey, _reason: string, event: NewEvent): Promise<boolean> {
    const had = await this.#remove(key)
    if (had) this.events.push(event)
    return had
  }

  async #remove({ tenantId, scope, targetId }: PauseKey): Promise<boolean> {
    const before = this.rows.length
    this.rows = this.rows.filter(row => row.tenantId !== tenantId || row.scope !== scope || row.targetId !== targetId)
    return this.rows.length < before
  }
}

let clock: FakeClock
let store: KeptPauses
let hub: EventHub
let board: PauseBoard
let changes: number

const makeBoard = () =>
  new PauseBoard({ store, events: hub, catalog: new FakeFleet(buildModule('m')), clock, logger: silentLogger })

beforeEach(async () => {
  clock = new FakeClock()
  store = new KeptPauses()
  hub = new EventHub()
  board = makeBoard()
  changes = 0
  board.onChange(() => changes++)
  await board.start()
})

describe('holding back', () => {
  test('everything, a type or a module holds just that, of that tenant', async () => {
    await board.pause(by, { scope: 'type', id: 'work', reason: 'r' })
    expect(board.holds(lane)).toBe(true)
    expect(board.holds({ ...lane, taskType: 'other' })).toBe(false)
    expect(board.holds({ ...lane, tenantId: 'another' })).toBe(false)
    await board.resume(by, { scope: 'type', id: 'work', reason: 'r' })
    expect(board.holds(lane)).toBe(false)
    await board.pause(by, { scope: 'all', reason: 'r' })
    expect(board.holds({ ...lane, taskType: 'other' })).toBe(true)
    expect(board.isModulePaused('default', 'm')).toBe(false)
    await board.pause(by, { scope: 'module', id: 'm', reason: 'r' })
    expect(board.isModulePaused('default', 'm')).toBe(true)
    expect(board.isModulePaused('another', 'm')).toBe(false)
    expect(changes).toBe(4)
  })

  test('is told and shown with who, why and since when; a second time gives it a new reason', async () => {
    await board.pause(by, { scope: 'module', id: 'm', reason: 'first' })
    await clock.advance(1_000)
    const again = await board.pause(by, { scope: 'module', id: 'm', reason: 'second' })
    expect(board.list('default')).toEqual([again])
    expect(again).toEqual({
      scope: 'module',
      id: 'm',
      reason: 'second',
      by: by.name,
      at: new Date(clock.now()).toISOString(),
    })
    expect(store.events).toMatchObject([
      { type: 'queue.paused', moduleId: 'm', data: { reason: 'first' } },
      { type: 'queue.paused', data: { scope: 'module', id: 'm', reason: 'second', by: by.name } },
    ])
  })

  test('outlives a restart', async () => {
    await board.pause(by, { scope: 'all', reason: 'r' })
    const restarted = makeBoard()
    await restarted.start()
    expect(restarted.holds(lane)).toBe(true)
  })

  test('what is not there cannot be paused, and what is not paused cannot be resumed', async () => {
    await expect(board.pause(by, { scope: 'module', id: 'x', reason: 'r' })).rejects.toMatchObject({
      code: 'MODULE_NOT_FOUND',
    })
    await expect(board.pause(by, { scope: 'type', id: 'x', reason: 'r' })).rejects.toMatchObject({
      code: 'TASK_TYPE_UNKNOWN',
    })
    await expect(board.resume(by, { scope: 'all', reason: 'r' })).rejects.toMatchObject({ code: 'PAUSE_NOT_FOUND' })
    expect(store.events).toEqual([])
    expect(changes).toBe(0)
  })
})

describe('another replica', () => {
  const elsewhere = (): Pause => ({
    tenantId: 'default',
    scope: 'type',
    targetId: 'work',
    reason: 'r',
    by: 'Ann',
    at: clock.now(),
  })

  test('that pauses or resumes is followed by its event', async () => {
    store.rows = [elsewhere()]
    hub.tell('queue.paused')
    await settlePromises()
    expect(board.holds(lane)).toBe(true)
    store.rows = []
    hub.tell('queue.resumed')
    await settlePromises()
    expect(board.holds(lane)).toBe(false)
    expect(changes).toBe(2)
  })

  test('is heard of a moment later when the database does not answer at once', async () => {
    store.rows = [elsewhere()]
    store.isAway = true
    hub.tell('queue.paused')
    await settlePromises()
    expect(board.holds(lane)).toBe(false)
    store.isAway = false
    await clock.advance(1_000)
    expect(board.holds(lane)).toBe(true)
    board.stop()
    expect(clock.pendingTimers).toBe(0)
  })
})
