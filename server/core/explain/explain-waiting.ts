import type { Constraint, TaskExplanation } from '../../contracts/explain.ts'
import { describeDuration } from '../resilience/describe-duration.ts'
import { estimateStart } from './estimate.ts'
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
  const [first, ...others] = constraints
  if (!first) {
    const open = situation.modules.find(({ record }) => record.enabled)
    return open ? `It is next: ${open.record.id} has room, and it starts within moments` : 'It waits for its turn'
  }
  const more = others.length === 0 ? '' : `, and ${others.length} more ${others.length === 1 ? 'reason' : 'reasons'}`
  const expected =
    startAt === null ? '' : `; expected to start in about ${describeDuration(Date.parse(startAt) - situation.now)}`
  return `${first.title}${more}${expected}`
}
