import type { ModuleView } from '#server/contracts/modules.ts'
import { goalWords } from '../learning/words.ts'
import { strategyOptions } from '../modules/strategies.ts'
import { failureRate, moduleRetry, needs, resources, slowCalls, typeRetry } from './many-part-settings.ts'
import type { Setting, SettingField, SettingGroup, SettingTarget, UncheckedChange } from './setting.ts'
import type { Trial } from './trials.ts'

const goals = Object.entries(goalWords).map(([value, label]) => ({ value, label }))
const onOff = [
  { value: 'on', label: 'On' },
  { value: 'off', label: 'Off' },
]

/** Empty for something that holds in its place, such as no limit at all. */
const limit = (value: string) => (value.trim() === '' ? null : Number(value))

const figure = (hint: string): SettingField => ({ name: 'value', label: 'New value', hint, input: 'figure' })
const optionalFigure = (hint: string): SettingField => ({ ...figure(hint), optional: true })
const choice = (options: readonly { value: string; label: string }[]): SettingField => ({
  ...figure(''),
  input: options,
})

function ofOne(look: Omit<Setting, 'fields' | 'read'>, field: SettingField, make: Make): Setting {
  return {
    ...look,
    fields: [field],
    read: (target, { value = '' }) => {
      const change = make(target, value)
      return change && { change }
    },
  }
}
type Make = (target: SettingTarget, value: string) => UncheckedChange | null

function ofInstance(label: string, field: SettingField, make: (value: string) => UncheckedChange): Setting {
  return ofOne({ label, group: 'Instances', subject: 'instance' }, field, ({ module, instanceId }, value) =>
    module && instanceId !== '' ? { ...make(value), moduleId: module.id, instanceId } : null,
  )
}

function ofModule(
  look: { label: string; group?: SettingGroup; keywords?: string },
  field: SettingField,
  make: (value: string, module: ModuleView) => UncheckedChange,
): Setting {
  return ofOne(
    { group: 'Modules', subject: 'module', ...look },
    field,
    ({ module }, value) => module && { ...make(value, module), moduleId: module.id },
  )
}

function ofType(
  look: { label: string; keywords?: string },
  field: SettingField,
  make: (value: string) => UncheckedChange,
): Setting {
  return ofOne({ group: 'Task types', subject: 'type', ...look }, field, ({ taskType }, value) =>
    taskType === '' ? null : { ...make(value), taskType },
  )
}

function ofBreaker(
  name: 'failureThreshold' | 'successThreshold' | 'openMs' | 'callTimeoutMs',
  look: { label: string; keywords: string },
  unit: string,
): Setting {
  return ofModule({ ...look, group: 'Breakers' }, figure(unit), (value, { breakerConfig }) => ({
    kind: 'module_breaker',
    breaker: { ...breakerConfig, [name]: Number(value) },
  }))
}

function ofAll(
  label: string,
  keywords: string,
  field: SettingField,
  make: (value: string) => UncheckedChange,
): Setting {
  return ofOne({ label, group: 'Everything', keywords, subject: 'all' }, field, (_target, value) => make(value))
}

const callsAtOnce = optionalFigure('calls; empty for no limit')

