import { noEvidence } from '../../brain/service-record.ts'
import { type ScoredService, type ScoreWeights, scoreWeights } from '../../brain/service-score.ts'
import type { ModuleRecord } from '../../registry/module-record.ts'
import type { Call, FleetEvidence, Service } from '../fleet-evidence.ts'
import { meanOf, type Share } from '../statistics/samples.ts'
import { hasSucceeded, isJudged } from '../subjects.ts'

/** One of several enabled services of a type. */
export interface Rival {
  module: ModuleRecord
  /** Calls that say something of it: of tasks that could have run elsewhere. */
  calls: readonly Call[]
  success: Share
  /** ln of the durations of calls that succeeded, in ms. */
  logDurations: readonly number[]
  meanMs: number
}

/** Types with two enabled services or more that were called, each with those services, the most called first. Types that operators
 * pinned to a module are not among them. */
export function rivalsByType(evidence: FleetEvidence): Map<string, Rival[]> {
  const enabled = evidence.services.filter(({ module }) => module.enabled)
  const byType = Map.groupBy(enabled, ({ type }) => type)
  const rivals = new Map<string, Rival[]>()
  for (const [type, services] of byType) {
    if (services.length < 2 || Object.hasOwn(evidence.snapshot.choice.pins, type)) continue
    rivals.set(
      type,
      services.map(toRival).toSorted((a, b) => b.calls.length - a.calls.length),
    )
  }
  return rivals
}

function toRival({ module, calls: all }: Service): Rival {
  const calls = all.filter(call => isJudged(call) && !call.task.isPinned)
  const good = calls.filter(hasSucceeded)
  return {
    module,
    calls,
    success: { hits: good.length, size: calls.length },
    logDurations: good.map(({ durationMs }) => Math.log(Math.max(1, durationMs))),
    meanMs: Math.max(1, meanOf(good.map(({ durationMs }) => durationMs))),
  }
}

/** As the brain scores it, by what it has learned, or by the window while it has learned nothing. */
export function scored(evidence: FleetEvidence, type: string, { module, success, meanMs }: Rival): ScoredService {
  const learned = evidence.snapshot.evidence.find(
    ({ taskType, moduleId }) => taskType === type && moduleId === module.id,
  )
  const seen = { ...noEvidence, successes: success.hits, failures: success.size - success.hits, meanMs }
  return {
    evidence: learned?.evidence ?? seen,
    costPerHourUsd: module.costPerHourUsd,
    preference: module.preference,
  }
}

/** What the brain weighs a service of this type by. */
export function weightsOf({ snapshot }: FleetEvidence, type: string): ScoreWeights {
  const { goals } = snapshot.choice
  return scoreWeights[(Object.hasOwn(goals, type) ? goals[type] : undefined) ?? 'balanced']
}
