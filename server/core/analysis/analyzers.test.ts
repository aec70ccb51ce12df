import { describe, expect, test } from 'vitest'
import { findingSchema } from '../../contracts/findings.ts'
import { analyzers } from './catalog.ts'
import { faultCases } from './testing/fault-cases.ts'
import { analyzePlan } from './testing/fleet.ts'
import { loadCases } from './testing/load-cases.ts'
import { serviceCases } from './testing/service-cases.ts'

const cases = [...loadCases, ...faultCases, ...serviceCases]

describe.each(cases)('$analyzer: $truth', ({ analyzer, degraded, healthy, expected }) => {
  test('finds it and names the right value', () => {
    const [traffic, options] = degraded
    const { findings } = analyzePlan(traffic, { ...options, analyzers: [analyzer] })
    expect(findings.length).toBe(1)
    const [finding] = findings
    if (!finding) return
    expect(findingSchema.parse(JSON.parse(JSON.stringify(finding)))).toEqual(finding)
    expected(finding)
    const [effect] = finding.expected
    if (!effect) throw new Error('nothing is expected of it')
    expect(effect.low).toBeLessThanOrEqual(effect.to)
    expect(effect.high).toBeGreaterThanOrEqual(effect.to)
    expect(effect.better === 'lower' ? effect.from - effect.to : effect.to - effect.from).toBeGreaterThanOrEqual(0)
    expect(finding.confidence).toBeGreaterThan(0.5)
  })

  test('says nothing of its healthy twin', () => {
    const [traffic, options] = healthy
    expect(analyzePlan(traffic, { ...options, analyzers: [analyzer] }).findings).toEqual([])
  })
})

test('every analyzer is in these tests', () => {
  expect([...new Set(cases.map(({ analyzer }) => analyzer))].toSorted()).toEqual(
    analyzers.map(({ id }) => id).toSorted(),
  )
})
