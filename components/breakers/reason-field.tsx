'use client'

import { Field } from '../ui/field.tsx'
import { Textarea } from '../ui/input.tsx'

/** As long as the server takes it. */
const maxLength = 500

export interface ReasonFieldProps {
  value: string
  onChange: (value: string) => void
  placeholder: string
}

/** Why an operator does something; it is kept with the act. */
export function ReasonField({ value, onChange, placeholder }: ReasonFieldProps) {
  return (
    <Field label="Reason" hint="Kept in the audit trail and shown to everybody.">
      {control => (
        <Textarea
          {...control}
          value={value}
          onChange={event => onChange(event.target.value)}
          placeholder={placeholder}
          maxLength={maxLength}
          rows={2}
          required
          autoFocus
        />
      )}
    </Field>
  )
}

/** Why an act cannot be done yet; null once there is a reason. */
export function missingReason(reason: string): string | null {
  return reason.trim() === '' ? 'Say why first; the reason is kept.' : null
}
