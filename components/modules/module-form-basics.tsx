'use client'

import { useFormContext } from 'react-hook-form'
import { Field } from '../ui/field.tsx'
import { Input, Textarea } from '../ui/input.tsx'
import type { ModuleFormValues } from './module-form.ts'

/** Who the module is. The id can be chosen only once, when `isNew`. */
export function ModuleFormBasics({ isNew }: { isNew: boolean }) {
  const { register, formState } = useFormContext<ModuleFormValues>()
  const { errors } = formState
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {isNew ? (
        <Field
          label="Id"
          hint="Lower-case letters, digits and dashes; it cannot be changed."
          error={errors.id?.message}
        >
          {control => (
            <Input
              {...control}
              {...register('id')}
              autoFocus
              autoComplete="off"
              className="font-mono"
              placeholder="summarizer-fast"
            />
          )}
        </Field>
      ) : null}
      <Field label="Name" error={errors.name?.message}>
        {control => <Input {...control} {...register('name')} autoComplete="off" placeholder="Summarizer, fast" />}
      </Field>
      <Field label="Category" error={errors.category?.message}>
        {control => <Input {...control} {...register('category')} autoComplete="off" placeholder="text" />}
      </Field>
      <Field label="Version" error={errors.version?.message}>
        {control => <Input {...control} {...register('version')} autoComplete="off" />}
      </Field>
      <Field label="Owner" optional error={errors.owner?.message}>
        {control => <Input {...control} {...register('owner')} autoComplete="off" placeholder="A person or a team" />}
      </Field>
      <Field label="Cost per hour (USD)" error={errors.costPerHourUsd?.message}>
        {control => <Input {...control} {...register('costPerHourUsd')} inputMode="decimal" className="num" />}
      </Field>
      <Field label="Description" optional error={errors.description?.message} className="sm:col-span-2">
        {control => <Textarea {...control} {...register('description')} className="min-h-14" />}
      </Field>
    </div>
  )
}
