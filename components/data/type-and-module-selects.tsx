'use client'

import { Select } from '../ui/select.tsx'
import { useFleetPulse } from './use-dashboard.ts'

const any = 'any'
const plain = (value: string) => ({ value, label: value })
const className = 'w-44 max-md:w-auto max-md:flex-1 max-md:basis-36'

export interface TypeAndModule {
  /** Empty: every one. */
  type: string
  module: string
}

/** Chooses one task type and one module of those that the fleet has, or every one. */
export function TypeAndModuleSelects({
  value,
  onChange,
}: {
  value: TypeAndModule
  /** Null: every one. */
  onChange: (change: { type: string | null } | { module: string | null }) => void
}) {
  const modules = useFleetPulse()?.modules ?? []
  const types = [...new Set(modules.flatMap(module => module.capabilities.map(({ type }) => type)))].sort()
  const names = modules.map(({ id, name }) => ({ value: id, label: name }))
  return (
    <>
      <Select
        aria-label="Type"
        value={value.type || any}
        onValueChange={type => onChange({ type: type === any ? null : type })}
        options={[{ value: any, label: 'Every type' }, ...withChosen(types.map(plain), value.type)]}
        className={className}
      />
      <Select
        aria-label="Module"
        value={value.module || any}
        onValueChange={module => onChange({ module: module === any ? null : module })}
        options={[{ value: any, label: 'Every module' }, ...withChosen(names, value.module)]}
        className={className}
      />
    </>
  )
}

/** What is chosen is on the list even when the fleet does not have it. */
function withChosen(options: { value: string; label: string }[], chosen: string) {
  return chosen === '' || options.some(({ value }) => value === chosen) ? options : [...options, plain(chosen)]
}
