import type { ConfigurationChange } from '#server/contracts/configuration-changes.ts'
import type { ServiceGoal } from '#server/contracts/learning.ts'
import type { BalancingStrategy, ModuleView } from '#server/contracts/modules.ts'
import type { RunSimulation } from '#server/contracts/simulations.ts'
import { goalWords } from '../learning/words.ts'

/** What a setting belongs to; a service is a module for one task type. */
export type SettingSubject = 'instance' | 'module' | 'type' | 'service' | 'all'

/** How its value is given: a figure (which may be left out where `noLimit` says so), or one of a few words. */
export type SettingInput =
  | { kind: 'number'; unit: string; step?: number; noLimit?: true }
  | { kind: 'choice'; options: readonly { value: string; label: string }[] }

/** What was chosen in the form; a module only where the setting needs one. */
export interface SettingTarget {
  module: ModuleView | null
  instanceId: string
  taskType: string
}

export interface Setting {
  label: string
  subject: SettingSubject
  input: SettingInput
  /** The change to this value; null when the target does not suffice. An empty value takes a limit away. */
  change: (target: SettingTarget, value: string) => ConfigurationChange | null
}

const strategies: readonly { value: BalancingStrategy; label: string }[] = [
  { value: 'power_of_two', label: 'Better of two at random' },
  { value: 'round_robin', label: 'Each in turn' },
  { value: 'least_loaded', label: 'Least loaded' },
  { value: 'random', label: 'Random' },
  { value: 'weighted', label: 'By weight' },
]
const goals = Object.entries(goalWords).map(([value, label]) => ({ value, label }))
const onOff = [
  { value: 'on', label: 'On' },
  { value: 'off', label: 'Off' },
]

const figure = (value: string) => Number(value)
const limit = (value: string) => (value === '' ? null : Number(value))

function ofModule(
  make: (moduleId: string, value: string, module: ModuleView) => ConfigurationChange,
): Setting['change'] {
  return ({ module }, value) => module && make(module.id, value, module)
}

function ofType(make: (taskType: string, value: string) => ConfigurationChange): Setting['change'] {
  return ({ taskType }, value) => (taskType === '' ? null : make(taskType, value))
}

function ofBreaker(name: 'failureThreshold' | 'successThreshold' | 'openMs' | 'callTimeoutMs'): Setting['change'] {
  return ofModule((moduleId, value, { breakerConfig }) => ({
    kind: 'module_breaker',
    moduleId,
    breaker: { ...breakerConfig, [name]: figure(value) },
  }))
}

function ofRetry(name: 'maxAttempts' | 'baseMs' | 'capMs'): Setting['change'] {
  return ofModule((moduleId, value, { retryPolicy }) => ({
    kind: 'module_retry',
    moduleId,
    retry: { ...retryPolicy, [name]: figure(value) },
  }))
}

const count = { kind: 'number', unit: '' } as const
const callsAtOnce = { kind: 'number', unit: 'calls; empty for no limit', noLimit: true } as const

