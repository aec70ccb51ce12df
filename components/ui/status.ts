import {
  Archive,
  Ban,
  BellOff,
  BellRing,
  Check,
  CircleDashed,
  CircleDot,
  CircleHelp,
  CirclePause,
  CircleX,
  Clock,
  CornerUpLeft,
  FlaskConical,
  Hourglass,
  Info,
  type LucideIcon,
  MailWarning,
  OctagonAlert,
  Play,
  PlugZap,
  Power,
  PowerOff,
  RotateCw,
  Siren,
  TimerOff,
  TriangleAlert,
  Unplug,
} from 'lucide-react'
import type { AlertState } from '#server/contracts/alerts.ts'
import type { BreakerState } from '#server/contracts/breakers.ts'
import type { DeadLetterJobStatus, DeadLetterState } from '#server/contracts/dead-letters.ts'
import type { HealthBand } from '#server/contracts/health.ts'
import type { InvariantOutcome } from '#server/contracts/invariants.ts'
import type { HealthState } from '#server/contracts/modules.ts'
import type { ReplicaState } from '#server/contracts/replicas.ts'
import type { AttentionItem } from '#server/contracts/stats.ts'
import type { SuggestionStatus, SuggestionView, VerdictOutcome } from '#server/contracts/suggestions.ts'
import type { AttemptOutcome, TaskStatus } from '#server/contracts/tasks.ts'
import type { DeliveryStatus } from '#server/contracts/webhooks.ts'

/** The tones a status can have; each is a set of CSS variables in `app/globals.css`. */
export type Tone = 'ok' | 'warn' | 'serious' | 'bad' | 'busy' | 'wait' | 'idle'

/** How one status looks and reads, everywhere. */
export interface StatusLook {
  label: string
  tone: Tone
  icon: LucideIcon
  /** What it means, one sentence, for tooltips and help. */
  meaning: string
}

const taskLooks: Record<TaskStatus, StatusLook> = {
  blocked: { label: 'Blocked', tone: 'idle', icon: CirclePause, meaning: 'Waits for tasks it depends on.' },
  scheduled: {
    label: 'Scheduled',
    tone: 'wait',
    icon: Clock,
    meaning: 'Waits for its time, or for a retry to be due.',
  },
  ready: { label: 'Ready', tone: 'wait', icon: CircleDashed, meaning: 'Waits for a module with room for it.' },
  running: { label: 'Running', tone: 'busy', icon: Play, meaning: 'A module works on it now.' },
  succeeded: { label: 'Succeeded', tone: 'ok', icon: Check, meaning: 'Ended with a result.' },
  failed: { label: 'Failed', tone: 'bad', icon: CircleX, meaning: 'Used up its attempts; kept as a dead letter.' },
  cancelled: {
    label: 'Cancelled',
    tone: 'idle',
    icon: Ban,
    meaning: 'Stopped by a person or because a parent failed.',
  },
  expired: { label: 'Expired', tone: 'warn', icon: TimerOff, meaning: 'Its deadline passed before it could end.' },
}

const attemptLooks: Record<AttemptOutcome, StatusLook> = {
  running: taskLooks.running,
  succeeded: taskLooks.succeeded,
  failed: { label: 'Failed', tone: 'bad', icon: CircleX, meaning: 'The module answered with an error.' },
  timed_out: { label: 'Timed out', tone: 'serious', icon: TimerOff, meaning: 'No answer within the time limit.' },
  busy: { label: 'Busy', tone: 'warn', icon: Hourglass, meaning: 'The module had no room; no attempt was used.' },
  lost: { label: 'Lost', tone: 'serious', icon: Unplug, meaning: 'The replica that ran it went away.' },
  cancelled: { label: 'Cancelled', tone: 'idle', icon: Ban, meaning: 'Stopped before it ended.' },
  preempted: {
    label: 'Pre-empted',
    tone: 'warn',
    icon: CornerUpLeft,
    meaning: 'It gave way to urgent work and goes on from its checkpoint; no attempt was used.',
  },
}

