import { describe, expect, test } from 'vitest'
import type { ModuleSummary } from '#server/contracts/modules.ts'
import {
  countCategories,
  countOwners,
  filterModules,
  groupByCategory,
  type ModuleFilter,
  totalsOf,
} from './module-list.ts'

function moduleLike(id: string, more: Partial<ModuleSummary> = {}): ModuleSummary {
  return {
    id,
    name: id,
    category: 'text',
    version: '1.0.0',
    owner: null,
    enabled: true,
    health: 'healthy',
    healthScore: 100,
    breaker: 'closed',
    dependsOn: [],
    capabilities: [{ type: `${id}.run` }],
    instances: { total: 1, healthy: 1 },
    capacity: 4,
    inFlight: 1,
    costPerHourUsd: 0.5,
    recent: { calls: 10, failures: 1, callsPerMinute: 2, p50Ms: 5, p95Ms: 9 },
    ...more,
  }
}

const all: ModuleFilter = { q: '', state: null, health: [], category: null, owner: null }
const idsOf = (modules: readonly ModuleSummary[]) => modules.map(module => module.id)

describe('filtering modules', () => {
  const fleet = [
    moduleLike('summary-fast', { name: 'Summaries, fast', health: 'unhealthy' }),
    moduleLike('summary-deep', { name: 'Summaries, deep', enabled: false, health: 'unhealthy' }),
    moduleLike('licenses', { category: 'law', owner: 'Ann', health: 'degraded' }),
  ]

  test('without a filter every module is shown in its order', () => {
    expect(idsOf(filterModules(fleet, all))).toEqual(idsOf(fleet))
  })

  test('a disabled module is not found among the unhealthy ones', () => {
    expect(idsOf(filterModules(fleet, { ...all, health: ['unhealthy'] }))).toEqual(['summary-fast'])
  })

  test('several states of health are alternatives, other conditions must all hold', () => {
    expect(idsOf(filterModules(fleet, { ...all, health: ['unhealthy', 'degraded'] }))).toEqual([
      'summary-fast',
      'licenses',
    ])
    expect(idsOf(filterModules(fleet, { ...all, health: ['unhealthy', 'degraded'], category: 'law' }))).toEqual([
      'licenses',
    ])
    expect(idsOf(filterModules(fleet, { ...all, state: 'disabled' }))).toEqual(['summary-deep'])
  })

  test('an owner is found by the whole name', () => {
    expect(idsOf(filterModules(fleet, { ...all, owner: 'Ann' }))).toEqual(['licenses'])
    expect(filterModules(fleet, { ...all, owner: 'An' })).toEqual([])
    expect(countOwners(fleet)).toEqual([{ owner: 'Ann', count: 1 }])
  })

  test('every word must occur in the name, id, category, owner or a task type', () => {
    expect(idsOf(filterModules(fleet, { ...all, q: 'FAST summaries' }))).toEqual(['summary-fast'])
    expect(idsOf(filterModules(fleet, { ...all, q: 'ann' }))).toEqual(['licenses'])
    expect(idsOf(filterModules(fleet, { ...all, q: 'licenses.run' }))).toEqual(['licenses'])
    expect(filterModules(fleet, { ...all, q: 'fast law' })).toEqual([])
  })
})

describe('totals', () => {
  test('health, breakers, load and cost leave disabled modules out; calls that were made count', () => {
    const totals = totalsOf([
      moduleLike('a', { breaker: 'open', health: 'degraded' }),
      moduleLike('b', { enabled: false, breaker: 'open', health: 'unhealthy' }),
    ])
    expect(totals).toMatchObject({
      modules: 2,
      enabled: 1,
      disabled: 1,
      byHealth: { healthy: 0, degraded: 1, unhealthy: 0, unknown: 0 },
      breakersNotClosed: 1,
      capacity: 4,
      inFlight: 1,
      calls: 20,
      failures: 2,
      costPerHourUsd: 0.5,
    })
  })
})

describe('categories', () => {
  test('are counted and sorted by name', () => {
    const fleet = [moduleLike('a', { category: 'text' }), moduleLike('b', { category: 'law' }), moduleLike('c')]
    expect(countCategories(fleet)).toEqual([
      { category: 'law', count: 1 },
      { category: 'text', count: 2 },
    ])
  })

  test('a grouped list holds every module once, under its own category, in the given order', () => {
    const fleet = [moduleLike('z'), moduleLike('b', { category: 'law' }), moduleLike('a')]
    const rows = groupByCategory(fleet).map(row => (row.kind === 'category' ? `# ${row.category}` : row.module.id))
    expect(rows).toEqual(['# law', 'b', '# text', 'z', 'a'])
  })
})
