import type { PerformanceView, ServiceGoal, ServicePerformance, ServiceStanding } from '../../contracts/learning.ts'
import type { ServiceWishes } from '../brain/choice-policy.ts'
import { confidenceIn } from '../brain/confidence.ts'
import type { Evidence, ServiceKey } from '../brain/service-record.ts'
import type { ServiceRecord, ServiceRecords } from '../brain/service-records.ts'
import { expectedSuccess, referenceOf, scoreWeights, serviceScore } from '../brain/service-score.ts'
import { costOfCall } from '../brain/task-cost.ts'
import type { ModuleCatalog, ModuleRecord } from '../registry/module-record.ts'
import type { RecordedCall } from './learning-store.ts'
import { trendOf } from './trend.ts'

/** Error codes told of one service. */
const mostErrors = 5

export interface PerformanceSources {
  catalog: Pick<ModuleCatalog, 'list'>
  records: Pick<ServiceRecords, 'of' | 'list'>
  wishes: ServiceWishes
}

/** What is known of a service; `costPerHourUsd` is null for a module that is gone. */
export function standingOf(
  { taskType, moduleId }: Omit<ServiceKey, 'tenantId'>,
  evidence: Evidence,
  costPerHourUsd: number | null,
): ServiceStanding {
  const outcomes = evidence.successes + evidence.failures
  const { meanMs } = evidence
  return {
    taskType,
    moduleId,
    outcomes,
    successRate: outcomes === 0 ? null : evidence.successes / outcomes,
    expectedSuccess: expectedSuccess(evidence),
    confidence: confidenceIn(evidence),
    meanMs,
    meanCostUsd: meanMs === null || costPerHourUsd === null ? null : costOfCall(costPerHourUsd, meanMs),
    errors: [...evidence.errorShares]
      .map(([code, share]) => ({ code, share }))
      .toSorted((a, b) => b.share - a.share)
      .slice(0, mostErrors),
  }
}

/** Every service that is registered or was learned of, ranked within its type by the very scores that the router uses. */
export function performanceOf(
  tenantId: string,
  taskType: string | undefined,
  calls: readonly RecordedCall[],
  sources: PerformanceSources,
): PerformanceView {
  const ofService = Map.groupBy(calls, call => keyOf(call.taskType, call.moduleId))
  const times = calls.map(({ dispatchedAt }) => dispatchedAt)
  const from = times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY)
  const to = times.reduce((most, at) => Math.max(most, at), 0)
  const services = knownServices(tenantId, taskType, sources).map(({ record, module, score }) => ({
    ...standingOf(record.key, record.evidence, module?.costPerHourUsd ?? null),
    score,
    isEnabled: module?.enabled ?? false,
    isPinned: sources.wishes.pinOf(tenantId, record.key.taskType) === record.key.moduleId,
    goal: sources.wishes.goalOf(tenantId, record.key.taskType),
    costPerHourUsd: module?.costPerHourUsd ?? null,
    ...trendOf(ofService.get(keyOf(record.key.taskType, record.key.moduleId)) ?? [], from, to),
  }))
  return {
    services: services.toSorted(byTypeThenScore),
    calls: calls.length,
    since: calls.length === 0 ? null : new Date(from).toISOString(),
  }
}

interface KnownService {
  record: ServiceRecord
  module: ModuleRecord | null
  score: number | null
}

function knownServices(tenantId: string, taskType: string | undefined, sources: PerformanceSources): KnownService[] {
  const known = new Map<string, KnownService>()
  const modules = sources.catalog.list(tenantId)
  for (const module of modules) {
    for (const { type } of module.capabilities) {
      const record = sources.records.of({ tenantId, taskType: type, moduleId: module.id })
      known.set(keyOf(type, module.id), { record, module, score: null })
    }
  }
  for (const record of sources.records.list(tenantId)) {
    const { taskType: type, moduleId } = record.key
    const key = keyOf(type, moduleId)
    if (!known.has(key) && record.evidence.successes + record.evidence.failures > 0) {
      known.set(key, { record, module: null, score: null })
    }
  }
  const asked = [...known.values()].filter(({ record }) => taskType === undefined || record.key.taskType === taskType)
  for (const [type, ofType] of Map.groupBy(asked, ({ record }) => record.key.taskType)) {
    rate(ofType, sources.wishes.goalOf(tenantId, type))
  }
  return asked
}

/** Scores compare the enabled services of a type. */
function rate(ofType: readonly KnownService[], goal: ServiceGoal): void {
  const rated = ofType.flatMap(service => {
    const { module, record } = service
    if (!module?.enabled) return []
    const { costPerHourUsd, preference } = module
    return [{ service, scored: { evidence: record.evidence, costPerHourUsd, preference } }]
  })
  const reference = referenceOf(rated.map(({ scored }) => scored))
  for (const { service, scored } of rated) service.score = serviceScore(scored, reference, scoreWeights[goal])
}

function byTypeThenScore(a: ServicePerformance, b: ServicePerformance): number {
  if (a.taskType !== b.taskType) return a.taskType < b.taskType ? -1 : 1
  return (b.score ?? -1) - (a.score ?? -1) || (a.moduleId < b.moduleId ? -1 : 1)
}

function keyOf(taskType: string, moduleId: string): string {
  return `${taskType}\n${moduleId}`
}
