'use client'

import type { ReactNode } from 'react'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { Select } from '../ui/select.tsx'
import type { Setting } from './settings.ts'

/** The value to try; without a setting it is the load. */
export function ValueField({
  setting,
  value,
  onChange,
  hint,
}: {
  setting: Setting | null
  value: string
  onChange: (value: string) => void
  hint: ReactNode
}) {
  const input = setting?.input ?? { kind: 'number', unit: 'times', step: 0.1 }
  return (
    <Field label={setting === null ? 'Times the recorded load' : 'New value'} hint={hint}>
      {control =>
        input.kind === 'choice' ? (
          <Select
            {...control}
            value={value || undefined}
            onValueChange={onChange}
            options={[...input.options]}
            placeholder="Choose"
          />
        ) : (
          <Input
            {...control}
            type="number"
            step={input.step ?? 1}
            value={value}
            onChange={event => onChange(event.target.value)}
            className="num"
          />
        )
      }
    </Field>
  )
}
