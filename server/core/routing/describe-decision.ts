import type { DecisionCandidate, DecisionView, ServiceChoice } from '../../contracts/decisions.ts'
import type { PoolMember } from '../balancing/pool-member.ts'
import { confidenceIn } from '../brain/confidence.ts'
import type { Evidence } from '../brain/service-record.ts'
import { expectedSuccess } from '../brain/service-score.ts'
import { describeUsd } from '../shared/money.ts'
import { describeExclusion, moduleExclusion } from './exclusions.ts'
import type { PlannedModule } from './route-plan.ts'
import type { Selection } from './select-route.ts'

/** Candidates stored in detail with one decision. */
const mostCandidates = 20
/** Modules a decision names among those that were skipped. */
const mostSkipped = 5

/** Stands for decisions that nobody keeps. */
export const notDescribed: DecisionView = Object.freeze({
  schemaVersion: 1,
  moduleId: null,
  instanceId: null,
  strategy: null,
  probability: 0,
  confidence: 0,
  fallbacks: [],
  reasons: [],
  candidates: [],
})

/**
 * The decision behind a selection as it is stored, of bounded size: made before the slot is taken, so that loads are those
 * the choice stood on.
 */
export function describeDecision(selection: Selection): DecisionView {
  const { chosen } = selection
  const candidates = listCandidates(selection)
  return {
    schemaVersion: 1,
    moduleId: chosen?.planned.module.id ?? null,
    instanceId: chosen?.choice.member.instance.id ?? null,
    strategy: chosen?.planned.module.strategy ?? null,
    probability: chosen ? round(chosen.probability, 1e6) : 0,
    confidence: chosen ? round(confidenceIn(chosen.planned.evidence), 1e4) : 0,
    choice: chosen && choiceOf(chosen),
    fallbacks: selection.fallbacks.map(({ module }) => module.id),
    reasons: listReasons(selection, candidates.length),
    candidates,
  }
}

function choiceOf(chosen: NonNullable<Selection['chosen']>): ServiceChoice {
  return {
    rule: chosen.rule,
    isExplored: chosen.isExplored,
    probability: round(chosen.moduleProbability, 1e6),
    options: chosen.options,
    expectedSuccess: round(expectedSuccess(chosen.planned.evidence), 1e4),
  }
}

function listCandidates(selection: Selection): DecisionCandidate[] {
  const { chosen, considered, request } = selection
  const first = chosen ? [chosen.planned] : []
  const modules = [...first, ...considered.filter(planned => planned !== chosen?.planned)].slice(0, mostCandidates)
  const candidates: DecisionCandidate[] = []
  for (const [place, planned] of modules.entries()) {
    const excluded = moduleExclusion(planned, request)
    if (excluded !== null) {
      candidates.push({ ...candidateOf(planned, null), score: null, excluded })
      continue
    }
    const room = Math.floor((mostCandidates - candidates.length) / (modules.length - place))
    const own = planned === chosen?.planned ? chosen.choice.member : null
    if (own) candidates.push(candidateOf(planned, own))
    let left = own ? room - 1 : room
    for (const member of planned.pool.members) {
      if (left <= 0) break
      if (member === own) continue
      candidates.push(candidateOf(planned, member))
      left -= 1
    }
  }
  return candidates
}

function candidateOf(planned: PlannedModule, member: PoolMember | null): DecisionCandidate {
  const { module, evidence } = planned
  const outcomes = evidence.successes + evidence.failures
  return {
    moduleId: module.id,
    instanceId: member?.instance.id ?? null,
    score: planned.score === null ? null : round(planned.score, 1e4),
    load: member ? round(member.inFlight / member.capacity, 1e4) : null,
    inFlight: member?.inFlight ?? null,
    capacity: member?.capacity ?? null,
    successRate: outcomes === 0 ? null : round(evidence.successes / outcomes, 1e4),
    meanMs: evidence.meanMs === null ? null : round(evidence.meanMs, 10),
    evidence: round(outcomes, 10),
    costPerHourUsd: module.costPerHourUsd,
    excluded: member ? planned.pool.exclusionOf(member) : null,
  }
}

function listReasons(selection: Selection, listed: number): string[] {
  const { chosen, considered, request, all } = selection
  const reasons = chosen ? describeChoice(selection, chosen) : [describeNoRoute(selection)]
  let skipped = 0
  for (const planned of considered) {
    if (planned === chosen?.planned || selection.fallbacks.includes(planned)) continue
    if (request.pinnedModuleId !== null && planned.module.id !== request.pinnedModuleId) continue
    skipped += 1
    if (skipped <= mostSkipped) reasons.push(`${planned.module.id} skipped: ${describeExclusion(planned, request)}`)
  }
  if (skipped > mostSkipped) reasons.push(`${count(skipped - mostSkipped, 'more module')} skipped`)
  const total = countCandidates(all, selection)
  if (total > listed) reasons.push(`${count(total - listed, 'more candidate')} not listed`)
  return reasons
}

function describeChoice(selection: Selection, chosen: NonNullable<Selection['chosen']>): string[] {
  const { planned, choice } = chosen
  const reasons = [`${planned.module.id}: ${describeEvidence(planned.evidence)}`]
  const rival = selection.fallbacks[0]
  if (chosen.cost) {
    const { costUsd, insteadOf, insteadUsd } = chosen.cost
    reasons.push(
      `cheaper: ${describeUsd(costUsd)} a task with its load counted, against ${describeUsd(insteadUsd)} on ${insteadOf.module.id}, which is best by score and not significantly better`,
    )
  } else if (chosen.isExplored) {
    reasons.push(`explored, to keep what is known of it fresh; the best by score is ${rival?.module.id}`)
  } else if (selection.request.pinnedModuleId !== null) {
    reasons.push('the task is pinned to it')
  } else if (chosen.rule === 'type_pin') {
    reasons.push('operators pinned this type to it')
  } else if (rival) {
    reasons.push(`score ${describeScore(planned)}, ahead of ${rival.module.id} with ${describeScore(rival)}`)
  }
  const { member } = choice
  const siblings = planned.pool.members.length
  const how = siblings > 1 ? `, by ${planned.module.strategy.replaceAll('_', ' ')} of ${siblings}` : ''
  reasons.push(`instance ${member.instance.id}: ${member.inFlight} of ${member.capacity} slots in use${how}`)
  return reasons
}

function describeNoRoute({ all, request }: Selection): string {
  const { pinnedModuleId, taskType } = request
  if (all.length === 0) return `no module has the capability ${taskType}`
  if (pinnedModuleId !== null) {
    const isCapable = all.some(({ module }) => module.id === pinnedModuleId)
    return `the task is pinned to ${pinnedModuleId}, which ${isCapable ? 'cannot take it now' : `cannot run ${taskType}`}`
  }
  return `nothing can take ${taskType} now`
}

/** What is known of a service, in words. */
function describeEvidence({ successes, failures, meanMs }: Evidence): string {
  const outcomes = successes + failures
  if (outcomes === 0) return 'no history yet'
  const rate = `${Math.round((100 * successes) / outcomes)} % of ${Math.max(1, Math.round(outcomes))} succeeded`
  return meanMs === null ? rate : `${rate}, mean ${Math.round(meanMs)} ms`
}

function describeScore(planned: PlannedModule): string {
  return (planned.score ?? 0).toFixed(3)
}

function countCandidates(modules: readonly PlannedModule[], { request }: Selection): number {
  let total = 0
  for (const planned of modules)
    total += moduleExclusion(planned, request) === null ? planned.module.instances.length : 1
  return total
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}

function round(value: number, precision: number): number {
  return Math.round(value * precision) / precision
}
