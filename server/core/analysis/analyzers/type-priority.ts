import { levelOf, priorityOf } from '../../queue/priority.ts'
import { estimateShare } from '../../shared/wilson.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import { figure, shareFigure } from '../figures.ts'
import type { FindingDraft } from '../finding.ts'
import type { EndedTask, FleetEvidence } from '../fleet-evidence.ts'
import { bySpan, seriesOverTime } from '../spans.ts'
import { meanOf } from '../statistics/samples.ts'
import { binomialAtLeast } from '../statistics/tails.ts'
import { ofType } from '../subjects.ts'

const leastTasks = 50
const usualMisses = 0.01
const leastMisses = 0.05
/** Of the time that a task had, that it spent waiting. */
const mostlyWaiting = 0.5
/** Of the calls made meanwhile on the same modules, for tasks that a higher priority would overtake. */
const leastOvertaken = 0.2
/** The next level of urgency up: 6-10, 3-5, 2, 1. */
const nextUp = [5, 2, 1] as const

/**
 * Tasks of a type miss their deadlines because they wait, while the modules that could run them serve others that are no more urgent
 * by default. p-value: the binomial tail of so many misses when one in a hundred is usual. To come: the next level of
 * urgency as the default of the type. Only tasks at the default of their type are counted; what a caller chose is the caller's.
 */
export const typePriorityAnalyzer: Analyzer = {
  id: 'type-priority',
  version: 2,
  name: 'Default priority of a type',
  question: 'Do tasks of a type miss their deadlines waiting behind work that is no more urgent?',
  needs: '50 tasks of a type with deadlines, at its default priority.',
  analyze(evidence) {
    const candidates: Candidate[] = []
    for (const [type, all] of evidence.tasksByType) {
      const usual = priorityOf(evidence.snapshot.policy, type, undefined)
      const tasks = all.filter(({ deadline, priority }) => deadline !== null && priority === usual)
      if (tasks.length < leastTasks) continue
      const missed = tasks.filter(hasMissedByWaiting)
      const pValue = binomialAtLeast(missed.length, tasks.length, usualMisses)
      const priority = nextUp.find(each => levelOf(each) > levelOf(usual))
      const overtaken = overtakenShare(evidence, type, missed)
      const isWorth = missed.length >= leastMisses * tasks.length && overtaken.share >= leastOvertaken
      const found = { evidence, type, tasks, missed, usual, overtaken }
      candidates.push({ pValue, draft: isWorth && priority !== undefined ? () => draftOf(found, priority) : null })
    }
    return candidates.length > 0
      ? { kind: 'tested', candidates }
      : { kind: 'insufficient', reason: 'No type had 50 tasks with deadlines at its default priority in this window.' }
  },
}

interface Found {
  evidence: FleetEvidence
  type: string
  tasks: readonly EndedTask[]
  missed: readonly EndedTask[]
  usual: number
  overtaken: { share: number; calls: number }
}

function waitOf({ calls, dueAt, finishedAt }: EndedTask): number {
  return Math.max(0, (calls[0]?.at ?? finishedAt) - dueAt)
}

function hasMissed({ status, deadline, finishedAt }: EndedTask): boolean {
  return deadline !== null && status !== 'cancelled' && (status === 'expired' || finishedAt > deadline)
}

function hasMissedByWaiting(task: EndedTask): boolean {
  const { deadline, dueAt } = task
  return hasMissed(task) && waitOf(task) >= mostlyWaiting * Math.max(1, (deadline ?? dueAt) - dueAt)
}

/** Of the calls on the modules of the type in spans with misses: those of other types that a higher default would overtake. */
function overtakenShare({ services }: FleetEvidence, type: string, missed: readonly EndedTask[]): Found['overtaken'] {
  const spans = new Set(missed.map(({ span }) => span))
  const priority = missed[0]?.priority ?? 1
  const capable = new Set(
    services
      .filter(({ module }) => module.capabilities.some(each => each.type === type))
      .map(({ module }) => module.id),
  )
  let others = 0
  let calls = 0
  for (const service of services) {
    if (!capable.has(service.module.id)) continue
    for (const { span, task } of service.calls) {
      if (!spans.has(span)) continue
      calls++
      if (service.type !== type && levelOf(task.priority) <= levelOf(priority)) others++
    }
  }
  return { share: calls === 0 ? 0 : others / calls, calls }
}

function draftOf({ evidence, type, tasks, missed, usual, overtaken }: Found, priority: number): FindingDraft {
  const late = tasks.filter(hasMissed).length
  const from = late / tasks.length
  // Whoever never ran, or ran shorter than it had time, would have made it without the wait.
  const inTime = missed.filter(({ calls, deadline, dueAt }) => {
    const runMs = calls.reduce((sum, { durationMs }) => sum + durationMs, 0)
    return runMs <= (deadline ?? 0) - dueAt
  }).length
  const left = estimateShare(tasks.length, late - inTime)
  const waits = new Map([...bySpan(tasks)].map(([span, its]) => [span, meanOf(its.map(waitOf))]))
  return {
    direction: 'more_urgent',
    title: `Give ${type} the default priority ${priority} instead of ${usual}: ${Math.round((100 * missed.length) / tasks.length)} % of its tasks miss their deadline waiting behind work that is no more urgent.`,
    subject: ofType(type),
    act: { kind: 'change', change: { kind: 'type_priority', taskType: type, priority } },
    evidence: [
      shareFigure('Tasks that missed their deadline by waiting', tasks.length, missed.length),
      figure('Mean wait of those', meanOf(missed.map(waitOf)), 'ms', missed.length, {
        name: 'Mean time they had',
        value: meanOf(missed.map(({ deadline, dueAt }) => (deadline ?? dueAt) - dueAt)),
      }),
      figure(
        'Share of the calls meanwhile that went to other, no more urgent types',
        overtaken.share,
        'share',
        overtaken.calls,
      ),
    ],
    series: [seriesOverTime('Mean wait', 'ms', waits)],
    expected: [
      {
        measure: 'deadline_miss_share',
        of: ofType(type),
        unit: 'share',
        from,
        to: left?.rate ?? 0,
        low: left?.low ?? 0,
        high: Math.min(from, (left?.high ?? 1) + from / 2),
        better: 'lower',
      },
    ],
    reach: tasks.length / Math.max(1, evidence.tasks.length),
    spans: { showing: bySpan(missed).size, of: bySpan(tasks).size },
  }
}
