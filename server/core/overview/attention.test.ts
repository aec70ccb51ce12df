import { describe, expect, test } from 'vitest'
import type { AlertView } from '../../contracts/alerts.ts'
import type { BreakerView } from '../../contracts/breakers.ts'
import type { ReplicaView } from '../../contracts/replicas.ts'
import type { QueueStats } from '../../contracts/stats.ts'
import { type AttentionInput, findAttention } from './attention.ts'
import { alertView, breakerView, queueStats, replicaView } from './testing/views.ts'

const nowMs = Date.UTC(2026, 10, 21, 12)
const at = (secondsAgo: number) => new Date(nowMs - secondsAgo * 1_000).toISOString()

function find(change: {
  alerts?: Partial<AlertView>[]
  breakers?: Partial<BreakerView>[]
  queue?: Partial<QueueStats>
  deadLetters?: AttentionInput['deadLetters']
  replicas?: Partial<ReplicaView>[]
}) {
  return findAttention({
    alerts: (change.alerts ?? []).map(alertView),
    breakers: (change.breakers ?? []).map(breakerView),
    queue: queueStats(change.queue),
    deadLetters: change.deadLetters ?? { open: 0, oldestAt: null },
    replicas: (change.replicas ?? []).map(replicaView),
  })
}

test('nothing waits for a person when all is well', () => {
  const all = find({ breakers: [{}], queue: { ready: 5 }, replicas: [{}, { state: 'stopped' }, { state: 'silent' }] })
  expect(all).toEqual([])
})

describe('an alert', () => {
  test('is told of with its severity, since the trouble began, and leads to itself', () => {
    const alert = {
      id: 'a1',
      severity: 'critical' as const,
      title: 'Module m: breaker open',
      detail: 'it broke',
      since: at(20),
    }
    expect(find({ alerts: [alert] })).toEqual([
      {
        id: 'alert:a1',
        severity: 'critical',
        title: 'Module m: breaker open',
        detail: 'it broke',
        since: at(20),
        href: '/alerts?alert=a1',
        acknowledgedBy: null,
      },
    ])
  })

  test('that somebody deals with says who, and stands after one of the same severity that nobody does', () => {
    const dealtWith = { id: 'a1', acknowledgedBy: 'Ann', detail: 'slow', since: at(900) }
    const found = find({ alerts: [dealtWith, { id: 'a2', since: at(10) }] })
    expect(found.map(({ id }) => id)).toEqual(['alert:a2', 'alert:a1'])
    expect(found[1]).toMatchObject({ detail: 'Ann deals with it: slow' })
  })
})

test.each(['open', 'closed'] as const)(
  'a breaker that somebody holds %s is worth knowing: by whom and why, since when',
  state => {
    const forced = { state, by: 'Ann', reason: 'provider outage', at: at(90), expiresAt: null }
    expect(find({ breakers: [{ state, forced, since: at(10) }] })).toMatchObject([
      { severity: 'info', title: `Module m: breaker held ${state}`, detail: 'by Ann: provider outage', since: at(90) },
    ])
  },
)

test('the worst comes first, and of the same severity the oldest', () => {
  const forced = { state: 'open' as const, by: 'Ann', reason: 'r', at: at(900), expiresAt: null }
  const ids = find({
    breakers: [{ moduleId: 'held', state: 'open', forced }],
    alerts: [
      { id: 'slow', severity: 'warning', since: at(800) },
      { id: 'new', severity: 'critical', since: at(5) },
      { id: 'old', severity: 'critical', since: at(50) },
    ],
  }).map(item => item.id)
  expect(ids).toEqual(['alert:old', 'alert:new', 'alert:slow', 'breaker:held:i'])
})

test('open dead letters wait for a person since the oldest of them, and lead to where they are dealt with', () => {
  expect(find({ deadLetters: { open: 12, oldestAt: at(300) } })).toEqual([
    {
      id: 'dead-letters',
      severity: 'warning',
      title: '12 tasks failed for good',
      detail: 'They wait as dead letters to be reprocessed or discarded',
      since: at(300),
      href: '/dead-letters',
    },
  ])
  expect(find({ deadLetters: { open: 1, oldestAt: at(1) } })).toMatchObject([{ title: 'A task failed for good' }])
})

test('a machine with a wrong clock is told of', () => {
  expect(find({ replicas: [{ host: 'deck', clockOffsetMs: -300_000 }] })).toMatchObject([
    { severity: 'info', title: 'The clock of deck is 300 s behind' },
  ])
  expect(find({ replicas: [{ clockOffsetMs: 1_500 }] })).toEqual([])
})

test('what operators paused is told, with who and why; it is no trouble', () => {
  const pause = { reason: 'provider asks for a break', by: 'Ann', at: at(90) }
  const queue = {
    pauses: [
      { scope: 'all' as const, id: null, ...pause },
      { scope: 'module' as const, id: 'm', ...pause },
    ],
  }
  expect(find({ queue })).toEqual([
    {
      id: 'pause:all:',
      severity: 'info',
      title: 'All work is paused',
      detail: 'by Ann: provider asks for a break',
      since: at(90),
      href: '/tasks',
    },
    expect.objectContaining({ title: 'Module m is paused', href: '/modules/m' }),
  ])
})

test('retries beyond the budget of a module are a warning, those within it are not', () => {
  const budget = { calls: 400, retries: 90, allowed: 40 }
  const held = { moduleId: 'm', ...budget, heldBack: 50, heldBackSince: at(20) }
  const within = { moduleId: 'n', ...budget, heldBack: 0, heldBackSince: null }
  expect(find({ queue: { retryBudgets: [held, within] } })).toMatchObject([
    { id: 'retries:m', severity: 'warning', since: at(20), detail: expect.stringContaining('50 wait longer') },
  ])
})
