import type { AlertRuleId } from '../../contracts/alert-rules.ts'
import type { AlertSeverity } from '../../contracts/alerts.ts'
import type { StoredSilence } from './alert-store.ts'

/** What a silence, or the filter of a webhook, looks at. */
export interface Matchable {
  rule: AlertRuleId
  severity: AlertSeverity
  moduleId: string | null
}

/** Whether a silence covers the alert at that moment: its window includes it, and all that it names agrees. */
export function covers(
  silence: Omit<StoredSilence, 'id' | 'kind' | 'by' | 'reason'>,
  alert: Matchable,
  nowMs: number,
): boolean {
  return (
    silence.startsAt <= nowMs &&
    nowMs < silence.endsAt &&
    (silence.rule === null || silence.rule === alert.rule) &&
    (silence.severity === null || silence.severity === alert.severity) &&
    (silence.moduleId === null || silence.moduleId === alert.moduleId)
  )
}

/** Whether any of them does. */
export function isSilenced(silences: readonly StoredSilence[], alert: Matchable, nowMs: number): boolean {
  return silences.some(silence => covers(silence, alert, nowMs))
}
