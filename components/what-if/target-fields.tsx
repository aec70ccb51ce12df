'use client'

import { useFleetPulse } from '../data/use-dashboard.ts'
import { Field } from '../ui/field.tsx'
import { SearchSelect } from '../ui/search-select.tsx'
import { Select } from '../ui/select.tsx'
import type { SettingSubject } from './setting.ts'
import { useTarget } from './use-target.ts'
import { useWhatIfSearch } from './use-what-if-search.ts'

export interface TargetFieldsProps {
  subject: SettingSubject
  /** Told when another module or type is chosen. */
  onChange: () => void
}

/** What the setting belongs to: a module, one of its instances, a task type, or nothing in particular. */
export function TargetFields({ subject, onChange }: TargetFieldsProps) {
  const [search, setSearch] = useWhatIfSearch()
  const { module, instanceId } = useTarget()
  const modules = useFleetPulse()?.modules ?? []
  const types = [...new Set(modules.flatMap(({ capabilities }) => capabilities.map(({ type }) => type)))].sort()
  if (subject === 'all') return null
  const type = (
    <Field label="Task type">
      {control => (
        <SearchSelect
          {...control}
          name="Task type"
          value={search.type || undefined}
          onValueChange={chosen => {
            onChange()
            void setSearch({ type: chosen })
          }}
          groups={[{ label: null, options: types.map(each => ({ value: each, label: each })) }]}
          placeholder="Choose a type"
        />
      )}
    </Field>
  )
  if (subject === 'type') return type
  return (
    <>
      {subject === 'service' ? type : null}
      <Field label="Module">
        {control => (
          <SearchSelect
            {...control}
            name="Module"
            value={search.module || undefined}
            onValueChange={id => {
              onChange()
              void setSearch({ module: id, instance: null })
            }}
            groups={[{ label: null, options: modules.map(({ id, name }) => ({ value: id, label: name, note: id })) }]}
            placeholder="Choose a module"
          />
        )}
      </Field>
      {subject === 'instance' && module !== null ? (
        <Field label="Instance">
          {control => (
            <Select
              {...control}
              value={instanceId || undefined}
              onValueChange={instance => void setSearch({ instance })}
              options={module.instances.map(({ id, endpoint, capacity }) => ({
                value: id,
                label: `${endpoint} (${capacity} at once)`,
              }))}
              placeholder="It has no instance"
            />
          )}
        </Field>
      ) : null}
    </>
  )
}
