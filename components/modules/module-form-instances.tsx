'use client'

import { Plus, Trash2 } from 'lucide-react'
import { useFieldArray, useFormContext } from 'react-hook-form'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { FieldConnectionTest } from './connection-test.tsx'
import { emptyModule, type ModuleFormValues } from './module-form.ts'

/** Where the module runs. It may be registered without an instance and get them later. */
export function ModuleFormInstances() {
  const { control, register, formState } = useFormContext<ModuleFormValues>()
  const { fields, append, remove } = useFieldArray({ control, name: 'instances' })
  const errors = formState.errors.instances
  return (
    <div className="grid gap-3">
      {fields.map((field, index) => (
        <div
          key={field.id}
          className="grid grid-cols-[1fr_1fr_auto] items-start gap-2 sm:grid-cols-[1fr_6rem_6rem_auto]"
        >
          <Field label="Endpoint" error={errors?.[index]?.endpoint?.message} className="max-sm:col-span-3">
            {input => (
              <Input
                {...input}
                {...register(`instances.${index}.endpoint`)}
                autoComplete="off"
                className="font-mono"
                placeholder="http://127.0.0.1:8080"
              />
            )}
          </Field>
          <Field label="Capacity" error={errors?.[index]?.capacity?.message}>
            {input => (
              <Input {...input} {...register(`instances.${index}.capacity`)} inputMode="numeric" className="num" />
            )}
          </Field>
          <Field label="Weight" error={errors?.[index]?.weight?.message}>
            {input => (
              <Input {...input} {...register(`instances.${index}.weight`)} inputMode="decimal" className="num" />
            )}
          </Field>
          <Button
            variant="ghost"
            size="icon"
            aria-label="Remove this instance"
            className="mt-6.5"
            onClick={() => remove(index)}
          >
            <Trash2 aria-hidden />
          </Button>
          <FieldConnectionTest control={control} name={`instances.${index}.endpoint`} className="col-span-full" />
        </div>
      ))}
      <Button
        size="sm"
        className="justify-self-start"
        onClick={() => append(emptyModule.instances.map(instance => ({ ...instance })))}
      >
        <Plus aria-hidden />
        Add an instance
      </Button>
    </div>
  )
}
