import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BalancingStrategy, balancingStrategies } from '#server/contracts/modules.ts'
import { createSeededRandom } from '#server/testing/seeded-random.ts'
import { type BalancedInstance, type BalancingPolicy, createBalancingPolicy } from './balancing-policy.ts'
import { jainIndex } from './fairness.ts'

class StandInInstance implements BalancedInstance {
  capacity = 10
  weight = 1
  inFlight = 0
  latencyMs: number | null = null
  failureShare = 0
  ramp = 1
  turnCredit = 0

  constructor(overrides: Partial<Omit<StandInInstance, 'canTake'>> = {}) {
    Object.assign(this, overrides)
  }

  canTake(): boolean {
    return this.inFlight < this.capacity
  }
}

const anyInstance = fc
  .record({
    capacity: fc.integer({ min: 1, max: 20 }),
    weight: fc.integer({ min: 1, max: 10 }),
    load: fc.double({ min: 0, max: 1, noNaN: true }),
    latencyMs: fc.option(fc.integer({ min: 0, max: 5_000 })),
    failureShare: fc.double({ min: 0, max: 1, noNaN: true }),
    ramp: fc.double({ min: 0.1, max: 1, noNaN: true }),
  })
  .map(({ load, ...fields }) => new StandInInstance({ ...fields, inFlight: Math.round(load * fields.capacity) }))

function build(count: number, overrides: Partial<Omit<StandInInstance, 'canTake'>> = {}): StandInInstance[] {
  return Array.from({ length: count }, () => new StandInInstance(overrides))
}

/** Chooses and moves the turn on, as the pool does; the index, or -1. */
function turn(policy: BalancingPolicy, instances: readonly StandInInstance[]): number {
  const choice = policy.choose(instances)
  if (choice) policy.confirm(instances, choice.index)
  return choice?.index ?? -1
}

function countTurns(policy: BalancingPolicy, instances: readonly StandInInstance[], turns: number): number[] {
  const counts = instances.map(() => 0)
  for (let step = 0; step < turns; step++) {
    const index = turn(policy, instances)
    counts[index] = (counts[index] ?? 0) + 1
  }
  return counts
}

describe.each(balancingStrategies)('%s', strategy => {
  test('never chooses a full instance, and always finds one that is not', () => {
    fc.assert(
      fc.property(fc.array(anyInstance, { maxLength: 60 }), fc.integer(), (instances, seed) => {
        const policy = createBalancingPolicy(strategy, createSeededRandom(seed))
        for (let step = 0; step < 20; step++) {
          const choice = policy.choose(instances)
          if (!instances.some(instance => instance.canTake())) {
            expect(choice).toBeNull()
            return
          }
          expect(choice && instances[choice.index]?.canTake()).toBe(true)
          expect(choice?.probability).toBeGreaterThan(0)
          expect(choice?.probability).toBeLessThanOrEqual(1)
          policy.confirm(instances, choice?.index ?? -1)
        }
      }),
    )
  })

  test('finds the one free instance among a thousand full ones', () => {
    const instances = build(1_000, { inFlight: 10 })
    instances[617] = new StandInInstance()
    const choice = createBalancingPolicy(strategy, createSeededRandom(1)).choose(instances)
    expect(choice?.index).toBe(617)
  })

  test('spreads calls evenly over equal instances', () => {
    const counts = countTurns(createBalancingPolicy(strategy, createSeededRandom(7)), build(10), 20_000)
    expect(jainIndex(counts)).toBeGreaterThan(0.995)
  })

  test('gives a new instance a small part of its share at first', () => {
    const instances = [new StandInInstance({ ramp: 0.1 }), new StandInInstance(), new StandInInstance()]
    const counts = countTurns(createBalancingPolicy(strategy, createSeededRandom(7)), instances, 10_000)
    expect((counts[0] ?? 0) / 10_000).toBeLessThan(0.06)
  })

  test('uses new instances fully when there are no others', () => {
    const counts = countTurns(createBalancingPolicy(strategy, createSeededRandom(7)), build(4, { ramp: 0.1 }), 10_000)
    expect(jainIndex(counts)).toBeGreaterThan(0.99)
  })
})

const randomized: readonly BalancingStrategy[] = ['power_of_two', 'random', 'least_loaded']

test.each(randomized)('the probability %s states is how often it chooses the instance', strategy => {
  fc.assert(
    fc.property(fc.array(anyInstance, { minLength: 1, maxLength: 8 }), fc.integer(), (instances, seed) => {
      const policy = createBalancingPolicy(strategy, createSeededRandom(seed))
      const draws = 4_000
      const stated = new Map<number, number>()
      const counts = new Map<number, number>()
      for (let draw = 0; draw < draws; draw++) {
        const choice = policy.choose(instances)
        if (!choice) return
        stated.set(choice.index, choice.probability)
        counts.set(choice.index, (counts.get(choice.index) ?? 0) + 1)
      }
      for (const [index, probability] of stated) {
        const deviation = Math.sqrt((probability * (1 - probability)) / draws)
        const observed = (counts.get(index) ?? 0) / draws
        expect(Math.abs(observed - probability)).toBeLessThanOrEqual(5 * deviation + 1e-9)
      }
    }),
    { numRuns: 60, seed: 1 },
  )
})

test.each(['round_robin', 'weighted'] as const)('the probability %s states is its share of a cycle', strategy => {
  const instances = [1, 2, 5].map(weight => new StandInInstance({ weight }))
  const policy = createBalancingPolicy(strategy, createSeededRandom(1))
  const counts = countTurns(policy, instances, 2_400)
  const choice = policy.choose(instances)
  expect((counts[choice?.index ?? -1] ?? 0) / 2_400).toBeCloseTo(choice?.probability ?? 0, 5)
})

