'use client'

import { FilterSelect } from '../ui/filter-select.tsx'
import { useFleetPulse } from './use-dashboard.ts'

export interface TypeFilterProps {
  /** Empty: every one. */
  value: string
  /** Null: every one. */
  onChange: (type: string | null) => void
  className?: string
}

/** Chooses one task type of those that the fleet has, or every one. */
export function TypeFilter({ value, onChange, className = '' }: TypeFilterProps) {
  const modules = useFleetPulse()?.modules ?? []
  const types = new Set(modules.flatMap(module => module.capabilities.map(({ type }) => type)))
  return (
    <FilterSelect
      label="Type"
      anyLabel="Every type"
      value={value || null}
      onValueChange={onChange}
      options={[...types].sort().map(type => ({ value: type, label: type }))}
      className={className}
    />
  )
}
