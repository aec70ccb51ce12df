import { describe, expect, test } from 'vitest'
import { breakerView, healthMember, healthSummary, moduleSummary, queueStats } from '../overview/testing/views.ts'
import type { AlertWorld } from './alert-world.ts'
import { AlertStage, calmWorld } from './testing/alert-stage.ts'

const startMs = Date.UTC(2026, 10, 21, 12)
const since = new Date(startMs).toISOString()
const nextProbeAt = new Date(startMs + 600_000).toISOString()

/** One world a second, by what `at` says of each second. */
function play(stage: AlertStage, seconds: number, at: (second: number) => Partial<AlertWorld>, from = 0): string[] {
  stage.told = []
  for (let second = from; second < from + seconds; second++) {
    stage.look(calmWorld({ nowMs: startMs + second * 1_000, ...at(second) }))
  }
  return stage.told
}

const fleetAt = (score: number): Partial<AlertWorld> => ({ health: healthSummary({ score }) })

test('nothing is raised while all is well', () => {
  expect(play(new AlertStage(), 300, () => ({}))).toEqual([])
})

describe('a level', () => {
  test('raises after it has held for its time, and resolves after it was over for its time', () => {
    const told = play(new AlertStage(), 300, second => fleetAt(second >= 10 && second < 200 ? 80 : 95))
    expect(told).toEqual(['70 raised fleet-health fleet warning', '230 resolved fleet-health'])
  })

  test('that swings around its threshold raises one alert, or none', () => {
    const fast = play(new AlertStage(), 600, second => fleetAt(second % 20 < 10 ? 80 : 95))
    expect(fast).toEqual([])
    const stage = new AlertStage()
    play(stage, 100, () => fleetAt(80))
    expect(play(stage, 600, second => fleetAt(second % 20 < 10 ? 80 : 95), 100)).toEqual([])
    expect(stage.open).toHaveLength(1)
  })

  test('that is graver escalates the same alert, and eases it when it is over', () => {
    const score = (second: number) => (second < 20 ? 95 : second < 100 ? 60 : second < 200 ? 80 : 95)
    expect(play(new AlertStage(), 300, second => fleetAt(score(second)))).toEqual([
      '35 raised fleet-health fleet critical',
      '130 eased fleet-health to warning',
      '230 resolved fleet-health',
    ])
  })
})

describe('an alert', () => {
  const openBreaker = { breakers: [breakerView({ state: 'open', since, nextProbeAt })] }

  test('is one for each rule and subject, whatever else is wrong', () => {
    const breakers = ['i', 'j'].map(instanceId => breakerView({ instanceId, state: 'open', since, nextProbeAt }))
    const told = play(new AlertStage(), 60, () => ({ breakers }))
    expect(told).toEqual(['0 raised breaker-open breaker:m/i critical', '0 raised breaker-open breaker:m/j critical'])
  })

  test('outlives a restart in which all that was remembered is lost', () => {
    const before = new AlertStage()
    play(before, 10, () => openBreaker)
    const after = new AlertStage()
    after.open = before.open
    expect(play(after, 60, () => openBreaker)).toEqual([])
    expect(play(after, 10, () => ({}), 60)).toEqual(['65 resolved breaker-open'])
  })

  test('is neither raised nor resolved by a rule whose figures cannot be read', () => {
    const held = {
      pid: 7,
      application: 'psql',
      user: 'ann',
      state: 'idle in transaction',
      query: 'BEGIN',
      waitsFor: null,
    }
    const transaction = { ...held, transactionStart: startMs - 31_000, queryStart: startMs - 31_000 }
    const stage = new AlertStage()
    expect(play(stage, 1, () => ({ heldTransactions: [transaction] }))).toEqual([
      `0 raised held-transaction transaction:7/${startMs - 31_000} warning`,
    ])
    expect(play(stage, 60, () => ({ heldTransactions: null }), 1)).toEqual([])
    expect(play(stage, 1, () => ({ heldTransactions: [] }), 61)).toEqual(['61 resolved held-transaction'])
  })

  test('of a rule that is switched off is resolved at once', () => {
    const stage = new AlertStage()
    play(stage, 5, () => openBreaker)
    stage.settings.set('breaker-open', { enabled: false })
    expect(play(stage, 5, () => openBreaker, 5)).toEqual(['5 resolved breaker-open'])
  })

  test('has its detail renewed while it lasts, not more often than every 15 s', () => {
    const stage = new AlertStage()
    const changes = []
    for (let second = 0; second <= 40; second++) {
      const oldestReadyAt = new Date(startMs - 100_000).toISOString()
      const world = calmWorld({
        nowMs: startMs + second * 1_000,
        queue: queueStats({ ready: 100 + second, oldestReadyAt }),
      })
      changes.push(...stage.look(world).map(({ kind }) => `${second} ${kind}`))
    }
    expect(changes).toEqual(['0 raise', '15 renew', '30 renew'])
  })
})

