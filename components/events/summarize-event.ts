import type { EventView } from '#server/contracts/events.ts'
import { formatMs, formatScore, plural } from '../ui/format.ts'

/** The text under `key`, when there is one. */
export function readText(data: Record<string, unknown>, key: string): string | null {
  const value = data[key]
  return typeof value === 'string' && value !== '' ? value : null
}

function readNumber(data: Record<string, unknown>, key: string): number | null {
  const value = data[key]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function readError(data: Record<string, unknown>): string | null {
  const { error } = data
  if (typeof error === 'string') return error
  if (typeof error !== 'object' || error === null) return null
  const { code, message } = error as { code?: unknown; message?: unknown }
  return [code, message].filter(part => typeof part === 'string' && part !== '').join(': ') || null
}

function readChange(data: Record<string, unknown>): string | null {
  const from = readText(data, 'from')
  const to = readText(data, 'to')
  if (to === null) return null
  return from === null ? to : `${from} → ${to}`
}

function readPauseTarget(data: Record<string, unknown>): string | null {
  const scope = readText(data, 'scope')
  if (scope === null) return null
  return scope === 'all' ? 'all work' : `${scope} ${readText(data, 'id') ?? ''}`.trim()
}

/** Which version a deployment is about, and how much of the calls it takes. */
function readDeployment({ type, data }: EventView): string | null {
  const version = readText(data, 'version')
  if (version === null || !type.startsWith('deployment.')) return null
  const percent = readNumber(data, 'percent')
  return `version ${version}${percent === null ? '' : ` takes ${percent} %`}`
}

function readProgress(data: Record<string, unknown>): string | null {
  const percent = readNumber(data, 'percent')
  const parts = [
    percent === null ? null : `${Math.round(percent)} %`,
    readText(data, 'stage'),
    readText(data, 'message'),
  ]
  return parts.filter(part => part !== null).join(', ') || null
}

const reasonWords: Record<string, string> = {
  retry: 'to be tried again',
  busy: 'the module was busy',
  parents: 'waits for other tasks',
  not_before: 'its time has not come',
  PARENT_FAILED: 'a task it depends on did not succeed',
  PARENTS_SUCCEEDED: 'all that it waited for has succeeded',
  NOT_RETRYABLE: 'not worth another try',
  ATTEMPTS_USED_UP: 'all attempts used up',
  TASK_TIMEOUT: 'out of time',
  DEADLINE_PASSED: 'deadline passed',
  LEASE_EXPIRED: 'its replica went away',
  SHUTDOWN: 'handed back at shutdown',
  PREEMPTED: 'gave way to urgent work',
  DRAINED: 'what it ran on was taken out of service',
  PAUSED: 'its part of the queue is paused',
  NO_SLOT: 'no slot was free after all',
}

/** A machine's reason in words; what people wrote stays as it is. */
export function describeReason(reason: string): string {
  return reasonWords[reason] ?? reason
}

/** What an event is about, when that is not a task: its module, or the part of the control center it names. */
export function subjectOf({ moduleId, data }: EventView): string | null {
  return moduleId ?? readText(data, 'name')
}

/** What an event says beyond its type and subject, in one line, the short facts first; empty when it says nothing more. */
export function summarizeEvent(event: EventView): string {
  const { data } = event
  const attempt = readNumber(data, 'attempt')
  const attempts = readNumber(data, 'attempts')
  const durationMs = readNumber(data, 'durationMs')
  const delayMs = readNumber(data, 'delayMs')
  const score = readNumber(data, 'score')
  const reason = readText(data, 'reason')
  const changed = Array.isArray(data['changed']) ? data['changed'].join(', ') : null
  const by = readText(data, 'by') ?? readText(data, 'submittedBy')
  return [
    readText(data, 'type'),
    readText(data, 'title'),
    readPauseTarget(data),
    readDeployment(event),
    readProgress(data),
    readChange(data),
    score === null ? null : `score ${formatScore(score)}`,
    attempt === null ? null : `attempt ${attempt}`,
    attempts === null || attempts < 2 ? null : plural(attempts, 'attempt'),
    durationMs === null ? null : formatMs(durationMs),
    readError(data),
    reason === null ? null : describeReason(reason),
    delayMs === null ? null : `in ${formatMs(delayMs)}`,
    changed === null ? null : `changed ${changed}`,
    readText(data, 'endpoint'),
    by === null ? null : `by ${by}`,
  ]
    .filter(part => part !== null)
    .join(' · ')
}

/** Whether an event matches what somebody typed, in any of the words the list shows and in its data. */
export function matchesText(event: EventView, text: string): boolean {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return true
  const words = [event.type, event.moduleId, event.instanceId, event.taskId, String(event.seq)]
  if (words.some(word => word?.toLowerCase().includes(wanted))) return true
  return JSON.stringify(event.data).toLowerCase().includes(wanted)
}
