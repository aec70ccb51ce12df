import { describe, expect, it } from 'vitest'
import type { BreakerView } from '#server/contracts/breakers.ts'
import { countByFilter, isInState, matchesBreakerText, sortBreakers } from './breaker-order.ts'

function breaker(name: string, rest: Partial<BreakerView> = {}): BreakerView {
  return {
    moduleId: name.toLowerCase(),
    moduleName: name,
    instanceId: 'i-1',
    endpoint: 'http://127.0.0.1:4000',
    state: 'closed',
    since: '2026-11-21T12:00:00.000Z',
    troubledSince: null,
    openedBy: null,
    forced: null,
    nextProbeAt: null,
    probeEndsBy: null,
    consecutiveFailures: 0,
    probeSuccesses: 0,
    config: {
      failureThreshold: 5,
      successThreshold: 2,
      openMs: 60_000,
      callTimeoutMs: 30_000,
      failureRate: null,
      slowCalls: null,
    },
    totals: { calls: 0, successes: 0, failures: 0, timeouts: 0, rejections: 0 },
    window: {
      seconds: 60,
      calls: 0,
      failures: 0,
      failureRate: 0,
      p50Ms: null,
      p95Ms: null,
      p99Ms: null,
      bucketSeconds: 5,
      buckets: [],
    },
    lastFailure: null,
    errors: [],
    replicas: [],
    transitions: [],
    ...rest,
  }
}

function held(state: 'open' | 'closed'): Partial<BreakerView> {
  return {
    state,
    forced: { state, by: 'Ann', reason: 'Provider outage', at: '2026-11-21T12:00:00.000Z', expiresAt: null },
  }
}

const names = (breakers: readonly BreakerView[]) => breakers.map(({ moduleName }) => moduleName)

describe('sortBreakers', () => {
  it('puts the worst first: open, half-open, held open, held closed, near its threshold, closed', () => {
    const sorted = sortBreakers([
      breaker('A closed'),
      breaker('B near', { consecutiveFailures: 3 }),
      breaker('C held closed', held('closed')),
      breaker('D held open', held('open')),
      breaker('E half-open', { state: 'half_open' }),
      breaker('F open', { state: 'open' }),
    ])
    expect(names(sorted)).toEqual(['F open', 'E half-open', 'D held open', 'C held closed', 'B near', 'A closed'])
  })

  it('does not move for a failure or two, nor for the rate of failures', () => {
    const busy = breaker('B', { consecutiveFailures: 2, window: { ...breaker('B').window, failureRate: 0.9 } })
    expect(names(sortBreakers([busy, breaker('A')]))).toEqual(['A', 'B'])
  })

  it('orders the instances of a module by address, ports as numbers', () => {
    const at = (port: number) => breaker('A', { endpoint: `http://127.0.0.1:${port}` })
    const sorted = sortBreakers([at(10_000), at(9_000)])
    expect(sorted.map(({ endpoint }) => endpoint)).toEqual(['http://127.0.0.1:9000', 'http://127.0.0.1:10000'])
  })
})

describe('the filter by state', () => {
  it('counts a held breaker as held and as the state it is held in', () => {
    const all = [breaker('A'), breaker('B', held('open')), breaker('C', { state: 'open' })]
    expect(countByFilter(all)).toEqual({ any: 3, open: 2, half_open: 0, closed: 1, held: 1 })
    expect(all.filter(each => isInState(each, 'held')).map(each => each.moduleName)).toEqual(['B'])
  })
})

describe('matchesBreakerText', () => {
  it('finds a breaker by name, address, last failure and reason of the hold', () => {
    const found = breaker('Summarizer, fast', {
      ...held('open'),
      lastFailure: { at: '2026-11-21T12:00:00.000Z', code: 'TIMEOUT', message: 'No answer within 900 ms.' },
    })
    for (const text of ['fast', ':4000', 'timeout', 'within 900', 'outage', 'ann', '']) {
      expect(matchesBreakerText(found, text), text).toBe(true)
    }
    expect(matchesBreakerText(found, 'licence')).toBe(false)
  })
})
