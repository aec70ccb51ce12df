import type {
  BrainDecision,
  ChoicePolicyView,
  DecideInput,
  LearnInput,
  LearnReceipt,
  PerformanceInput,
  PerformanceView,
  PrioritizedTask,
  PrioritizeInput,
  RegretInput,
  RegretView,
  SetChoicePolicy,
  TaskUrgency,
} from '../../contracts/learning.ts'
import type { PriorityAlias } from '../../contracts/tasks.ts'
import type { ChoicePolicies } from '../brain/choice-policy.ts'
import type { ServiceRecords } from '../brain/service-records.ts'
import { expectedCostUsd, expectedSeconds } from '../brain/task-cost.ts'
import type { RouterOperations } from '../operations.ts'
import { levelOf, priorityOf, type QueuePolicy, scoreOf } from '../queue/priority.ts'
import { noResources } from '../queue/resources.ts'
import type { ModuleCatalog } from '../registry/module-record.ts'
import { BriefCache } from '../shared/brief-cache.ts'
import { CallQuota } from '../shared/call-quota.ts'
import type { Clock } from '../shared/clock.ts'
import { QuarterdeckError } from '../shared/errors.ts'
import type { Principal } from '../shared/principal.ts'
import type { BrainOperations } from './learning-operations.ts'
import type { LearningStore } from './learning-store.ts'
import { performanceOf, standingOf } from './performance.ts'
import { inOrder } from './prioritize.ts'
import { regretOf } from './regret.ts'

export interface BrainParts {
  router: Pick<RouterOperations, 'preview'>
  catalog: Pick<ModuleCatalog, 'list' | 'get'>
  records: ServiceRecords
  choicePolicies: ChoicePolicies
  policyOf: (tenantId: string) => QueuePolicy
  store: LearningStore
  clock: Clock
}

const hourMs = 3_600_000
/** Calls behind trends: enough for a verdict on some dozens of services, read in some tens of milliseconds. */
const mostCalls = 10_000
/** Decisions behind regret: with 2 % exploration about 200 of them tell of the alternatives. */
const mostDecisions = 10_000
const keepMs = 15_000
/** Decisions are long texts to read. */
const regretKeptMs = 60_000
/** Outcomes from outside that one caller may report in a minute: evidence that nobody here has seen is not to drown ours. */
const learnQuota = { calls: 600, windowMs: 60_000 }

/**
 * The brain as others ask it. Deciding goes through the router that the dispatcher uses, and learning into the records that it
 * goes by; what needs history is read on demand, from a bounded number of the newest calls.
 */
export class BrainService implements BrainOperations {
  readonly #parts: BrainParts
  readonly #quota: CallQuota
  readonly #performance: BriefCache<PerformanceView>
  readonly #regret: BriefCache<RegretView>

  constructor(parts: BrainParts) {
    this.#parts = parts
    this.#quota = new CallQuota({ clock: parts.clock, ...learnQuota })
    this.#performance = new BriefCache({ clock: parts.clock, keepMs, most: 50 })
    this.#regret = new BriefCache({ clock: parts.clock, keepMs: regretKeptMs, most: 50 })
  }

  decide(tenantId: string, input: DecideInput): BrainDecision {
    const { router, catalog, records } = this.#parts
    const { taskType, priority, estimatedComplexity: complexity, costBudgetUsd: budgetLeftUsd = null, ...route } = input
    const decision = router.preview(tenantId, { taskType, complexity, budgetLeftUsd, ...route })
    const { moduleId, instanceId, confidence, reasons } = decision
    const module = moduleId === null ? undefined : catalog.get(tenantId, moduleId)
    const meanMs = module ? records.of({ tenantId, taskType, moduleId: module.id }).evidence.meanMs : null
    const urgency = this.#urgency(tenantId, taskType, priority)
    return {
      taskType,
      moduleId,
      instanceId,
      priority: urgency,
      resources: { needed: input.resources ?? noResources, offered: module?.resources ?? null },
      confidence,
      expectedSuccess: decision.choice?.expectedSuccess ?? null,
      expectedMs: module ? expectedSeconds(meanMs, complexity) * 1_000 : null,
      expectedCostUsd: module ? expectedCostUsd(module.costPerHourUsd, meanMs, complexity) : null,
      reasons: [...reasons, describeUrgency(urgency)],
      decision,
    }
  }

