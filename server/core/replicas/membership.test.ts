import { beforeEach, describe, expect, test } from 'vitest'
import { FakeClock, settlePromises } from '#server/testing/fake-clock.ts'
import { silentLogger } from '../shared/logger.ts'
import { Membership } from './membership.ts'
import type { HeartbeatAnswer, ReplicaStore } from './replica-store.ts'
import { RevisionWatch } from './revision-watch.ts'

let clock: FakeClock
let answer: HeartbeatAnswer
let isAway: boolean
let acknowledged: (string | null)[]
let told: string[]
let membership: Membership
let revisions: RevisionWatch

const store: ReplicaStore = {
  join: async () => void told.push('join'),
  async beat(_report, terms) {
    if (isAway) throw new Error('the database does not answer')
    acknowledged.push(terms.acknowledgedLoss)
    if (answer.lostAt !== null && answer.lostAt === terms.acknowledgedLoss) answer = { ...answer, lostAt: null }
    return answer
  },
  declareLost: async () => [],
  leave: async () => {},
  list: async () => [],
}

beforeEach(() => {
  clock = new FakeClock()
  answer = { others: [], othersRunning: 0, othersConcurrency: 0, lostAt: null, duties: ['retention'], revisions: {} }
  isAway = false
  acknowledged = []
  told = []
  revisions = new RevisionWatch(silentLogger)
  membership = new Membership({
    store,
    revisions,
    clock,
    logger: silentLogger,
    report: () => ({ running: 0, concurrency: 1, claimedPerMinute: 0, staleWrites: 0, refused: 0, isDraining: false }),
    onLost: () => told.push('lost'),
    onOthersChanged: others => told.push(`others: ${others.join(' ')}`),
  })
})

describe('a replica', () => {
  test('may take on work and has duties only while its heartbeats are answered', async () => {
    expect([membership.isFresh, membership.holds('retention')]).toEqual([false, false])
    await membership.join()
    expect([membership.isFresh, membership.holds('retention'), membership.holds('deadlines')]).toEqual([
      true,
      true,
      false,
    ])
    isAway = true
    await clock.advance(3_999)
    await expect(membership.beat()).rejects.toThrow()
    expect(membership.isFresh).toBe(true)
    await clock.advance(1)
    expect([membership.isFresh, membership.holds('retention')]).toEqual([false, false])
    isAway = false
    await membership.beat()
    expect(membership.holds('retention')).toBe(true)
  })

  test('tells when others come and go, but not of those it finds', async () => {
    answer = { ...answer, others: ['a'] }
    await membership.join()
    answer = { ...answer, others: ['a', 'b'] }
    await membership.beat()
    await membership.beat()
    answer = { ...answer, others: [] }
    await membership.beat()
    expect(told).toEqual(['join', 'others: a b', 'others: '])
    expect(membership.isShared).toBe(false)
  })

  test('that was taken for dead hears of it once, and says that it has heard', async () => {
    await membership.join()
    answer = { ...answer, lostAt: 'then' }
    await membership.beat()
    await membership.beat()
    await membership.beat()
    expect(told).toEqual(['join', 'lost'])
    expect(acknowledged).toEqual([null, null, 'then', 'then'])
    answer = { ...answer, lostAt: 'later' }
    await membership.beat()
    expect(told).toEqual(['join', 'lost', 'lost'])
  })
})

describe('configuration', () => {
  test('is read at the first heartbeat, and again when its number has moved', async () => {
    let reads = 0
    revisions.watch('modules', async () => void reads++)
    answer = { ...answer, revisions: { modules: 7, settings: 1 } }
    await membership.join()
    await settlePromises()
    expect(reads).toBe(1)
    await membership.beat()
    await settlePromises()
    expect(reads).toBe(1)
    answer = { ...answer, revisions: { modules: 8, settings: 1 } }
    await membership.beat()
    await settlePromises()
    expect(reads).toBe(2)
  })

  test('that could not be read is read with the next heartbeat', async () => {
    let tries = 0
    revisions.watch('modules', async () => {
      if (++tries === 1) throw new Error('the database does not answer')
    })
    revisions.observe({ modules: 1 })
    await settlePromises()
    revisions.observe({ modules: 1 })
    await settlePromises()
    revisions.observe({ modules: 1 })
    await settlePromises()
    expect(tries).toBe(2)
  })

  test('that changes while it is read is read once more, never twice at a time', async () => {
    const reading: (() => void)[] = []
    revisions.watch('modules', () => new Promise(resolve => reading.push(resolve)))
    revisions.observe({ modules: 1 })
    revisions.observe({ modules: 2 })
    revisions.observe({ modules: 3 })
    expect(reading).toHaveLength(1)
    reading[0]?.()
    await settlePromises()
    expect(reading).toHaveLength(2)
    reading[1]?.()
    await settlePromises()
    revisions.observe({ modules: 3 })
    await settlePromises()
    expect(reading).toHaveLength(2)
  })
})
