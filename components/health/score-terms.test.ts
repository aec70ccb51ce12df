import { expect, test } from 'vitest'
import type { HealthMember } from '#server/contracts/health.ts'
import { explainScore } from './score-terms.ts'

function member(name: string, kind: HealthMember['kind'], score: number, weight = 1): HealthMember {
  return { id: name, name, kind, score, weight, state: 'healthy', reason: '', checkedAt: null, since: null }
}

test('100 less what every member pulls down is the score, the one that pulls most first', () => {
  const systems = { score: 75, members: [member('queue', 'system', 50), member('database', 'system', 100)] }
  const modules = {
    score: 80,
    members: [member('a', 'module', 40), member('b', 'module', 100, 2), member('off', 'module', 0, 0)],
  }
  const { terms, systemsPart, modulesPart, uncounted } = explainScore({ systems, modules })
  expect([systemsPart, modulesPart, uncounted]).toEqual([0.6, 0.4, 1])
  expect(terms.map(({ member: { name }, pull }) => [name, Math.round(pull * 10) / 10])).toEqual([
    ['queue', 15],
    ['a', 8],
    ['b', 0],
    ['database', 0],
  ])
  const score = 100 - terms.reduce((sum, { pull }) => sum + pull, 0)
  expect(score).toBeCloseTo(0.6 * 75 + 0.4 * 80)
})

test('an empty side leaves its weight to the other', () => {
  const systems = { score: 90, members: [member('queue', 'system', 90)] }
  const { terms, systemsPart, modulesPart } = explainScore({ systems, modules: { score: null, members: [] } })
  expect([systemsPart, modulesPart]).toEqual([1, 0])
  expect(terms[0]?.pull).toBeCloseTo(10)
})
