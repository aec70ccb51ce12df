import { describe, expect, test } from 'vitest'
import { runReplay } from '#server/composition/simulator/run-replay.ts'
import type { ConfigurationChange } from '#server/contracts/configuration-changes.ts'
import { breakerConfigSchema } from '#server/contracts/modules.ts'
import type { Effect, GroupEffects, SimulationResult } from '#server/contracts/simulations.ts'
import { applyChange } from '../changes/apply-change.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import { instanceRecord, moduleRecord } from '../registry/testing/builders.ts'
import { ruleOf } from '../suggestions/verdict/measures.ts'
import { Comparison } from './compare.ts'
import type { RecordedHistory } from './recorded-history.ts'
import { historyOf, recordedTask, snapshotOf, windowStart } from './testing/synthetic-history.ts'

const worker = (id: string, costPerHourUsd: number) =>
  moduleRecord(id, {
    capabilities: [{ type: 'work', inputSchema: null, outputSchema: null }],
    instances: [instanceRecord(`http://10.0.0.1/${id}`, { capacity: 50 })],
    breaker: breakerConfigSchema.parse({ failureThreshold: 1_000 }),
    costPerHourUsd,
  })

/** Calls of one second each, on both modules in turn; `pinned` leaves the router no choice. */
const callsOf = (isPinned: boolean) => {
  const tasks = Array.from({ length: 600 }, (_, place) => {
    const moduleId = place % 2 === 0 ? 'm1' : 'm2'
    return recordedTask(place * 1_000, [{ moduleId }], { pinnedModuleId: isPinned ? moduleId : null })
  })
  return historyOf(tasks, 600_000)
}
const shared = callsOf(false)

const priceOf = (moduleId: string, costPerHourUsd: number) => ({
  kind: 'module_price' as const,
  moduleId,
  costPerHourUsd,
})

async function compare(history: RecordedHistory, present: ConfigurationSnapshot, ...changes: ConfigurationChange[]) {
  const comparison = new Comparison(history, present)
  const input = { history, recordedUnder: present, seed: 1 }
  const after = await runReplay({ ...input, snapshot: changes.reduce(applyChange, present) })
  comparison.add(await runReplay({ ...input, snapshot: present }), after)
  return comparison.result(0)
}

function effectIn({ effects }: Pick<SimulationResult | GroupEffects, 'effects'>, measure: Effect['measure']): Effect {
  const effect = effects.find(each => each.measure === measure)
  if (!effect) throw new Error(`${measure} is not told`)
  return effect
}

function moduleIn({ groups }: SimulationResult, name: string): GroupEffects {
  const group = groups.find(each => each.kind === 'module' && each.name === name)
  if (!group) throw new Error(`${name} is not told of`)
  return group
}

const isCost = (measure: string) => measure.startsWith('cost_usd')

describe('what calls cost', () => {
  test('a doubled price doubles the cost of what its module does, and moves nothing else', async () => {
    const result = await compare(callsOf(true), snapshotOf(worker('m1', 3.6), worker('m2', 3.6)), priceOf('m1', 7.2))
    const [own, other] = ['m1', 'm2'].map(name => effectIn(moduleIn(result, name), 'cost_usd_per_hour'))
    expect(own?.before).toBeGreaterThan(0)
    expect(own?.after).toBeCloseTo(2 * (own?.before ?? 0), 9)
    expect(other).toMatchObject({ difference: 0, claim: 'none' })
    const whole = effectIn(result, 'cost_usd_per_hour')
    expect(whole.difference).toBeCloseTo(own?.difference ?? 0, 9)
    expect(whole).toMatchObject({ claim: 'worse' })
    const rest = result.effects.filter(({ measure }) => !isCost(measure))
    expect(rest.map(({ difference }) => difference)).toEqual(rest.map(() => 0))
  })

  test('an equal module that is cheaper lowers the cost, where services are chosen by cost', async () => {
    const goal = { kind: 'type_goal' as const, taskType: 'work', goal: 'cost' as const }
    const present = applyChange(snapshotOf(worker('m1', 3.6), worker('m2', 3.6)), goal)
    const perTask = effectIn(await compare(shared, present, priceOf('m1', 0.36)), 'cost_usd_per_task')
    // A second at $3.60 an hour.
    expect(perTask.before).toBeCloseTo(0.001, 9)
    expect(perTask.after).toBeLessThan(0.0003)
    expect(perTask).toMatchObject({ claim: 'better' })
  })

  test('without a price there is no figure, and with one the other measures are the same', async () => {
    const change = { kind: 'module_enabled' as const, moduleId: 'm2', enabled: false }
    const free = await compare(shared, snapshotOf(worker('m1', 0), worker('m2', 0)), change)
    const dear = await compare(shared, snapshotOf(worker('m1', 5), worker('m2', 5)), change)
    const told = [free, ...free.groups].flatMap(({ effects }) => effects.map(({ measure }) => measure))
    expect(told.filter(isCost)).toEqual([])
    const isOther = ({ measure }: Effect) => !isCost(measure)
    const rest = ({ effects, groups, ...figures }: SimulationResult) => ({
      ...figures,
      effects: effects.filter(isOther),
      groups: groups.map(group => ({ ...group, effects: group.effects.filter(isOther) })),
    })
    expect(rest(dear)).toEqual(rest(free))
    expect(effectIn(dear, 'cost_usd_per_hour').before).toBeGreaterThan(0)
  })

  test('each call of a task costs, and what was cancelled says nothing, as in a verdict', async () => {
    const failure = { outcome: 'failed', errorCode: 'HTTP_500' } as const
    const again = (acceptedMs: number) => ({
      dispatchedAt: windowStart + acceptedMs + 2_000,
      endedAt: windowStart + acceptedMs + 3_000,
    })
    const tasks = Array.from({ length: 100 }, (_, place) =>
      recordedTask(place * 1_000, place % 10 === 0 ? [failure, again(place * 1_000)] : [{}]),
    )
    const cancelled = recordedTask(50_500, [{ outcome: 'cancelled' }], {
      status: 'cancelled',
      cancelledAt: windowStart + 51_000,
    })
    const perTask = effectIn(
      await compare(
        historyOf([...tasks.slice(0, 51), cancelled, ...tasks.slice(51)], 100_000),
        snapshotOf(worker('m1', 3.6)),
      ),
      'cost_usd_per_task',
    )
    expect(perTask.before).toBeCloseTo(0.0011, 9)
    expect(ruleOf('cost_usd_per_task')).toMatchObject({ unit: 'usd_per_task', better: 'lower' })
    expect(ruleOf('cost_usd_per_hour')).toMatchObject({ unit: 'usd_per_hour', better: 'lower' })
  })

  test('how far a simulation is trusted goes by what was recorded, and no cost is', async () => {
    const { fidelity } = await compare(shared, snapshotOf(worker('m1', 3.6), worker('m2', 3.6)))
    expect(fidelity.terms.filter(({ measure }) => isCost(measure))).toEqual([])
    expect(fidelity.verdict).toBe('strong')
  })
})
