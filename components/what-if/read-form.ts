import type { ConfigurationChange } from '#server/contracts/configuration-changes.ts'
import { describeInputProblem } from '#server/contracts/input-problem.ts'
import { type RunSimulation, runSimulationInput } from '#server/contracts/simulations.ts'
import type { Setting, SettingField, SettingTarget, Values } from './setting.ts'
import { loadField, settings } from './settings.ts'
import type { Trial } from './trials.ts'

/** What the form comes to. `problems` are by field, in words. */
export type FormReading =
  | { kind: 'incomplete'; reason: string }
  | { kind: 'wrong'; problems: Readonly<Record<string, string>> }
  | { kind: 'ready'; request: Pick<RunSimulation, 'windowHours' | 'changes' | 'load'> }

export interface FormState {
  trial: Trial
  target: SettingTarget
  /** What was typed into fields; those that are missing hold what is set now. */
  typed: Values
  windowHours: number
}

const unchosen: FormReading = { kind: 'incomplete', reason: 'Choose what to change, and its value.' }

/** What is to be run, checked as the server checks it. */
export function readForm({ trial, target, typed, windowHours }: FormState): FormReading {
  if (trial === 'load') {
    if (isEmpty(typed['value'])) return unchosen
    return check({ windowHours, changes: [], load: { factor: Number(typed['value']) } }, () => 'value')
  }
  const setting = settings[trial]
  const values = valuesIn(setting, target, typed)
  if (values === null || hasGap(setting, values)) return unchosen
  if (setting.present && isSame(setting.present(target), values)) {
    return { kind: 'incomplete', reason: 'Nothing differs from what is set now.' }
  }
  const reading = setting.read(target, values)
  if (reading === null) return unchosen
  if ('problems' in reading) return { kind: 'wrong', problems: reading.problems }
  const { fieldOf = () => 'value' } = setting
  return check({ windowHours, changes: [reading.change] }, path => fieldOf(path.replace(/^changes\[0\]\.?/, '')))
}

/** Whatever is tried, the server says what is set now: values of which one fits every figure. */
const probes = ['10', '100', '60000']

/** A change of what is chosen, to some value, to ask what is set now; null when it cannot be asked yet. */
export function probeOf(state: FormState): ConfigurationChange | null {
  if (state.trial === 'load' || settings[state.trial].present) return null
  const [input] = settings[state.trial].fields.map(field => field.input)
  const values = typeof input === 'object' ? input.map(({ value }) => value) : probes
  for (const value of values) {
    const reading = readForm({ ...state, typed: { value } })
    if (reading.kind === 'ready') return reading.request.changes[0] ?? null
  }
  return null
}

/** What the fields hold; null while what is set now is not known. */
export function valuesIn({ present }: Setting, target: SettingTarget, typed: Values): Values | null {
  if (!present) return typed
  const now = present(target)
  return now && { ...now, ...typed }
}

/** The fields that are shown for what is chosen. */
export function fieldsOf(trial: Trial, values: Values): readonly SettingField[] {
  const fields = trial === 'load' ? [loadField] : settings[trial].fields
  return fields.filter(({ shownWith }) => shownWith === undefined || values[shownWith] === 'on')
}

function hasGap({ present, fields }: Setting, values: Values): boolean {
  return present === undefined && fields.some(({ name, optional }) => optional !== true && isEmpty(values[name]))
}

function isEmpty(text: string | undefined): boolean {
  return (text ?? '').trim() === ''
}

function isSame(one: Values | null, other: Values): boolean {
  return Object.entries(other).every(([name, value]) => one?.[name] === value)
}

function check(input: unknown, fieldOf: (path: string) => string): FormReading {
  const read = runSimulationInput.safeParse(input)
  if (read.success) {
    const { windowHours, changes, load } = read.data
    return { kind: 'ready', request: { windowHours, changes, ...(load && { load }) } }
  }
  const { problems } = describeInputProblem(read.error)
  return { kind: 'wrong', problems: Object.fromEntries(problems.map(({ path, problem }) => [fieldOf(path), problem])) }
}