const breakerLooks: Record<BreakerState, StatusLook> = {
  closed: { label: 'Closed', tone: 'ok', icon: PlugZap, meaning: 'Calls go through.' },
  open: { label: 'Open', tone: 'bad', icon: Unplug, meaning: 'No call goes through until it is probed.' },
  half_open: { label: 'Half-open', tone: 'warn', icon: CircleDot, meaning: 'One probe at a time goes through.' },
}

const healthLooks: Record<HealthState, StatusLook> = {
  healthy: { label: 'Healthy', tone: 'ok', icon: Check, meaning: 'Its checks and calls succeed.' },
  degraded: { label: 'Degraded', tone: 'warn', icon: TriangleAlert, meaning: 'It works, but worse than it should.' },
  unhealthy: { label: 'Unhealthy', tone: 'bad', icon: OctagonAlert, meaning: 'Its checks or calls fail.' },
  unknown: {
    label: 'Unknown',
    tone: 'idle',
    icon: CircleHelp,
    meaning: 'Nothing was seen of it yet; it may be called.',
  },
}

const bandLooks: Record<HealthBand, StatusLook> = {
  healthy: { label: 'Healthy', tone: 'ok', icon: Check, meaning: 'Score of 90 or more.' },
  degraded: { label: 'Degraded', tone: 'warn', icon: TriangleAlert, meaning: 'Score from 70 to below 90.' },
  critical: { label: 'Critical', tone: 'serious', icon: OctagonAlert, meaning: 'Score from 50 to below 70.' },
  emergency: { label: 'Emergency', tone: 'bad', icon: Siren, meaning: 'Score below 50.' },
}

const severityLooks: Record<AttentionItem['severity'], StatusLook> = {
  critical: { label: 'Critical', tone: 'bad', icon: OctagonAlert, meaning: 'Needs somebody now.' },
  warning: { label: 'Warning', tone: 'warn', icon: TriangleAlert, meaning: 'Should be looked at.' },
  info: { label: 'Notice', tone: 'busy', icon: Info, meaning: 'Good to know.' },
}

/** Whether a module may be called at all; disabled is not unhealthy. */
const enablementLooks: Record<'enabled' | 'disabled', StatusLook> = {
  enabled: { label: 'Enabled', tone: 'ok', icon: Power, meaning: 'It may be given work.' },
  disabled: {
    label: 'Disabled',
    tone: 'idle',
    icon: PowerOff,
    meaning: 'Switched off by a person; it is given no work.',
  },
}

const letterLooks: Record<DeadLetterState, StatusLook> = {
  open: { label: 'Open', tone: 'bad', icon: MailWarning, meaning: 'Failed for good; nobody has dealt with it yet.' },
  reprocessed: { label: 'Reprocessed', tone: 'busy', icon: RotateCw, meaning: 'A new task was made from it.' },
  discarded: { label: 'Discarded', tone: 'idle', icon: Archive, meaning: 'Somebody said that it is not needed.' },
}

const letterJobLooks: Record<DeadLetterJobStatus, StatusLook> = {
  trial: { label: 'Trial', tone: 'busy', icon: FlaskConical, meaning: 'A sample runs; the rest waits for its ends.' },
  deciding: { label: 'Asks', tone: 'warn', icon: CircleHelp, meaning: 'The sample has ended; say whether to go on.' },
  running: { label: 'Running', tone: 'busy', icon: Play, meaning: 'It works through its letters.' },
  done: { label: 'Done', tone: 'ok', icon: Check, meaning: 'Every letter of it was dealt with.' },
  aborted: { label: 'Aborted', tone: 'idle', icon: Ban, meaning: 'Stopped by a person; what was done stays.' },
}

