'use client'

import { Field } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'

const choices = [
  { value: 'never', label: 'take the time they need' },
  { value: '10000', label: 'end after 10 seconds' },
  { value: '60000', label: 'end after 1 minute' },
  { value: '300000', label: 'end after 5 minutes' },
  { value: '0', label: 'end at once' },
]

/** How long running calls may go on after something is taken out of service, in ms; null for as long as they need. */
export function GiveUpField({ value, onChange }: { value: number | null; onChange: (value: number | null) => void }) {
  return (
    <Field label="Running calls" hint="What is ended goes back into the queue and uses no attempt.">
      {control => (
        <Select
          {...control}
          value={value === null ? 'never' : String(value)}
          onValueChange={next => onChange(next === 'never' ? null : Number(next))}
          options={choices}
        />
      )}
    </Field>
  )
}
