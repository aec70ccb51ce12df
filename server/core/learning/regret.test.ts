import { expect, test } from 'vitest'
import { type RegretAnswer, type RegretEstimate, type RegretMetric, regretMetrics } from '#server/contracts/learning.ts'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import { regretOf } from './regret.ts'
import { recordCalls, type TrueService } from './testing/recorded-world.ts'

const worse: TrueService = { moduleId: 'worse', successRate: 0.8, meanMs: 200, costPerCallUsd: 0.004 }
const better: TrueService = { moduleId: 'better', successRate: 0.95, meanMs: 120, costPerCallUsd: 0.001 }
const explorationRate = 0.1

function regret(preferred: readonly TrueService[], seed: number, calls = 4_000) {
  const recorded = recordCalls(preferred, { calls, explorationRate, random: createSeededRandom(seed) })
  const [rule] = regretOf(recorded, Number.POSITIVE_INFINITY).rules
  if (!rule) throw new Error('no rule')
  return rule
}

function estimated(answer: RegretAnswer): RegretEstimate {
  if (answer.kind !== 'estimated') throw new Error(`unknown: ${answer.reason}`)
  return answer.estimate
}

const shareToWorse = 1 - explorationRate
const truths: Record<RegretMetric, number> = {
  success: shareToWorse * (better.successRate - worse.successRate),
  time: shareToWorse * (worse.meanMs - better.meanMs),
  cost: shareToWorse * (worse.costPerCallUsd - better.costPerCallUsd),
}

test('over many histories the regret is what it truly is on average, and 95 % intervals hold the truth about as often', () => {
  const histories = 200
  const found = Array.from(
    { length: histories },
    (_, seed) => regret([worse, better], seed + 1, 2_500).againstBestService,
  )
  for (const metric of regretMetrics) {
    const estimates = found.map(answers => estimated(answers[metric]))
    expect(new Set(estimates.map(({ moduleId }) => moduleId))).toEqual(new Set(['better']))
    const values = estimates.map(({ regret: { value } }) => value)
    const mean = values.reduce((sum, value) => sum + value, 0) / histories
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (histories - 1)
    expect(Math.abs(mean - truths[metric])).toBeLessThan(3 * Math.sqrt(variance / histories))
    const covered = estimates.filter(({ regret: { low, high } }) => low <= truths[metric] && truths[metric] <= high)
    expect(covered.length / histories).toBeGreaterThan(0.91)
    // Intervals that always held would tell nothing.
    expect(covered.length / histories).toBeLessThan(1)
  }
})

test('a rule that prefers the better service regrets only what it explores', () => {
  const rule = regret([better, worse], 5, 20_000)
  const explored = explorationRate * (better.successRate - worse.successRate)
  const { regret: found, moduleId } = estimated(rule.againstBestService.success)
  expect(moduleId).toBe('better')
  expect(found.low).toBeLessThan(explored)
  expect(found.high).toBeGreaterThan(explored)
  expect(found.high).toBeLessThan(0.03)
})

test('equal services are no regret: the luck of the one that looks best never counts', () => {
  const twins = ['a', 'b', 'c'].map(moduleId => ({ ...better, moduleId }))
  let sum = 0
  let claims = 0
  const histories = 150
  for (let seed = 1; seed <= histories; seed++) {
    const { regret: found } = estimated(regret(twins, seed, 2_500).againstBestChoice.success)
    sum += found.value
    if (found.low > 0) claims += 1
  }
  expect(Math.abs(sum / histories)).toBeLessThan(0.005)
  expect(claims / histories).toBeLessThanOrEqual(0.05)
})

test('services without any difference are compared with no more doubt than the one that serves most leaves', () => {
  const perfect = ['b', 'a'].map(moduleId => ({ ...better, moduleId, successRate: 1 }))
  const { regret: found } = estimated(regret(perfect, 3).againstBestChoice.success)
  expect(found.value).toBe(0)
  // The same one is taken as best for every call, whichever of the two it went to.
  expect(estimated(regret(perfect, 3).againstBestService.success).moduleId).toBe('a')
  expect(estimated(regret(perfect, 3).againstBestChoice.success)).toMatchObject({
    effectiveCalls: estimated(regret(perfect, 3).againstBestService.success).effectiveCalls,
  })
})

test('the best choice counts only services that could have taken the call', () => {
  const seldom: TrueService = { ...better, moduleId: 'seldom', successRate: 1, availability: 0.5 }
  const rule = regret([worse, better, seldom], 7, 20_000)
  const best = estimated(rule.againstBestChoice.success).alternative
  const expected = (1 + better.successRate) / 2
  expect(best.low).toBeLessThan(expected)
  expect(best.high).toBeGreaterThan(expected)
  const single = estimated(rule.againstBestService.success)
  expect(single.moduleId).toBe('seldom')
  expect(single.calls).toBeLessThan(rule.withChoice * 0.6)
})

test('without exploration, and with too little of it, nothing is claimed', () => {
  const random = createSeededRandom(1)
  const fixed = recordCalls([worse, better], { calls: 1_000, explorationRate: 0, random })
  expect(regretOf(fixed, 5_000).rules[0]).toMatchObject({
    calls: 1_000,
    withChoice: 0,
    againstBestService: { success: { kind: 'unknown', reason: 'no_choice' } },
  })
  const { againstBestService } = regret([worse, better], 3, 100)
  expect(againstBestService.success).toMatchObject({ kind: 'unknown', reason: 'too_few', needed: 30 })
})

test('rules and types are told apart, and what was stored without a probability is left out and counted', () => {
  const random = createSeededRandom(2)
  const calls = recordCalls([worse, better], { calls: 300, explorationRate, random })
  const mixed = calls.map((call, index) => {
    if (index < 20) return { ...call, choice: null }
    if (index < 100 && call.choice) return { ...call, choice: { ...call.choice, rule: 'type_pin' as const } }
    return index < 150 ? { ...call, taskType: 'other' } : call
  })
  const view = regretOf(mixed, 300)
  expect(view).toMatchObject({ calls: 300, capped: true, withoutProbability: 20, since: new Date(0).toISOString() })
  expect(view.rules.map(({ rule, taskType, calls: count }) => [rule, taskType, count])).toEqual([
    ['score', 'work', 150],
    ['type_pin', 'work', 80],
    ['score', 'other', 50],
  ])
  expect(regretOf([], 10)).toEqual({ rules: [], calls: 0, since: null, capped: false, withoutProbability: 0 })
})
