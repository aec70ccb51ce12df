import type { TaskView } from '#server/contracts/tasks.ts'
import { FieldRefusal } from '../ui/contract-form.ts'
import type { ClockZone } from '../ui/format.ts'
import { formatJson, readJsonText } from '../ui/json-text.ts'
import { fromFieldText } from '../ui/moment-text.ts'

/** The choice of a priority or module that leaves it to the control center; no module can be called so. */
export const automatic = '*'

/** What the fields of the form hold. */
export interface SubmitFormValues {
  type: string
  payload: string
  priority: string
  moduleId: string
  runAt: string
  deadline: string
  timeoutMs: string
  maxAttempts: string
  resources: { cpu: string; memoryMb: string }
  idempotencyKey: string
}

export const emptySubmission: SubmitFormValues = {
  type: '',
  payload: '{}',
  priority: automatic,
  moduleId: automatic,
  runAt: '',
  deadline: '',
  timeoutMs: '',
  maxAttempts: '',
  resources: { cpu: '', memoryMb: '' },
  idempotencyKey: '',
}

/** A submission like a task that was. Times and the idempotency key are not carried over: they were of that one. */
export function submissionLike(task: TaskView): SubmitFormValues {
  return {
    ...emptySubmission,
    type: task.type,
    payload: formatJson(task.payload),
    priority: String(task.priority),
    moduleId: task.moduleId ?? automatic,
    timeoutMs: String(task.timeoutMs),
    maxAttempts: String(task.maxAttempts),
    resources: { cpu: toText(task.resources.cpu), memoryMb: toText(task.resources.memoryMb) },
  }
}

/** The input of `tasks.submit` that the fields stand for, unchecked. Throws FieldRefusal for broken JSON or times. */
export function toSubmission(values: SubmitFormValues, zone: ClockZone) {
  return {
    type: values.type.trim(),
    payload: readPayload(values.payload),
    priority: values.priority === automatic ? undefined : toNumberOrText(values.priority),
    moduleId: values.moduleId === automatic ? undefined : values.moduleId,
    runAt: readTime('runAt', values.runAt, zone),
    deadline: readTime('deadline', values.deadline, zone),
    timeoutMs: toNumberOrText(values.timeoutMs),
    maxAttempts: toNumberOrText(values.maxAttempts),
    resources: readResources(values.resources),
    idempotencyKey: values.idempotencyKey.trim() || undefined,
  }
}

/** Which fields a refusal by the server is about. */
export function fieldsOfSubmitError(code: string): string[] {
  switch (code) {
    case 'TASK_TYPE_UNKNOWN':
      return ['type']
    case 'MODULE_CANNOT_RUN_TYPE':
    case 'MODULE_NOT_FOUND':
      return ['moduleId']
    case 'PAYLOAD_SCHEMA_MISMATCH':
    case 'PAYLOAD_TOO_LARGE':
    case 'PAYLOAD_TOO_DEEP':
    case 'PAYLOAD_NOT_STORABLE':
      return ['payload']
    case 'RESOURCES_UNAVAILABLE':
    case 'RESOURCE_SIZES_EXCEEDED':
      return ['resources.cpu', 'resources.memoryMb']
    case 'DEADLINE_IN_PAST':
      return ['deadline']
    case 'IDEMPOTENCY_CONFLICT':
      return ['idempotencyKey']
    default:
      return []
  }
}

/** Nothing where nothing is needed. */
function toText(amount: number): string {
  return amount > 0 ? String(amount) : ''
}

function readResources({ cpu, memoryMb }: SubmitFormValues['resources']) {
  if (cpu.trim() === '' && memoryMb.trim() === '') return undefined
  return { cpu: toNumberOrText(cpu), memoryMb: toNumberOrText(memoryMb) }
}

function readPayload(text: string): unknown {
  const read = readJsonText(text)
  if (read.kind === 'empty') throw new FieldRefusal('payload', 'is missing; write null for none')
  if (read.kind === 'broken') throw new FieldRefusal('payload', read.problem)
  return read.value
}

function readTime(field: 'runAt' | 'deadline', text: string, zone: ClockZone): string | undefined {
  if (text === '') return undefined
  const moment = fromFieldText(text, zone)
  if (moment === null) throw new FieldRefusal(field, 'is not a moment')
  return moment
}

function toNumberOrText(text: string): number | string | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  const figure = Number(trimmed)
  return Number.isFinite(figure) ? figure : trimmed
}
