import type { FindingAct } from '../../../contracts/findings.ts'
import { classOfError } from '../../queue/retry-policy.ts'
import type { ModuleRecord } from '../../registry/module-record.ts'
import type { Analyzer, Candidate } from '../analyzer.ts'
import { figure, shareFigure } from '../figures.ts'
import type { FindingDraft } from '../finding.ts'
import type { EndedTask, FleetEvidence } from '../fleet-evidence.ts'
import { bySpan, seriesOverTime } from '../spans.ts'
import { binomialAtLeast } from '../statistics/tails.ts'
import { ofType } from '../subjects.ts'

const minuteMs = 60_000
const leastTasks = 50
const leastPerMinute = 5
const brokenFrom = 0.5
/** With failures that come by themselves, at most this share of minutes has half of its tasks lost. */
const usualShare = 0.002
const leastLost = 10

/**
 * A type that one enabled service alone can run, and whose tasks were lost while that one was down. p-value: the binomial tail of so
 * many minutes in which half of five tasks or more were lost, when two in a thousand are usual. Lost is what failed by a connection,
 * a time-out or the server's own error, or expired without an answer; what was refused as wrong no fallback would have done.
 */
export const missingFallbackAnalyzer: Analyzer = {
  id: 'missing-fallback',
  version: 1,
  name: 'Missing fallback',
  question: 'Was work lost because only one service can do it?',
  needs: '50 ended tasks of a type, five a minute in some minutes.',
  analyze(evidence) {
    const candidates: Candidate[] = []
    for (const [type, tasks] of evidence.tasksByType) {
      if (tasks.length < leastTasks) continue
      const capable = evidence.snapshot.modules.filter(({ capabilities }) =>
        capabilities.some(each => each.type === type),
      )
      const enabled = capable.filter(module => module.enabled)
      const only = enabled.length === 1 ? enabled[0] : undefined
      if (!only) continue
      const outage = findOutage(tasks)
      const pValue = binomialAtLeast(outage.broken, outage.minutes, usualShare)
      const reserve = capable.find(module => !module.enabled)
      const isWorth = outage.lost.length >= leastLost
      candidates.push({
        pValue: outage.minutes === 0 ? 1 : pValue,
        draft: isWorth ? () => draftOf({ evidence, type, tasks, outage, only, reserve }) : null,
      })
    }
    return candidates.length > 0
      ? { kind: 'tested', candidates }
      : { kind: 'insufficient', reason: 'No type with a single service had 50 tasks in this window.' }
  },
}

interface Outage {
  minutes: number
  broken: number
  /** Tasks lost in those minutes. */
  lost: EndedTask[]
}

function findOutage(tasks: readonly EndedTask[]): Outage {
  const byMinute = Map.groupBy(
    tasks.filter(({ status }) => status !== 'cancelled'),
    ({ acceptedAt }) => Math.floor(acceptedAt / minuteMs),
  )
  const minutes = [...byMinute.values()].filter(its => its.length >= leastPerMinute)
  const broken = minutes.filter(its => its.filter(isLost).length >= brokenFrom * its.length)
  return { minutes: minutes.length, broken: broken.length, lost: broken.flat().filter(isLost) }
}

function isLost({ status, calls }: EndedTask): boolean {
  const last = calls.at(-1)
  if (status === 'expired') return last === undefined || last.outcome !== 'succeeded'
  return status === 'failed' && last !== undefined && classOfError(last.errorCode ?? '') !== null
}

function draftOf(found: {
  evidence: FleetEvidence
  type: string
  tasks: readonly EndedTask[]
  outage: Outage
  only: ModuleRecord
  reserve: ModuleRecord | undefined
}): FindingDraft {
  const { evidence, type, tasks, outage, only, reserve } = found
  const { lost } = outage
  const failed = tasks.filter(({ status }) => status === 'failed' || status === 'expired').length
  const from = failed / tasks.length
  const to = (failed - lost.length) / tasks.length
  const act: FindingAct = reserve
    ? { kind: 'change', change: { kind: 'module_enabled', moduleId: reserve.id, enabled: true } }
    : {
        kind: 'advice',
        todo: `Register a second module with the capability ${type}; it takes over when ${only.name} fails.`,
        change: null,
      }
  const lostBySpan = new Map([...bySpan(lost)].map(([span, its]) => [span, its.length]))
  return {
    direction: 'second_service',
    title: reserve
      ? `Enable ${reserve.name} as a fallback for ${type}: ${lost.length} tasks were lost while ${only.name} was down.`
      : `Add a fallback for ${type}: ${lost.length} tasks were lost while ${only.name}, its only service, was down.`,
    subject: ofType(type),
    act,
    evidence: [
      shareFigure('Tasks that were lost in outages', tasks.length, lost.length),
      figure('Minutes in which half of the tasks were lost', outage.broken, 'times', outage.minutes),
      figure('Enabled services of the type', 1, 'instances', tasks.length),
    ],
    series: [seriesOverTime('Tasks lost', 'tasks', lostBySpan)],
    // A fallback fails too: as often as this service does when it works, at most half of the loss.
    expected: [
      {
        measure: 'failure_share',
        of: ofType(type),
        unit: 'share',
        from,
        to,
        low: to,
        high: (from + to) / 2,
        better: 'lower',
      },
    ],
    reach: tasks.length / Math.max(1, evidence.tasks.length),
    spans: { showing: lostBySpan.size, of: lostBySpan.size },
  }
}
