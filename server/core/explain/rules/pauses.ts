import type { Constraint } from '../../../contracts/explain.ts'
import type { PauseView } from '../../../contracts/queues.ts'
import type { ConstraintRule } from '../situation.ts'

/** An operator holds back all work, or that of its type; a paused module is for the rule about modules. */
export const paused: ConstraintRule = ({ task, pauses }) =>
  pauses.flatMap(pause => {
    if (pause.scope === 'all') return [pauseConstraint('paused', 'All work is paused', pause, '/tasks')]
    if (pause.scope !== 'type' || pause.id !== task.lane.taskType) return []
    return [pauseConstraint('paused', `Tasks of type ${pause.id} are paused`, pause, `/tasks?type=${pause.id}`)]
  })

/** A pause ends when somebody ends it; until then nobody can say when. */
export function pauseConstraint(kind: Constraint['kind'], title: string, pause: PauseView, href: string): Constraint {
  return {
    kind,
    title,
    evidence: `by ${pause.by}: ${pause.reason}`,
    unblock: [{ text: pause.scope === 'module' ? `Resume ${pause.id}` : 'Resume it', href }],
    since: pause.at,
    etaMs: null,
  }
}
