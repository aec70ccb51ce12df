import { isEnded } from '../../queue/task-state.ts'
import type { ConstraintRule } from '../situation.ts'

const mostNamed = 3

/** Tasks that it depends on have not all succeeded. */
export const parents: ConstraintRule = ({ task }) => {
  if (task.summary.status !== 'blocked') return null
  const open = task.dependsOn.filter(({ status }) => status !== null && !isEnded(status))
  const named = open.slice(0, mostNamed)
  const more = open.length - named.length
  const states = named.map(({ id, status }) => `task …${id.slice(-6)} is ${status}`)
  return {
    kind: 'parents',
    title: `${open.length} of ${task.dependsOn.length} tasks it depends on ${open.length === 1 ? 'has' : 'have'} not ended`,
    evidence: `${states.join(', ')}${more > 0 ? `, and ${more} more` : ''}`,
    unblock: named.map(({ id }) => ({
      text: `See why task …${id.slice(-6)} has not ended`,
      href: `/tasks/${id}`,
    })),
    since: task.waiting?.since ?? task.summary.createdAt,
    etaMs: null,
  }
}
