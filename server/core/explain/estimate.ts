import type { Constraint, ConstraintKind, TaskExplanation } from '../../contracts/explain.ts'
import { describeDuration } from '../resilience/describe-duration.ts'
import type { Situation } from './situation.ts'

/** Kinds of which one stands for each module: the task starts when the first of them ends. */
export const moduleKinds: ReadonlySet<ConstraintKind> = new Set([
  'module_disabled',
  'module_paused',
  'no_instance',
  'out_of_rotation',
  'resources',
  'module_unhealthy',
  'breaker_open',
  'module_full',
  'module_limit',
])
/** Kinds that pass as work is carried out, which the rate of the queue has in it. */
const passing: ReadonlySet<ConstraintKind> = new Set(['type_limit', 'tenant_limit', 'replica_full'])

/** When a waiting task starts: after what holds it by itself, then after what goes first. Never a guess without a basis. */
export function estimateStart(
  { now, task }: Situation,
  constraints: readonly Constraint[],
): NonNullable<TaskExplanation['eta']> {
  const parts: string[] = []
  let waitMs = 0
  for (const group of groupsOf(constraints)) {
    const soonest = group.toSorted((a, b) => (a.etaMs ?? Infinity) - (b.etaMs ?? Infinity))[0]
    if (!soonest) continue
    if (soonest.etaMs === null && passing.has(soonest.kind)) continue
    if (soonest.etaMs === null)
      return { at: null, basis: `unknown, because nobody can say for how long: ${lower(soonest)}` }
    if (soonest.kind === 'behind_others') waitMs += soonest.etaMs
    else waitMs = Math.max(waitMs, soonest.etaMs)
    if (soonest.etaMs > 0) parts.push(`${lower(soonest)} (${describeDuration(soonest.etaMs)})`)
  }
  const at = new Date(now + waitMs).toISOString()
  const late =
    task.deadline !== null && at > task.deadline ? '; its deadline passes before that, so it will expire' : ''
  return { at, basis: (parts.length > 0 ? parts.join(', then ') : 'nothing holds it any more') + late }
}

/** Each constraint by itself, but those of modules together. What goes first comes last: it passes only when the rest has. */
function groupsOf(constraints: readonly Constraint[]): Constraint[][] {
  const ofModules = constraints.filter(({ kind }) => moduleKinds.has(kind))
  const others = constraints.filter(({ kind }) => !moduleKinds.has(kind))
  const inOrder = [...others.filter(({ kind }) => kind !== 'behind_others').map(constraint => [constraint]), ofModules]
  return [...inOrder, ...others.filter(({ kind }) => kind === 'behind_others').map(constraint => [constraint])]
}

function lower({ title }: Constraint): string {
  return title.charAt(0).toLowerCase() + title.slice(1)
}