  prioritize(tenantId: string, { tasks }: PrioritizeInput): PrioritizedTask[] {
    return inOrder(
      tasks.map(({ taskType, priority, deadline, ref }, index) => {
        const urgency = this.#urgency(tenantId, taskType, priority)
        return { index, ref: ref ?? null, taskType, deadline: deadline ?? null, urgency }
      }),
    ).map(({ index, ref, taskType, urgency, reasons }) => ({
      index,
      ref,
      taskType,
      priority: urgency,
      reasons: [describeUrgency(urgency), ...reasons],
    }))
  }

  async learn(by: Principal, input: LearnInput): Promise<LearnReceipt> {
    const { records, store } = this.#parts
    const { tenantId } = by
    const { taskType, moduleId, outcome, durationMs, errorCode = null } = input
    const { costPerHourUsd } = this.#requireService(tenantId, taskType, moduleId)
    this.#quota.spend(`${tenantId} ${by.kind} ${by.id}`)
    const kept = await store.keepOutcome(by, input)
    if (kept === 'conflict') {
      throw new QuarterdeckError('IDEMPOTENCY_CONFLICT', {
        message: 'This idempotency key was used before for another outcome.',
        action: 'Use a new key for each call; repeat the same outcome with the same key.',
      })
    }
    const key = { tenantId, taskType, moduleId }
    if (kept === 'kept') {
      const ok = outcome === 'succeeded'
      records.learn({ ...key, ok, durationMs, errorCode: ok ? null : (errorCode ?? 'FAILED') })
    }
    const service = standingOf(key, records.of(key).evidence, costPerHourUsd)
    return { deduplicated: kept === 'repeated', service }
  }

  performance(tenantId: string, { taskType, windowHours }: PerformanceInput): Promise<PerformanceView> {
    const { store, clock, catalog, records, choicePolicies } = this.#parts
    return this.#performance.get(`${tenantId} ${taskType ?? ''} ${windowHours}`, async () => {
      const from = clock.now() - windowHours * hourMs
      const calls = await store.calls(tenantId, { taskType, from, limit: mostCalls })
      return performanceOf(tenantId, taskType, calls, { catalog, records, wishes: choicePolicies })
    })
  }

  regret(tenantId: string, { taskType, windowHours }: RegretInput): Promise<RegretView> {
    const { store, clock } = this.#parts
    return this.#regret.get(`${tenantId} ${taskType ?? ''} ${windowHours}`, async () => {
      const from = clock.now() - windowHours * hourMs
      return regretOf(await store.decidedCalls(tenantId, { taskType, from, limit: mostDecisions }), mostDecisions)
    })
  }

  /** The module that ranks first by score, by task type. */
  bestServices(tenantId: string): ReadonlyMap<string, string> {
    const { catalog, records, choicePolicies: wishes } = this.#parts
    const { services } = performanceOf(tenantId, undefined, [], { catalog, records, wishes })
    const best = new Map<string, string>()
    for (const { taskType, moduleId, score } of services) {
      if (score !== null && !best.has(taskType)) best.set(taskType, moduleId)
    }
    return best
  }

  policy(tenantId: string): ChoicePolicyView {
    return this.#parts.choicePolicies.of(tenantId)
  }

  setPolicy(by: Principal, edit: SetChoicePolicy): Promise<ChoicePolicyView> {
    return this.#parts.choicePolicies.set(by, edit)
  }

  #urgency(tenantId: string, taskType: string, asked: number | PriorityAlias | undefined): TaskUrgency {
    const policy = this.#parts.policyOf(tenantId)
    const number = priorityOf(policy, taskType, asked)
    return { number, level: levelOf(number), score: scoreOf(policy, taskType, number) }
  }

  /** Evidence is kept of services that exist only: a module that is registered and has the capability. */
  #requireService(tenantId: string, taskType: string, moduleId: string): { costPerHourUsd: number } {
    const module = this.#parts.catalog.get(tenantId, moduleId)
    if (!module) {
      throw new QuarterdeckError('MODULE_NOT_FOUND', {
        message: `There is no module ${moduleId}.`,
        action: 'Use an id that modules.list shows.',
      })
    }
    if (!module.capabilities.some(({ type }) => type === taskType)) {
      throw new QuarterdeckError('MODULE_CANNOT_RUN_TYPE', {
        message: `Module ${moduleId} does not have the capability ${taskType}.`,
        action: 'Report outcomes of the types that the module has registered.',
        details: { capabilities: module.capabilities.map(({ type }) => type) },
      })
    }
    return module
  }
}

function describeUrgency({ number, level, score }: TaskUrgency): string {
  const multiplier = score / level
  return `priority ${number}, level ${level}${multiplier === 1 ? '' : ` × ${Number(multiplier.toFixed(2))} for the type`}: score ${Number(score.toFixed(2))}`
}
