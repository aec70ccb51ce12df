import { type AlertRuleId, alertRuleIds } from '../../contracts/alert-rules.ts'
import type { RuleSettings } from '../../contracts/alerts.ts'
import type { IdSource } from '../shared/ids.ts'
import type { AlertMemory } from './alert-memory.ts'
import type { AlertChange, AlertText, KeptEvaluation, OpenAlert } from './alert-store.ts'
import type { AlertWorld, Reading } from './alert-world.ts'
import { activeLevel, isBeyond, type LevelState, nextLevelState } from './level-state.ts'
import { readRule } from './read-rule.ts'
import { ruleCatalog } from './rule-catalog.ts'

export interface EvaluationInput {
  world: AlertWorld
  memory: AlertMemory
  settingsOf: (rule: AlertRuleId) => RuleSettings
  levels: KeptEvaluation['levels']
  open: readonly OpenAlert[]
  ids: IdSource
}

/** Detail and evidence of an alert that lasts are renewed this often at most. */
const renewEveryMs = 15_000

/**
 * One look at everything: the new state of every level, and what has to change of the alerts. Pure but for new ids. A rule whose
 * figures could not be read changes nothing.
 */
export function evaluate(input: EvaluationInput): { levels: KeptEvaluation['levels']; changes: AlertChange[] } {
  const levels: KeptEvaluation['levels'] = {}
  const changes: AlertChange[] = []
  const remembered = subjectsByRule(input.levels)
  const openAlerts = Map.groupBy(input.open, alert => alert.rule)
  for (const rule of alertRuleIds) {
    const settings = input.settingsOf(rule)
    const open = new Map(openAlerts.get(rule)?.map(alert => [alert.subject, alert]))
    if (!settings.enabled) {
      for (const { id } of open.values()) changes.push({ kind: 'resolve', id, note: 'The rule was switched off.' })
      continue
    }
    const { world, memory } = input
    const readings = readRule[rule]({ world, memory, objectivePercent: settings.objectivePercent })
    if (readings === null) {
      copyLevels(rule, input.levels, levels)
      continue
    }
    evaluateRule({ rule, settings, readings, open, remembered: remembered.get(rule) ?? noSubjects }, input, {
      levels,
      changes,
    })
  }
  return { levels, changes }
}

const noSubjects: ReadonlySet<string> = new Set()

interface RuleState {
  rule: AlertRuleId
  settings: RuleSettings
  readings: readonly Reading[]
  /** Alerts of the rule by subject. */
  open: ReadonlyMap<string, OpenAlert>
  /** Subjects whose levels are remembered. */
  remembered: ReadonlySet<string>
}

function evaluateRule(
  { rule, settings, readings, open, remembered }: RuleState,
  input: EvaluationInput,
  out: { levels: KeptEvaluation['levels']; changes: AlertChange[] },
): void {
  const { direction } = ruleCatalog[rule]
  // Of what is well, and was, nothing can come: that is nearly all, and costs no more than this look.
  const bySubject = new Map<string, Reading>()
  for (const reading of readings) {
    const { subject, value } = reading
    const isKnown = open.has(subject) || remembered.has(subject)
    if (isKnown || settings.levels.some(level => isBeyond(value, level, direction))) bySubject.set(subject, reading)
  }
  for (const subject of new Set([...bySubject.keys(), ...open.keys(), ...remembered])) {
    const key = `${rule}|${subject}`
    const alert = open.get(subject)
    const reading = bySubject.get(subject)
    const before = input.levels[key] ?? initialStates(settings.levels.length, alert?.level ?? null)
    const after = settings.levels.map((level, index) =>
      nextLevelState(
        before[index] ?? { isActive: false, turnedAt: null },
        reading !== undefined && isBeyond(reading.value, level, direction),
        { forMs: level.forMs, clearMs: settings.clearMs },
        input.world.nowMs,
      ),
    )
    if (after.some(({ isActive, turnedAt }) => isActive || turnedAt !== null)) out.levels[key] = after
    const change = decideChange({ rule, subject, settings, reading, alert, before, after }, input)
    if (change) out.changes.push(change)
  }
}

/** Levels are kept under `rule|subject`. */
function subjectsByRule(levels: KeptEvaluation['levels']): Map<string, Set<string>> {
  const subjects = new Map<string, Set<string>>()
  for (const key of Object.keys(levels)) {
    const end = key.indexOf('|')
    const rule = key.slice(0, end)
    const ofRule = subjects.get(rule)
    if (ofRule) ofRule.add(key.slice(end + 1))
    else subjects.set(rule, new Set([key.slice(end + 1)]))
  }
  return subjects
}

interface Case {
  rule: AlertRuleId
  subject: string
  settings: RuleSettings
  reading: Reading | undefined
  alert: OpenAlert | undefined
  before: readonly LevelState[]
  after: readonly LevelState[]
}

function decideChange(
  { rule, subject, settings, reading, alert, before, after }: Case,
  { world: { nowMs }, ids }: EvaluationInput,
): AlertChange | null {
  const level = activeLevel(after)
  if (level === null) return alert ? { kind: 'resolve', id: alert.id, note: null } : null
  // Nothing is known of it any more, and it has not been so for long enough to be over.
  if (reading === undefined) return null
  const text = textOf(reading, level, settings)
  if (!alert) {
    const seenAt = before.find(({ turnedAt }) => turnedAt !== null)?.turnedAt ?? nowMs
    const since = Math.min(nowMs, reading.sinceMs ?? seenAt)
    return { kind: 'raise', id: ids.next(), rule, subject, moduleId: reading.moduleId ?? null, since, text }
  }
  if (level !== alert.level || text.severity !== alert.severity) {
    return { kind: 'move', id: alert.id, isUp: level > alert.level, text }
  }
  if (text.detail === alert.detail || nowMs - alert.renewedAt < renewEveryMs) return null
  return { kind: 'renew', id: alert.id, text }
}

function textOf(reading: Reading, level: number, settings: RuleSettings): AlertText {
  const { severity, threshold } = settings.levels[level]!
  const { detail, href, evidence, value } = reading
  const figures = threshold === null ? {} : { value: Math.round(value * 100) / 100, threshold }
  return { severity, level, title: reading.title(level), detail, href, evidence: { ...figures, ...evidence } }
}

/** How levels stand of which nothing is remembered: as the alert says, if there is one. */
function initialStates(count: number, level: number | null): LevelState[] {
  return Array.from({ length: count }, (_, index) => ({ isActive: level !== null && index <= level, turnedAt: null }))
}

function copyLevels(rule: AlertRuleId, from: KeptEvaluation['levels'], to: KeptEvaluation['levels']): void {
  for (const [key, states] of Object.entries(from)) if (key.startsWith(`${rule}|`)) to[key] = states
}
