import type { Constraint } from '../../../contracts/explain.ts'
import { describeUsd } from '../../shared/money.ts'
import { drainOf } from '../drain.ts'
import type { ConstraintRule } from '../situation.ts'

const policyPage = '/settings?tab=queue'

/** The queue policy allows no more calls of its type or tenant. */
export const policyLimits: ConstraintRule = ({ task, held, limits }) => {
  const constraints: Constraint[] = []
  if (limits.type !== null && held.type >= limits.type) {
    constraints.push(atLimit('type_limit', `Tasks of type ${task.lane.taskType}`, held.type, limits.type))
  }
  if (limits.tenant !== null && held.tenant >= limits.tenant) {
    constraints.push(atLimit('tenant_limit', 'All tasks together', held.tenant, limits.tenant))
  }
  return constraints
}

function atLimit(kind: Constraint['kind'], what: string, held: number, limit: number): Constraint {
  return {
    kind,
    title: `${what} are at their concurrency limit`,
    evidence: `${held} run here, ${limit} allowed by the queue policy`,
    unblock: [
      { text: 'Wait for one to end', href: null },
      { text: 'Raise the limit', href: policyPage },
    ],
    since: null,
    etaMs: null,
  }
}

/** No module may be called for what is left of its budget; it ends as soon as it is looked at. */
export const budget: ConstraintRule = ({ task, modules, spentUsd }) => {
  const able = modules.filter(({ record }) => record.enabled)
  if (task.costBudgetUsd === null || able.length === 0 || !able.every(({ isOverBudget }) => isOverBudget)) return null
  return {
    kind: 'budget',
    title: 'Its budget allows no further call',
    evidence: `${describeUsd(spentUsd)} of ${describeUsd(task.costBudgetUsd)} is spent, and every module is expected to cost more than is left`,
    unblock: [
      { text: 'Submit it again with a larger costBudgetUsd', href: null },
      { text: 'Register a cheaper module for its type', href: '/modules' },
    ],
    since: null,
    etaMs: null,
  }
}

/** Every call this replica may have in flight is in flight. */
export const replicaFull: ConstraintRule = ({ task, workers }) => {
  if (task.summary.status !== 'ready' || workers.running < workers.concurrency) return null
  return {
    kind: 'replica_full',
    title: 'All workers are busy',
    evidence: `${workers.running} of ${workers.concurrency} calls in flight on this replica`,
    unblock: [
      { text: 'Wait for a call to end', href: null },
      { text: 'Raise QUARTERDECK_CONCURRENCY, or start another replica', href: null },
    ],
    since: null,
    etaMs: null,
  }
}

/** Others go first at the same modules. */
export const behindOthers: ConstraintRule = situation => {
  const { ahead, task } = situation
  if (!ahead || ahead.count === 0) return null
  const drain = drainOf(situation)
  const count =
    ahead.count >= ahead.cap ? `${ahead.cap.toLocaleString('en')} or more` : ahead.count.toLocaleString('en')
  return {
    kind: 'behind_others',
    title: `${count} ${ahead.count === 1 ? 'task goes' : 'tasks go'} first`,
    evidence: `They share its modules and rank before it (its priority is ${task.summary.priority}, its score ${Math.round(task.score * 100) / 100}); ${drain.basis}`,
    unblock: [
      { text: 'Wait for its turn: nothing that comes later overtakes it for ever', href: null },
      { text: 'Add instances, so that more run at once', href: '/modules' },
      { text: 'Cancel it and submit it with a more urgent priority', href: null },
    ],
    since: task.summary.createdAt,
    etaMs: drain.perSecond > 0 && ahead.count < ahead.cap ? Math.round((ahead.count / drain.perSecond) * 1_000) : null,
  }
}
