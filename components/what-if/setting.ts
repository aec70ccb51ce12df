import type { ConfigurationChange } from '#server/contracts/configuration-changes.ts'
import type { ModuleView } from '#server/contracts/modules.ts'
import type { TypeRetryPolicy } from '#server/contracts/tasks.ts'

/** What a setting belongs to; a service is a module for one task type. */
export type SettingSubject = 'instance' | 'module' | 'type' | 'service' | 'all'

/** Where a setting stands in the list. */
export type SettingGroup = 'Instances' | 'Modules' | 'Breakers' | 'Retries' | 'Task types' | 'Everything'

/** What was chosen in the form; a module only where the setting needs one. */
export interface SettingTarget {
  module: ModuleView | null
  instanceId: string
  taskType: string
  /** The policy of the type; null when it has none of its own, undefined while that is not known. */
  typeRetry: TypeRetryPolicy | null | undefined
}

/** What the fields hold, by name, as it was typed. A switch holds `on` or `off`, modules are ids between commas. */
export type Values = Readonly<Record<string, string>>

export interface SettingField {
  name: string
  label: string
  hint: string
  input: 'figure' | 'text' | 'switch' | 'modules' | readonly { value: string; label: string }[]
  /** An empty one means something. */
  optional?: true
  /** Shown while the switch of this name is on. */
  shownWith?: string
}

/** What the fields come to: a change that has yet to be checked, or what is wrong with them, by field. */
export type SettingReading = { change: UncheckedChange } | { problems: Readonly<Record<string, string>> }
/** A change as it was typed. */
export type UncheckedChange = Pick<ConfigurationChange, 'kind'> & Readonly<Record<string, unknown>>

export interface Setting {
  label: string
  group: SettingGroup
  /** Other words that people look for it by. */
  keywords?: string
  subject: SettingSubject
  fields: readonly SettingField[]
  /**
   * What the fields hold before anything is typed, null while the target is not known. Without it there is one field, `value`,
   * which begins empty.
   */
  present?: (target: SettingTarget) => Values | null
  /** Null when the target does not suffice. */
  read: (target: SettingTarget, values: Values) => SettingReading | null
  /** The field that shows a problem with a part of the change; `value` without it. */
  fieldOf?: (path: string) => string
}
