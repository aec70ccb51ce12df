import type { GroupEffects, MeasureName, SimulationResult } from '../../contracts/simulations.ts'
import type { ConfigurationSnapshot } from '../changes/configuration-snapshot.ts'
import { estimateEffect, type Sides, sumOf } from './effects.ts'
import { judgeFidelity } from './fidelity.ts'
import type { RecordedHistory } from './recorded-history.ts'
import type { Replayed } from './replay.ts'
import { recordOf } from './run-record.ts'
import { blockCount, groupKey, Tally, tallyRun } from './tally.ts'

const overall: readonly MeasureName[] = [
  'wait_mean',
  'wait_p50',
  'wait_p95',
  'wait_p99',
  'run_p95',
  'latency_mean',
  'latency_p95',
  'throughput',
  'failure_share',
]
const perGroup: readonly MeasureName[] = ['latency_mean', 'wait_p95', 'failure_share']
const costs: readonly MeasureName[] = ['cost_usd_per_task', 'cost_usd_per_hour']
/** Groups of a kind that are told of, those with the most tasks first. */
const mostGroups = 20
const groupKinds = ['type', 'priority', 'module'] as const
/** Upper ends of the bins that distributions are drawn with, in ms: three per decade from 10 ms to 1 h. */
const boundsMs = [10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 300_000, 3_600_000]

type Tallies = Map<string, Tally[]>

/** Gathers runs of both configurations, seed by seed, and says what the change does. */
export class Comparison {
  readonly #history: RecordedHistory
  readonly #recorded: Tallies
  readonly #before: Tallies = new Map()
  readonly #after: Tallies = new Map()
  #seeds = 0
  #calls = 0
  #beyondLoad = 0
  #assumed = 0

  /** `recordedUnder` is the configuration that the history was recorded under. */
  constructor(history: RecordedHistory, recordedUnder: Pick<ConfigurationSnapshot, 'modules'>) {
    this.#history = history
    this.#recorded = tallyRun(history, recordOf(history, recordedUnder))
  }

  /** Adds the runs of one seed. */
  add(before: Replayed, after: Replayed): void {
    this.#seeds++
    addTo(this.#before, tallyRun(this.#history, before.record))
    addTo(this.#after, tallyRun(this.#history, after.record))
    for (const { calls, beyondLoad, assumed } of [before, after]) {
      this.#calls += calls
      this.#beyondLoad += beyondLoad
      this.#assumed += assumed
    }
  }

  /** What is known after the seeds added so far, at least one. `tasksPerSecond` is how fast they were simulated. */
  result(tasksPerSecond: number): SimulationResult {
    const { from, to, tasks, sampling } = this.#history
    const hours = sampling.minutes / 60
    const all = this.#sidesOf(groupKey('all', ''))
    const [recorded, before, after] = [sumOf(all.recorded), sumOf(all.before), sumOf(all.after)]
    const fidelity = judgeFidelity(recorded, before, { recorded: hours, simulated: hours * this.#seeds })
    const priced = before.costUsd > 0 || after.costUsd > 0 ? costs : []
    const perSeed = (counts: number[]) => counts.map(count => count / this.#seeds)
    return {
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      tasks: tasks.length,
      sampledMinutes: sampling.minutes,
      windowMinutes: sampling.of,
      seeds: this.#seeds,
      fidelity,
      effects: [...overall, ...priced].map(measure => estimateEffect(all, measure, fidelity)),
      groups: groupKinds.flatMap(kind => this.#groupsOf(kind, [...perGroup, ...priced], fidelity)),
      distributions: (['wait', 'latency'] as const).map(measure => ({
        measure,
        boundsMs,
        recorded: recorded[measure].divide(boundsMs),
        before: perSeed(before[measure].divide(boundsMs)),
        after: perSeed(after[measure].divide(boundsMs)),
      })),
      beyondLoadShare: this.#calls > 0 ? this.#beyondLoad / this.#calls : 0,
      assumedShare: this.#calls > 0 ? this.#assumed / this.#calls : 0,
      tasksPerSecond,
    }
  }

  #groupsOf(
    kind: (typeof groupKinds)[number],
    measures: readonly MeasureName[],
    fidelity: SimulationResult['fidelity'],
  ): GroupEffects[] {
    const prefix = groupKey(kind, '')
    const names = [...new Set([...this.#before.keys(), ...this.#after.keys()])]
      .filter(key => key.startsWith(prefix) && key !== prefix)
      .map(key => key.slice(prefix.length))
    return names
      .map(name => {
        const sides = this.#sidesOf(groupKey(kind, name))
        return {
          kind,
          name,
          tasksBefore: sumOf(sides.before).tasks / this.#seeds,
          tasksAfter: sumOf(sides.after).tasks / this.#seeds,
          effects: measures.map(measure => estimateEffect(sides, measure, fidelity)),
        }
      })
      .sort((a, b) => b.tasksBefore - a.tasksBefore || (a.name < b.name ? -1 : 1))
      .slice(0, mostGroups)
  }

  #sidesOf(group: string): Sides {
    const hours = this.#history.sampling.minutes / 60
    const of = (tallies: Tallies) => tallies.get(group) ?? Array.from({ length: blockCount }, () => new Tally())
    return { recorded: of(this.#recorded), before: of(this.#before), after: of(this.#after), seeds: this.#seeds, hours }
  }
}

function addTo(sums: Tallies, run: Tallies): void {
  for (const [group, tallies] of run) {
    const known = sums.get(group)
    if (!known) sums.set(group, tallies)
    else for (const [block, tally] of tallies.entries()) known[block]?.merge(tally)
  }
}
