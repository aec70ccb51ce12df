'use client'

import { useFleetPulse } from '../data/use-dashboard.ts'
import { Field } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import type { SettingSubject } from './settings.ts'
import { useTarget } from './use-target.ts'
import { useWhatIfSearch } from './use-what-if-search.ts'

/** What the setting belongs to: a module, one of its instances, a task type, or nothing in particular. */
export function TargetFields({ subject }: { subject: SettingSubject }) {
  const [search, setSearch] = useWhatIfSearch()
  const { module, instanceId } = useTarget()
  const modules = useFleetPulse()?.modules ?? []
  const types = [...new Set(modules.flatMap(({ capabilities }) => capabilities.map(({ type }) => type)))].sort()
  if (subject === 'all') return null
  const type = (
    <Field label="Task type">
      {control => (
        <Select
          {...control}
          value={search.type || undefined}
          onValueChange={chosen => void setSearch({ type: chosen })}
          options={types.map(each => ({ value: each, label: each }))}
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
          <Select
            {...control}
            value={search.module || undefined}
            onValueChange={id => void setSearch({ module: id, instance: null })}
            options={modules.map(({ id, name }) => ({ value: id, label: name }))}
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