describe('rules', () => {
  test('a disabled module is not unhealthy', () => {
    const member = healthMember({ id: 'm', kind: 'module', score: 10 })
    const world = { health: healthSummary({ score: 100, modules: { score: 100, members: [member] } }) }
    expect(play(new AlertStage(), 60, () => world)).toEqual([])
  })

  test('a breaker that a person holds open raises nothing; one whose probe does not come is found stuck', () => {
    const forced = { state: 'open' as const, by: 'Ann', reason: 'r', at: since, expiresAt: null }
    expect(play(new AlertStage(), 400, () => ({ breakers: [breakerView({ state: 'open', since, forced })] }))).toEqual(
      [],
    )
    const dueAt = new Date(startMs + 60_000).toISOString()
    const stuck = { breakers: [breakerView({ state: 'open', since, nextProbeAt: dueAt })] }
    expect(play(new AlertStage(), 400, () => stuck)).toEqual([
      '0 raised breaker-open breaker:m/i critical',
      '76 raised breaker-stuck breaker:m/i critical',
    ])
  })

  test('work that waits is no trouble while an operator has paused all of it', () => {
    const oldestReadyAt = new Date(startMs - 3_600_000).toISOString()
    const pause = { scope: 'all' as const, id: null, reason: 'r', by: 'Ann', at: oldestReadyAt }
    const paused = { queue: queueStats({ ready: 1, oldestReadyAt, pauses: [pause] }) }
    expect(play(new AlertStage(), 10, () => paused)).toEqual([])
    expect(play(new AlertStage(), 1, () => ({ queue: queueStats({ ready: 1, oldestReadyAt }) }))).toEqual([
      '0 raised queue-age queue critical',
    ])
  })

  test('running tasks of which none ends are found; each that ends begins the time anew', () => {
    const queue = (second: number) => queueStats({ running: 3, succeeded: second >= 200 ? 1 : 0 })
    expect(play(new AlertStage(), 600, second => ({ queue: queue(second) }))).toEqual([
      '501 raised no-completions queue warning',
    ])
  })

  test('a burst of failures burns the budget fast, and the alert goes soon after it ends', () => {
    const world = (second: number) => {
      const bad = Math.max(0, Math.min(second, 1_200) - 600) * 3
      return { queue: queueStats({ succeeded: second * 10 - bad, failed: bad }) }
    }
    const told = play(new AlertStage(), 3_000, world).filter(line => line.includes('error-budget-fast'))
    expect(told).toHaveLength(2)
    const [raised, resolved] = told.map(line => Number(line.split(' ')[0]))
    expect(raised).toBeGreaterThan(600)
    expect(raised).toBeLessThan(1_200)
    expect(resolved).toBeGreaterThan(1_200)
    expect(resolved).toBeLessThan(1_600)
  })

  test('calls that take far longer than they did for an hour are told of, with what was usual; a slow start is not', () => {
    const modules = [moduleSummary({ id: 'm' })]
    const p95At = (second: number) => (second < 3_600 ? 100 + ((second / 60) % 7) : 400)
    const latency = (second: number) => () => ({ calls: 200, p50Ms: 50, p95Ms: p95At(second) })
    const stage = new AlertStage()
    const told = play(stage, 4_000, second => ({ modules, latency: latency(second) }))
    expect(told).toEqual(['3720 raised latency-anomaly module:m warning'])
    expect(stage.open[0]?.detail).toMatch(/^p95 400 ms over 5 min; its median of 59 min is 10\d ms$/)
  })

  test('health that falls steadily is told of before it is critical', () => {
    const told = play(new AlertStage(), 3_600, second => fleetAt(100 - second / 200))
    expect(told.find(line => line.includes('health-trend'))).toMatch(/ raised health-trend fleet info$/)
    expect(told.some(line => line.includes('critical'))).toBe(false)
  })
})