/** Every setting that can be tried by hand, in the order in which it is offered. */
export const settings = {
  capacity: {
    label: 'Capacity of an instance',
    subject: 'instance',
    input: { kind: 'number', unit: 'calls at once' },
    change: ({ module, instanceId }, value) =>
      module && instanceId !== ''
        ? { kind: 'instance_capacity', moduleId: module.id, instanceId, capacity: figure(value) }
        : null,
  },
  instances: {
    label: 'Number of instances',
    subject: 'module',
    input: count,
    change: ofModule((moduleId, value) => ({ kind: 'instance_count', moduleId, count: figure(value) })),
  },
  weight: {
    label: 'Weight of an instance',
    subject: 'instance',
    input: { kind: 'number', unit: 'beside its siblings', step: 0.1 },
    change: ({ module, instanceId }, value) =>
      module && instanceId !== ''
        ? { kind: 'instance_weight', moduleId: module.id, instanceId, weight: figure(value) }
        : null,
  },
  strategy: {
    label: 'Balancing of a module',
    subject: 'module',
    input: { kind: 'choice', options: strategies },
    change: ofModule((moduleId, value) => ({
      kind: 'module_strategy',
      moduleId,
      strategy: value as BalancingStrategy,
    })),
  },
  preference: {
    label: 'Preference for a module',
    subject: 'module',
    input: { kind: 'number', unit: '-100 to 100' },
    change: ofModule((moduleId, value) => ({ kind: 'module_preference', moduleId, preference: figure(value) })),
  },
  enabled: {
    label: 'A module on or off',
    subject: 'module',
    input: { kind: 'choice', options: onOff },
    change: ofModule((moduleId, value) => ({ kind: 'module_enabled', moduleId, enabled: value === 'on' })),
  },
  failureThreshold: {
    label: 'Failures that open a breaker',
    subject: 'module',
    input: { kind: 'number', unit: 'in a row' },
    change: ofBreaker('failureThreshold'),
  },
  openMs: {
    label: 'Time a breaker stays open',
    subject: 'module',
    input: { kind: 'number', unit: 'ms' },
    change: ofBreaker('openMs'),
  },
  callTimeoutMs: {
    label: 'Time limit of a call',
    subject: 'module',
    input: { kind: 'number', unit: 'ms' },
    change: ofBreaker('callTimeoutMs'),
  },
  attempts: { label: 'Attempts of a task', subject: 'module', input: count, change: ofRetry('maxAttempts') },
  firstDelay: {
    label: 'First delay of a retry',
    subject: 'module',
    input: { kind: 'number', unit: 'ms' },
    change: ofRetry('baseMs'),
  },
  moduleLimit: {
    label: 'Concurrent calls of a module',
    subject: 'module',
    input: callsAtOnce,
    change: ofModule((moduleId, value) => ({ kind: 'module_limit', moduleId, limit: limit(value) })),
  },
  typeLimit: {
    label: 'Concurrent calls of a type',
    subject: 'type',
    input: callsAtOnce,
    change: ofType((taskType, value) => ({ kind: 'type_limit', taskType, limit: limit(value) })),
  },
  priority: {
    label: 'Default priority of a type',
    subject: 'type',
    input: { kind: 'number', unit: '1 (first) to 10', noLimit: true },
    change: ofType((taskType, value) => ({ kind: 'type_priority', taskType, priority: limit(value) })),
  },
  multiplier: {
    label: 'Score multiplier of a type',
    subject: 'type',
    input: { kind: 'number', unit: '0.1 to 10', step: 0.1, noLimit: true },
    change: ofType((taskType, value) => ({ kind: 'type_multiplier', taskType, multiplier: limit(value) })),
  },
  cap: {
    label: 'Tasks of a type in the queue',
    subject: 'type',
    input: { kind: 'number', unit: 'tasks; empty for no limit', noLimit: true },
    change: ofType((taskType, value) => ({ kind: 'type_cap', taskType, cap: limit(value) })),
  },
  pin: {
    label: 'Pin of a type to a module',
    subject: 'service',
    input: { kind: 'choice', options: onOff },
    change: ({ module, taskType }, value) =>
      module && (taskType === '' ? null : { kind: 'type_pin', taskType, pinnedTo: value === 'on' ? module.id : null }),
  },
  goal: {
    label: 'Goal of a type',
    subject: 'type',
    input: { kind: 'choice', options: goals },
    change: ofType((taskType, value) => ({
      kind: 'type_goal',
      taskType,
      goal: value === 'balanced' ? null : (value as ServiceGoal),
    })),
  },
  exploration: {
    label: 'Share of decisions that explore',
    subject: 'all',
    input: { kind: 'number', unit: '% of decisions, 0 to 10', step: 0.1 },
    change: (_target, value) => ({ kind: 'exploration_rate', rate: figure(value) / 100 }),
  },
  tenantLimit: {
    label: 'Concurrent calls in all',
    subject: 'all',
    input: callsAtOnce,
    change: (_target, value) => ({ kind: 'tenant_limit', limit: limit(value) }),
  },
  byCost: {
    label: 'Choosing services by cost',
    subject: 'all',
    input: { kind: 'choice', options: onOff },
    change: (_target, value) => ({ kind: 'flag', name: 'cost_based_scheduling', isOn: value === 'on' }),
  },
  hurriedGraphs: {
    label: 'Hurrying what tasks with deadlines wait for',
    subject: 'all',
    input: { kind: 'choice', options: onOff },
    change: (_target, value) => ({ kind: 'flag', name: 'dag_optimization', isOn: value === 'on' }),
  },
} as const satisfies Record<string, Setting>

/** A setting, or the load, which is no setting but can be tried as well. */
export type Trial = keyof typeof settings | 'load'

export const trials = [...Object.keys(settings), 'load'] as Trial[]

/** What is to be run; null while the form is not complete. */
export function requestOf(
  trial: Trial,
  target: SettingTarget,
  value: string,
  windowHours: number,
): Pick<RunSimulation, 'windowHours' | 'changes' | 'load'> | null {
  if (trial === 'load') {
    const factor = figure(value)
    return value === '' || !(factor > 0) ? null : { windowHours, changes: [], load: { factor } }
  }
  const setting: Setting = settings[trial]
  const isOptional = setting.input.kind === 'number' && setting.input.noLimit === true
  if (value === '' && !isOptional) return null
  const change = setting.change(target, value)
  return change && { windowHours, changes: [change] }
}