test.each(['random', 'power_of_two'] as const)('%s estimates its probability well among a thousand', strategy => {
  const instances = build(1_000)
  const policy = createBalancingPolicy(strategy, createSeededRandom(5))
  for (let draw = 0; draw < 100; draw++) expect(policy.choose(instances)?.probability).toBeCloseTo(0.001, 6)
})

test.each(['round_robin', 'weighted'] as const)('asking %s without acting on it does not move turns', strategy => {
  const buildFour = () => [1, 2, 3, 4].map(weight => new StandInInstance({ weight, inFlight: weight * 2 }))
  const asked = createBalancingPolicy(strategy, createSeededRandom(3))
  const instances = buildFour()
  for (let ask = 0; ask < 3; ask++) asked.choose(instances)
  const unasked = createBalancingPolicy(strategy, createSeededRandom(3))
  expect(countTurns(asked, instances, 50)).toEqual(countTurns(unasked, buildFour(), 50))
})

test('round robin takes all in turn, skipping full ones', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 5 }), fc.nat(19), (count, rounds, full) => {
      const instances = build(count)
      if (count > 1) instances[full % count] = new StandInInstance({ inFlight: 10 })
      const free = count > 1 ? count - 1 : 1
      const counts = countTurns(createBalancingPolicy('round_robin', createSeededRandom(1)), instances, rounds * free)
      const expected = instances.map(instance => (instance.canTake() ? rounds : 0))
      expect(counts).toEqual(expected)
    }),
  )
})

test('weighted shares are exactly the weights after every full cycle, and near them in between', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 10 }), weights => {
      const instances = weights.map(weight => new StandInInstance({ weight }))
      const policy = createBalancingPolicy('weighted', createSeededRandom(1))
      const cycle = weights.reduce((sum, weight) => sum + weight, 0)
      const counts = weights.map(() => 0)
      let furthest = 0
      for (let step = 1; step <= 2 * cycle; step++) {
        const index = turn(policy, instances)
        counts[index] = (counts[index] ?? 0) + 1
        const apart = weights.map((weight, place) => Math.abs((counts[place] ?? 0) - (step * weight) / cycle))
        furthest = Math.max(furthest, ...apart)
      }
      expect(furthest).toBeLessThan(2)
      expect(counts).toEqual(weights.map(weight => 2 * weight))
    }),
  )
})

test('least loaded keeps loads relative to capacity within one call of each other', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (capacities, part) => {
        const instances = capacities.map(capacity => new StandInInstance({ capacity }))
        const policy = createBalancingPolicy('least_loaded', createSeededRandom(1))
        const calls = Math.floor(part * capacities.reduce((sum, capacity) => sum + capacity, 0))
        for (let call = 0; call < calls; call++) {
          const chosen = instances[turn(policy, instances)]
          if (chosen) chosen.inFlight += 1
        }
        const after = instances.map(({ inFlight, capacity }) => (inFlight + 1) / capacity)
        for (const { inFlight, capacity } of instances) {
          expect(inFlight / capacity).toBeLessThanOrEqual(Math.min(...after) + 1e-9)
        }
      },
    ),
  )
})

test('power of two keeps the fullest instance far less full than random does', () => {
  fc.assert(
    fc.property(fc.integer(), seed => {
      const fullest = (strategy: BalancingStrategy) => {
        const instances = build(100, { capacity: 1_000 })
        const policy = createBalancingPolicy(strategy, createSeededRandom(seed))
        for (let call = 0; call < 1_000; call++) {
          const chosen = instances[turn(policy, instances)]
          if (chosen) chosen.inFlight += 1
        }
        return Math.max(...instances.map(({ inFlight }) => inFlight))
      }
      expect(fullest('power_of_two')).toBeLessThan(fullest('random') - 2)
    }),
    { numRuns: 30, seed: 1 },
  )
})

test('power of two fills instances by their capacity', () => {
  const instances = [2, 4, 8, 16].map(part => new StandInInstance({ capacity: part * 10 }))
  const policy = createBalancingPolicy('power_of_two', createSeededRandom(11))
  for (let call = 0; call < 200; call++) {
    const chosen = instances[turn(policy, instances)]
    if (chosen) chosen.inFlight += 1
  }
  expect(jainIndex(instances.map(({ inFlight, capacity }) => inFlight / capacity))).toBeGreaterThan(0.97)
})

test('power of two prefers the faster and the more reliable, but not for small differences', () => {
  const shareOfFirst = (first: StandInInstance, second: StandInInstance) => {
    const policy = createBalancingPolicy('power_of_two', createSeededRandom(2))
    return (countTurns(policy, [first, second], 2_000)[0] ?? 0) / 2_000
  }
  const base = { latencyMs: 100 }
  expect(shareOfFirst(new StandInInstance({ latencyMs: 50 }), new StandInInstance(base))).toBe(1)
  expect(shareOfFirst(new StandInInstance({ latencyMs: 95 }), new StandInInstance(base))).toBeCloseTo(0.5, 1)
  expect(shareOfFirst(new StandInInstance({ latencyMs: null }), new StandInInstance(base))).toBeCloseTo(0.5, 1)
  expect(shareOfFirst(new StandInInstance({ ...base, failureShare: 0.4 }), new StandInInstance(base))).toBe(0)
})