/** Every setting that can be tried by hand. */
export const settings: Readonly<Record<Exclude<Trial, 'load'>, Setting>> = {
  capacity: ofInstance('Capacity of an instance', figure('calls at once'), value => ({
    kind: 'instance_capacity',
    capacity: Number(value),
  })),
  weight: ofInstance('Weight of an instance', figure('beside its siblings'), value => ({
    kind: 'instance_weight',
    weight: Number(value),
  })),
  instances: ofModule(
    { label: 'Number of instances', group: 'Instances', keywords: 'scale replicas' },
    figure('instances; only people can start them'),
    value => ({ kind: 'instance_count', count: Number(value) }),
  ),
  strategy: ofModule(
    { label: 'Balancing of a module', keywords: 'strategy load balancer round robin' },
    choice(strategyOptions),
    strategy => ({ kind: 'module_strategy', strategy }),
  ),
  preference: ofModule(
    { label: 'Preference for a module', keywords: 'order fallback rank' },
    figure('-100 to 100'),
    value => ({ kind: 'module_preference', preference: Number(value) }),
  ),
  enabled: ofModule({ label: 'A module on or off', keywords: 'enable disable retire' }, choice(onOff), value => ({
    kind: 'module_enabled',
    enabled: value === 'on',
  })),
  moduleLimit: ofModule(
    { label: 'Concurrent calls of a module', keywords: 'limit concurrency' },
    callsAtOnce,
    value => ({ kind: 'module_limit', limit: limit(value) }),
  ),
  price: ofModule({ label: 'Price of a module', keywords: 'cost USD dollars' }, figure('USD per hour'), value => ({
    kind: 'module_price',
    costPerHourUsd: Number(value),
  })),
  resources,
  needs,
  failureThreshold: ofBreaker(
    'failureThreshold',
    { label: 'Failures that open a breaker', keywords: 'threshold circuit consecutive' },
    'in a row',
  ),
  successThreshold: ofBreaker(
    'successThreshold',
    { label: 'Probes that close a breaker', keywords: 'threshold circuit half open successes' },
    'successes in a row',
  ),
  openMs: ofBreaker('openMs', { label: 'Time a breaker stays open', keywords: 'reset circuit wait' }, 'ms'),
  callTimeoutMs: ofBreaker('callTimeoutMs', { label: 'Time limit of a call', keywords: 'timeout time-out' }, 'ms'),
  failureRate,
  slowCalls,
  moduleRetry,
  typeRetry,
  priority: ofType(
    { label: 'Default priority of a type', keywords: 'urgent' },
    optionalFigure('1 (first) to 10; empty for the usual'),
    value => ({
      kind: 'type_priority',
      priority: limit(value),
    }),
  ),
  multiplier: ofType(
    { label: 'Score multiplier of a type', keywords: 'priority' },
    optionalFigure('0.1 to 10; empty for 1'),
    value => ({ kind: 'type_multiplier', multiplier: limit(value) }),
  ),
  typeLimit: ofType({ label: 'Concurrent calls of a type', keywords: 'limit concurrency' }, callsAtOnce, value => ({
    kind: 'type_limit',
    limit: limit(value),
  })),
  cap: ofType(
    { label: 'Tasks of a type in the queue', keywords: 'cap limit depth backlog' },
    optionalFigure('tasks; empty for no limit'),
    value => ({ kind: 'type_cap', cap: limit(value) }),
  ),
  pin: ofOne(
    { label: 'Pin of a type to a module', group: 'Task types', keywords: 'routing', subject: 'service' },
    choice(onOff),
    ({ module, taskType }, value) =>
      module && (taskType === '' ? null : { kind: 'type_pin', taskType, pinnedTo: value === 'on' ? module.id : null }),
  ),
  goal: ofType({ label: 'Goal of a type', keywords: 'routing speed cost quality' }, choice(goals), value => ({
    kind: 'type_goal',
    goal: value === 'balanced' ? null : value,
  })),
  exploration: ofAll(
    'Share of decisions that explore',
    'exploration learning routing',
    figure('% of decisions, 0 to 10'),
    value => ({
      kind: 'exploration_rate',
      rate: Number(value) / 100,
    }),
  ),
  tenantLimit: ofAll('Concurrent calls in all', 'limit concurrency tenant', callsAtOnce, value => ({
    kind: 'tenant_limit',
    limit: limit(value),
  })),
  byCost: ofAll('Choosing services by cost', 'flag cheaper price', choice(onOff), value => ({
    kind: 'flag',
    name: 'cost_based_scheduling',
    isOn: value === 'on',
  })),
  hurriedGraphs: ofAll(
    'Hurrying what tasks with deadlines wait for',
    'flag graph dependencies deadline',
    choice(onOff),
    value => ({ kind: 'flag', name: 'dag_optimization', isOn: value === 'on' }),
  ),
}

/** How much work arrives, as a field. */
export const loadField: SettingField = {
  name: 'value',
  label: 'Times the recorded load',
  hint: 'Times what was recorded: 1 is as it was, 2 is twice as much.',
  input: 'figure',
}
