import { describe, expect, test } from 'vitest'
import type { BreakerView } from '../../contracts/breakers.ts'
import type { HealthMember } from '../../contracts/health.ts'
import type { ModuleSummary } from '../../contracts/modules.ts'
import type { ReplicaView } from '../../contracts/replicas.ts'
import type { QueueStats } from '../../contracts/stats.ts'
import { type AttentionInput, findAttention, isNearlyFull } from './attention.ts'
import { breakerView, healthMember, healthSummary, moduleSummary, queueStats, replicaView } from './testing/views.ts'

const nowMs = Date.UTC(2026, 10, 21, 12)
const at = (secondsAgo: number) => new Date(nowMs - secondsAgo * 1_000).toISOString()

function find(change: {
  breakers?: Partial<BreakerView>[]
  systems?: Partial<HealthMember>[]
  moduleHealth?: Partial<HealthMember>[]
  modules?: Partial<ModuleSummary>[]
  queue?: Partial<QueueStats>
  queueFullSinceMs?: number
  deadLetters?: AttentionInput['deadLetters']
  replicas?: Partial<ReplicaView>[]
}) {
  const input: AttentionInput = {
    nowMs,
    health: healthSummary({
      since: at(500),
      systems: { score: null, members: (change.systems ?? []).map(healthMember) },
      modules: { score: null, members: (change.moduleHealth ?? []).map(healthMember) },
    }),
    modules: (change.modules ?? []).map(moduleSummary),
    breakers: (change.breakers ?? []).map(breakerView),
    queue: queueStats(change.queue),
    deadLetters: change.deadLetters ?? { open: 0, oldestAt: null },
    replicas: (change.replicas ?? []).map(replicaView),
    queueFullSinceMs: change.queueFullSinceMs ?? null,
  }
  return findAttention(input)
}

test('nothing waits for a person when all is well', () => {
  const all = find({
    breakers: [{}],
    systems: [{ score: 80 }],
    modules: [{}, { health: 'unknown' }],
    queue: { ready: 5, oldestReadyAt: at(60) },
    replicas: [{}, { state: 'stopped' }, { state: 'silent' }],
  })
  expect(all).toEqual([])
})

describe('a breaker', () => {
  test('that is open is critical, with the failure that opened it, since it opened', () => {
    const lastFailure = { at: at(20), code: 'HTTP_500', message: 'it broke' }
    expect(find({ breakers: [{ state: 'open', since: at(900), troubledSince: at(20), lastFailure }] })).toEqual([
      {
        id: 'breaker:m:i',
        severity: 'critical',
        title: 'Module m: breaker open',
        detail: 'HTTP_500: it broke',
        since: at(20),
        href: '/breakers?module=m',
      },
    ])
  })

  test('that is probing is critical too, and without a known failure says which endpoint', () => {
    expect(find({ breakers: [{ state: 'half_open' }] })).toMatchObject([
      { severity: 'critical', title: 'Module m: breaker half-open, probing', detail: 'http://m/1' },
    ])
  })

  test.each(['open', 'closed'] as const)(
    'that somebody holds %s is worth knowing: by whom and why, since when',
    state => {
      const forced = { state, by: 'Ann', reason: 'provider outage', at: at(90), expiresAt: null }
      expect(find({ breakers: [{ state, forced, since: at(10) }] })).toMatchObject([
        {
          severity: 'info',
          title: `Module m: breaker held ${state}`,
          detail: 'by Ann: provider outage',
          since: at(90),
        },
      ])
    },
  )
})

test.each([
  [79.6, 'warning'],
  [50, 'warning'],
  [49.9, 'critical'],
])('a system at %d is a %s, with its evidence', (score, severity) => {
  expect(find({ systems: [{ id: 'database', name: 'Database', score, reason: 'slow', since: at(3) }] })).toMatchObject([
    { id: 'system:database', severity, title: `Database at ${Math.round(score)}`, detail: 'slow', since: at(3) },
  ])
})

describe('a module', () => {
  test.each([
    ['unhealthy', 'critical'],
    ['degraded', 'warning'],
  ] as const)('that is %s is %s, with the reason', (health, severity) => {
    const moduleHealth = [{ id: 'm', reason: '3 of 4 calls failed', since: at(7) }]
    expect(find({ modules: [{ health }], moduleHealth })).toMatchObject([
      {
        id: 'module:m',
        severity,
        title: `Module m is ${health}`,
        detail: '3 of 4 calls failed',
        since: at(7),
        href: '/modules/m',
      },
    ])
  })

  test('that is disabled waits for nobody, however unhealthy', () => {
    expect(find({ modules: [{ health: 'unhealthy', enabled: false }] })).toEqual([])
  })
})

describe('the queue', () => {
  test('with work that is ready for longer than a minute is a warning, since that work was ready', () => {
    const queue = { ready: 12, oldestReadyAt: at(61), workers: { busy: 3, total: 16, utilization: 3 / 16 } }
    expect(find({ queue })).toMatchObject([
      { id: 'queue:old', severity: 'warning', detail: '12 ready; 3 of 16 workers busy', since: at(61) },
    ])
  })

  test('that is nearly full is critical since it became so', () => {
    expect(find({ queue: { size: 85, running: 6, capacity: 100 }, queueFullSinceMs: nowMs - 30_000 })).toMatchObject([
      { id: 'queue:full', severity: 'critical', detail: '91 of 100; the lowest priorities are refused', since: at(30) },
    ])
  })

  test('is nearly full from 90 % of its capacity on, running work included, as admission counts', () => {
    expect(isNearlyFull(queueStats({ size: 80, running: 9, capacity: 100 }))).toBe(false)
    expect(isNearlyFull(queueStats({ size: 80, running: 10, capacity: 100 }))).toBe(true)
  })
})

test('the worst comes first, and of the same severity the oldest', () => {
  const forced = { state: 'open' as const, by: 'Ann', reason: 'r', at: at(900), expiresAt: null }
  const ids = find({
    breakers: [
      { moduleId: 'held', state: 'open', forced },
      { moduleId: 'new', state: 'open', since: at(5) },
      { moduleId: 'old', state: 'open', since: at(50) },
    ],
    systems: [{ id: 'slow', score: 70, since: at(800) }],
  }).map(item => item.id)
  expect(ids).toEqual(['breaker:old:i', 'breaker:new:i', 'system:slow', 'breaker:held:i'])
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

describe('a replica', () => {
  test('that fell silent is a warning for an hour, since it was found so', () => {
    const lost = { id: 'deck-1', state: 'lost', lostAt: at(30), host: 'deck' } as const
    expect(find({ replicas: [lost] })).toEqual([
      {
        id: 'replica:deck-1',
        severity: 'warning',
        title: 'Replica deck-1 fell silent',
        detail: 'on deck; the others took over its work',
        since: at(30),
        href: '/settings?tab=replicas',
      },
    ])
    expect(find({ replicas: [{ ...lost, lostAt: at(3_601) }] })).toEqual([])
  })

  test('on a machine with a wrong clock is told of', () => {
    expect(find({ replicas: [{ host: 'deck', clockOffsetMs: -300_000 }] })).toMatchObject([
      { severity: 'info', title: 'The clock of deck is 300 s behind' },
    ])
    expect(find({ replicas: [{ clockOffsetMs: 1_500 }] })).toEqual([])
  })
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