const replicaLooks: Record<ReplicaState, StatusLook> = {
  running: { label: 'Running', tone: 'ok', icon: Check, meaning: 'It works and says so every second.' },
  draining: { label: 'Draining', tone: 'wait', icon: Hourglass, meaning: 'It ends its work and takes nothing new.' },
  silent: { label: 'Silent', tone: 'warn', icon: TriangleAlert, meaning: 'Not heard of for some seconds.' },
  lost: { label: 'Lost', tone: 'serious', icon: Unplug, meaning: 'It fell silent; the others took over its work.' },
  stopped: { label: 'Stopped', tone: 'idle', icon: Power, meaning: 'It was stopped in good order.' },
}

const alertLooks: Record<AlertState, StatusLook> = {
  open: { label: 'Open', tone: 'bad', icon: BellRing, meaning: 'Nobody has said that they deal with it.' },
  acknowledged: { label: 'Acknowledged', tone: 'busy', icon: Check, meaning: 'Somebody deals with it.' },
  silenced: { label: 'Silenced', tone: 'idle', icon: BellOff, meaning: 'A silence covers it now.' },
  resolved: { label: 'Resolved', tone: 'ok', icon: Check, meaning: 'What it tells of is over.' },
}

const invariantLooks: Record<InvariantOutcome, StatusLook> = {
  held: { label: 'Holds', tone: 'ok', icon: Check, meaning: 'Nothing breaks it.' },
  violated: { label: 'Broken', tone: 'bad', icon: OctagonAlert, meaning: 'Something breaks it.' },
  failed: { label: 'Not checked', tone: 'warn', icon: TriangleAlert, meaning: 'The check could not be made.' },
  never: { label: 'Not yet', tone: 'idle', icon: CircleHelp, meaning: 'It has not been checked yet.' },
}

const deliveryLooks: Record<DeliveryStatus, StatusLook> = {
  pending: { label: 'Waits', tone: 'wait', icon: Clock, meaning: 'It is sent when its time comes.' },
  delivered: { label: 'Delivered', tone: 'ok', icon: Check, meaning: 'The receiver has taken it.' },
  failed: { label: 'Failed', tone: 'bad', icon: CircleX, meaning: 'It is not tried again.' },
}

const suggestionLooks: Record<SuggestionStatus, StatusLook> = {
  open: { label: 'Open', tone: 'busy', icon: CircleDot, meaning: 'Waits for somebody to approve or reject it.' },
  snoozed: { label: 'Snoozed', tone: 'idle', icon: Clock, meaning: 'Put off; it comes back by itself.' },
  approved: { label: 'Approved', tone: 'ok', icon: Check, meaning: 'May be applied until the approval runs out.' },
  voided: {
    label: 'Approval void',
    tone: 'warn',
    icon: TriangleAlert,
    meaning: 'Something that the approval stood on has changed since.',
  },
  expired: { label: 'Approval ran out', tone: 'warn', icon: TimerOff, meaning: 'It was not applied in time.' },
  applied: { label: 'Applied', tone: 'busy', icon: Hourglass, meaning: 'In force; watched until it is judged.' },
  judged: { label: 'Judged', tone: 'idle', icon: FlaskConical, meaning: 'In force; compared with the time before.' },
  reverted: { label: 'Reverted', tone: 'idle', icon: CornerUpLeft, meaning: 'Taken back by a person.' },
  rejected: { label: 'Rejected', tone: 'idle', icon: Ban, meaning: 'A person said no, with a reason.' },
}

const urgencyLooks: Record<SuggestionView['priority'], StatusLook> = {
  critical: {
    label: 'Critical priority',
    tone: 'bad',
    icon: OctagonAlert,
    meaning: 'Much is lost every hour it stays so.',
  },
  high: { label: 'High priority', tone: 'serious', icon: TriangleAlert, meaning: 'Worth doing soon.' },
  medium: { label: 'Medium priority', tone: 'warn', icon: Info, meaning: 'Worth doing.' },
  low: { label: 'Low priority', tone: 'idle', icon: CircleDashed, meaning: 'A small gain.' },
}

