'use client'

import { FilterSelect } from '../ui/filter-select.tsx'
import { useFleetPulse } from './use-dashboard.ts'

export interface ModuleFilterProps {
  /** The id of a module; empty: every one. */
  value: string
  /** Null: every one. */
  onChange: (moduleId: string | null) => void
}

/** Chooses one module of those that the fleet has, or every one. */
export function ModuleFilter({ value, onChange }: ModuleFilterProps) {
  const modules = useFleetPulse()?.modules ?? []
  return (
    <FilterSelect
      label="Module"
      anyLabel="Every module"
      value={value || null}
      onValueChange={onChange}
      options={modules.map(({ id, name }) => ({ value: id, label: name }))}
    />
  )
}
