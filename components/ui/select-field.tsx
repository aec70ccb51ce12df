'use client'

import type { ReactNode } from 'react'
import { type Control, Controller, type FieldPath, type FieldValues } from 'react-hook-form'
import { Field } from './field.tsx'
import { Select } from './select.tsx'

export interface SelectFieldProps<Values extends FieldValues> {
  control: Control<Values, unknown, FieldValues>
  name: FieldPath<Values>
  label: string
  hint?: ReactNode
  options: readonly { value: string; label: ReactNode }[]
  className?: string
}

/** A labelled choice of a list in a form, with what is wrong with it. */
export function SelectField<Values extends FieldValues>(props: SelectFieldProps<Values>) {
  const { control, name, options, ...look } = props
  return (
    <Controller
      control={control}
      name={name}
      render={({ field, fieldState }) => (
        <Field {...look} error={fieldState.error?.message}>
          {input => (
            <Select {...input} ref={field.ref} value={field.value} onValueChange={field.onChange} options={options} />
          )}
        </Field>
      )}
    />
  )
}