const verdictLooks: Record<VerdictOutcome, StatusLook> = {
  kept: { label: 'Better since', tone: 'ok', icon: Check, meaning: 'Better, and nothing that was watched got worse.' },
  inconclusive: {
    label: 'No difference seen',
    tone: 'idle',
    icon: CircleHelp,
    meaning: 'Nothing that can be told from chance.',
  },
  worse: { label: 'Worse since', tone: 'bad', icon: OctagonAlert, meaning: 'A draft takes it back when approved.' },
}

const looks = {
  task: taskLooks,
  attempt: attemptLooks,
  breaker: breakerLooks,
  health: healthLooks,
  band: bandLooks,
  severity: severityLooks,
  enablement: enablementLooks,
  replica: replicaLooks,
  letter: letterLooks,
  letterJob: letterJobLooks,
  alert: alertLooks,
  invariant: invariantLooks,
  delivery: deliveryLooks,
  suggestion: suggestionLooks,
  urgency: urgencyLooks,
  verdict: verdictLooks,
} as const

/** The vocabularies of status, and the values each has. */
export interface StatusValues {
  task: TaskStatus
  attempt: AttemptOutcome
  breaker: BreakerState
  health: HealthState
  band: HealthBand
  severity: AttentionItem['severity']
  enablement: 'enabled' | 'disabled'
  replica: ReplicaState
  letter: DeadLetterState
  letterJob: DeadLetterJobStatus
  alert: AlertState
  invariant: InvariantOutcome
  delivery: DeliveryStatus
  suggestion: SuggestionStatus
  urgency: SuggestionView['priority']
  verdict: VerdictOutcome
}
export type StatusKind = keyof StatusValues

/** A status together with the vocabulary it belongs to: `{ of: 'task', status: 'running' }`. */
export type StatusRef = { [Kind in StatusKind]: { of: Kind; status: StatusValues[Kind] } }[StatusKind]

/** Icon, label, tone and meaning of a status. The only place where these are decided. */
export function statusLook<Kind extends StatusKind>(of: Kind, status: StatusValues[Kind]): StatusLook {
  const vocabulary: Record<string, StatusLook> = looks[of]
  return vocabulary[status] as StatusLook
}

/** The band a score of 0-100 falls in; the bounds are those of `contracts/health.ts`. */
export function bandOfScore(score: number): HealthBand {
  if (score >= 90) return 'healthy'
  if (score >= 70) return 'degraded'
  return score >= 50 ? 'critical' : 'emergency'
}

/** Class names per tone, spelled out so that Tailwind sees them. */
export const toneClasses: Record<Tone, { text: string; solid: string; soft: string; line: string; stroke: string }> = {
  ok: tone('text-ok-text', 'bg-ok', 'bg-ok-soft', 'border-ok-line', 'var(--ok)'),
  warn: tone('text-warn-text', 'bg-warn', 'bg-warn-soft', 'border-warn-line', 'var(--warn)'),
  serious: tone('text-serious-text', 'bg-serious', 'bg-serious-soft', 'border-serious-line', 'var(--serious)'),
  bad: tone('text-bad-text', 'bg-bad', 'bg-bad-soft', 'border-bad-line', 'var(--bad)'),
  busy: tone('text-busy-text', 'bg-busy', 'bg-busy-soft', 'border-busy-line', 'var(--busy)'),
  wait: tone('text-wait-text', 'bg-wait', 'bg-wait-soft', 'border-wait-line', 'var(--wait)'),
  idle: tone('text-idle-text', 'bg-idle', 'bg-idle-soft', 'border-idle-line', 'var(--idle)'),
}

function tone(text: string, solid: string, soft: string, line: string, stroke: string) {
  return { text, solid, soft, line, stroke }
}
