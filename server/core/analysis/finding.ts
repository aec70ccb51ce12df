import type {
  EvidenceFigure,
  EvidenceSeries,
  ExpectedEffect,
  Finding,
  FindingAct,
  FindingPriority,
  FindingSubject,
} from '../../contracts/findings.ts'

/** What an analyzer says of one subject, before it is known whether chance could say the same. */
export interface FindingDraft {
  /** Within the analyzer and subject: two opposite proposals have two directions. */
  direction: string
  title: string
  subject: FindingSubject
  act: FindingAct
  evidence: EvidenceFigure[]
  series?: EvidenceSeries[]
  expected: ExpectedEffect[]
  /** Share of the tenant's tasks (for cost: of its spend) in the window that the subject has to do with, 0-1. */
  reach: number
  /** Spans of the window that show it, of those that could have shown it. */
  spans: { showing: number; of: number }
}

/** The same in every run for the same analyzer, subject and direction; what a finding proposes exactly may differ. */
export function keyOf(analyzer: string, { subject, direction }: Pick<FindingDraft, 'subject' | 'direction'>): string {
  return `${analyzer}:${subject.kind}:${subject.id}:${direction}`
}

/** A draft that stood its test, with the p-value after correction for everything that was tested with it. */
export function toFinding(
  draft: FindingDraft,
  made: { analyzer: { id: string; version: number }; adjustedP: number; window: { from: number; to: number } },
): Finding {
  const { id, version } = made.analyzer
  const { title, subject, act, evidence, series, expected, reach, spans } = draft
  return {
    analyzer: id,
    analyzerVersion: version,
    key: keyOf(id, draft),
    title,
    priority: priorityOf(expected, reach),
    subject,
    act,
    evidence,
    series: series ?? [],
    expected,
    confidence: confidenceOf(made.adjustedP, spans),
    window: { from: new Date(made.window.from).toISOString(), to: new Date(made.window.to).toISOString() },
  }
}

/**
 * Strength × constancy. Strength is 1 - √p with the corrected p-value (0.9 at the largest that is let through, 0.01). Constancy
 * is Laplace's rule of succession, (k + 1) / (n + 2), for the next span of the window to show it again: what was seen all day
 * counts for more than one bad hour.
 */
export function confidenceOf(adjustedP: number, { showing, of }: { showing: number; of: number }): number {
  return (1 - Math.sqrt(Math.min(1, Math.max(0, adjustedP)))) * ((Math.min(showing, of) + 1) / (of + 2))
}

/**
 * By what is gained and by whom: reach × the largest gain. A gain in a share of failures, time-outs or missed deadlines is ten
 * times its points (ten points count as all there is to gain), at most 1; any other is half its relative improvement, since late
 * or dear is better than not at all. Critical from 0.5, high from 0.2, medium from 0.05.
 */
export function priorityOf(expected: readonly ExpectedEffect[], reach: number): FindingPriority {
  const impact = reach * Math.max(0, ...expected.map(gainOf))
  if (impact >= 0.5) return 'critical'
  if (impact >= 0.2) return 'high'
  return impact >= 0.05 ? 'medium' : 'low'
}

const lostWork: ReadonlySet<ExpectedEffect['measure']> = new Set([
  'failure_share',
  'call_failure_share',
  'timeout_share',
  'deadline_miss_share',
])
const pointsFactor = 10

function gainOf({ measure, from, to, better }: ExpectedEffect): number {
  const gained = better === 'lower' ? from - to : to - from
  if (lostWork.has(measure)) return Math.min(1, pointsFactor * gained)
  const whole = Math.max(Math.abs(from), Math.abs(to))
  return whole === 0 ? 0 : Math.min(0.49, (0.5 * gained) / whole)
}
