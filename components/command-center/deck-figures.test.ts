import { describe, expect, it } from 'vitest'
import type { HealthPoint } from '#server/contracts/health.ts'
import type { ModuleSummary } from '#server/contracts/modules.ts'
import { priorityAliases } from '#server/contracts/tasks.ts'
import { groupCells } from './group-cells.ts'
import { sortModules } from './module-order.ts'
import { aliasOfPriority } from './priority-names.ts'
import { recentRates } from './recent-rates.ts'
import { thinHistory } from './thin-history.ts'

describe('recentRates', () => {
  it('is the mean of the last ten seconds, whatever was before', () => {
    const busy = Array.from({ length: 50 }, () => ({ at: '', accepted: 100, succeeded: 100, failed: 100 }))
    const calm = Array.from({ length: 10 }, (_, index) => ({ at: '', accepted: 4, succeeded: index, failed: 0 }))
    expect(recentRates([...busy, ...calm])).toEqual({ accepted: 4, succeeded: 4.5, failed: 0 })
  })

  it('is unknown, not nothing, before the first second', () => {
    expect(recentRates([])).toEqual({ accepted: null, succeeded: null, failed: null })
  })
})

describe('thinHistory', () => {
  const points: HealthPoint[] = Array.from({ length: 360 }, (_, index) => ({
    at: new Date(index * 30_000).toISOString(),
    score: index === 137 ? 12 : 100,
    status: index === 137 ? 'emergency' : 'healthy',
  }))

  it('keeps a dip of a single reading', () => {
    expect(thinHistory(points, 120).filter(point => point.score === 12)).toHaveLength(1)
  })

  it('covers the whole time in order, with as many points as asked for', () => {
    const thinned = thinHistory(points, 100)
    expect(thinned).toHaveLength(100)
    expect(thinned.map(point => point.at)).toEqual(thinned.map(point => point.at).toSorted())
    expect(thinned[0]?.at).toBe(points[0]?.at)
  })

  it('leaves a short history as it is', () => {
    expect(thinHistory(points.slice(0, 5), 120)).toEqual(points.slice(0, 5))
  })
})

describe('sortModules', () => {
  const module = (name: string, rest: Partial<ModuleSummary> = {}) => ({
    name,
    enabled: true,
    health: 'healthy' as const,
    breaker: 'closed' as const,
    ...rest,
  })

  it('puts first what needs a look, for its health or its breaker, and disabled ones last', () => {
    const sorted = sortModules([
      module('A disabled', { enabled: false, health: 'unhealthy' }),
      module('B well'),
      module('C unknown', { health: 'unknown' }),
      module('D degraded', { health: 'degraded' }),
      module('E half-open', { breaker: 'half_open' }),
      module('F unhealthy', { health: 'unhealthy' }),
      module('G open', { breaker: 'open' }),
    ])
    expect(sorted.map(({ name }) => name[0]).join('')).toBe('FGEDCBA')
  })
})

describe('groupCells', () => {
  it('keeps each module and instance in its place, whatever the states are', () => {
    const cell = (moduleName: string, instanceId: string, state: 'open' | 'closed' = 'closed') => ({
      moduleId: moduleName.toLowerCase(),
      moduleName,
      instanceId,
      state,
      forced: false,
      failureRate: 0,
      calls: 0,
    })
    const groups = groupCells([cell('B', '1'), cell('A', '1'), cell('B', '2', 'open'), cell('A', '2')])
    expect(groups.map(group => [group.moduleName, group.cells.map(each => each.instanceId).join()])).toEqual([
      ['A', '1,2'],
      ['B', '1,2'],
    ])
  })
})

describe('aliasOfPriority', () => {
  it('has every name of the contract and no other', () => {
    const named = Array.from({ length: 10 }, (_, index) => index + 1)
      .map(priority => [aliasOfPriority(priority), priority] as const)
      .filter(([alias]) => alias !== null)
    expect(Object.fromEntries(named)).toEqual(priorityAliases)
  })
})
