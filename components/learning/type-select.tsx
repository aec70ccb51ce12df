'use client'

import { useFleetPulse } from '../data/use-dashboard.ts'
import { Select } from '../ui/select.tsx'

const any = 'any'

/** Chooses one task type that the fleet has, or every one (empty). */
export function TypeSelect({ value, onChange }: { value: string; onChange: (type: string) => void }) {
  const modules = useFleetPulse()?.modules ?? []
  const types = new Set(modules.flatMap(module => module.capabilities.map(({ type }) => type)))
  // What is chosen is on the list even when the fleet does not have it.
  if (value !== '') types.add(value)
  return (
    <Select
      aria-label="Type"
      value={value || any}
      onValueChange={type => onChange(type === any ? '' : type)}
      options={[{ value: any, label: 'Every type' }, ...[...types].sort().map(type => ({ value: type, label: type }))]}
      className="w-48"
    />
  )
}
