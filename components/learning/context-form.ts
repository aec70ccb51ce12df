import { FieldRefusal } from '../ui/contract-form.ts'
import { readJsonText } from '../ui/json-text.ts'

/** What the fields of the form hold. */
export interface ContextFormValues {
  name: string
  value: string
  taskTypes: string
  ttlSeconds: string
}

export const emptyContext: ContextFormValues = { name: '', value: '{}', taskTypes: '', ttlSeconds: '86400' }

/** How long a context may be kept; 30 days at most. */
export const contextSpans = [
  { value: '3600', label: 'For an hour' },
  { value: '86400', label: 'For a day' },
  { value: '604800', label: 'For a week' },
  { value: '2592000', label: 'For 30 days' },
]

/** The input of `memory.setContext` that the fields stand for, unchecked. Throws FieldRefusal for broken JSON. */
export function toContext({ name, value, taskTypes, ttlSeconds }: ContextFormValues) {
  const read = readJsonText(value)
  if (read.kind === 'empty') throw new FieldRefusal('value', 'is missing')
  if (read.kind === 'broken') throw new FieldRefusal('value', read.problem)
  return {
    name: name.trim(),
    value: read.value,
    taskTypes: taskTypes.split(/[\s,]+/).filter(type => type !== ''),
    ttlSeconds: Number(ttlSeconds),
  }
}

/** The field that shows a problem of the input: types stand in one. */
export function fieldOfContext(path: string): string {
  return path.startsWith('taskTypes') ? 'taskTypes' : path
}
