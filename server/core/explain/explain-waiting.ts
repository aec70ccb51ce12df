import type { Constraint, TaskExplanation } from '../../contracts/explain.ts'
import { describeDuration } from '../resilience/describe-duration.ts'
import { estimateStart, moduleKinds } from './estimate.ts'
import { constraintRules } from './rules/index.ts'
import type { Situation } from './situation.ts'

/** All that holds a waiting task, what holds it longest first, and when it is expected to start. Pure. */
export function explainWaiting(situation: Situation): TaskExplanation {
  const { id, status } = situation.task.summary
  const constraints = constraintRules
    .flatMap(rule => rule(situation) ?? [])
    .toSorted((a, b) => (b.etaMs ?? Infinity) - (a.etaMs ?? Infinity) || 0)
  const eta = estimateStart(situation, constraints)
  return { id, status, headline: headlineOf(situation, constraints, eta.at), constraints, eta }
}

function headlineOf(situation: Situation, constraints: readonly Constraint[], startAt: string | null): string {
  if (constraints.length === 0) {
    const open = situation.modules.find(({ record }) => record.enabled)
    return open ? `It is next: ${open.record.id} has room, and it starts within moments` : 'It waits for its turn'
  }
  const expected =
    startAt === null ? '' : `; expected to start in about ${describeDuration(Date.parse(startAt) - situation.now)}`
  return `${summaryOf(constraints)}${expected}`
}

/** What lasts longest; of several modules that are closed, the one that opens first. */
function summaryOf(constraints: readonly Constraint[]): string {
  const closed = constraints.filter(({ kind }) => moduleKinds.has(kind))
  const soonest = closed.at(-1)
  const reasons = constraints.flatMap(constraint => {
    if (!moduleKinds.has(constraint.kind)) return [constraint.title]
    if (constraint !== soonest) return []
    return [
      closed.length > 1 ? `None of its ${closed.length} modules can take it (first: ${soonest.title})` : soonest.title,
    ]
  })
  const more = reasons.length - 1
  return `${reasons[0]}${more > 0 ? `, and ${more} more ${more === 1 ? 'reason' : 'reasons'}` : ''}`
}
