'use client'

import { Plus, Trash2 } from 'lucide-react'
import { Controller, useFieldArray, useFormContext } from 'react-hook-form'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { Field } from '../ui/field.tsx'
import { Input, Textarea } from '../ui/input.tsx'
import type { ModuleFormValues } from './module-form.ts'

/** The task types the module can run, each with its schemas. */
export function ModuleFormCapabilities() {
  const { control, register, formState } = useFormContext<ModuleFormValues>()
  const { fields, append, remove } = useFieldArray({ control, name: 'capabilities' })
  const errors = formState.errors.capabilities
  return (
    <div className="grid gap-3">
      {fields.map((field, index) => {
        const hasSchema = field.inputSchema !== '' || field.outputSchema !== ''
        const own = errors?.[index]
        return (
          <div key={field.id} className="grid gap-3 rounded-md border p-3">
            <div className="flex items-start gap-2">
              <Field label="Task type" error={own?.type?.message} className="flex-1">
                {input => (
                  <Input
                    {...input}
                    {...register(`capabilities.${index}.type`)}
                    autoComplete="off"
                    className="font-mono"
                    placeholder="text.summarize"
                  />
                )}
              </Field>
              <Button
                variant="ghost"
                size="icon"
                aria-label="Remove this capability"
                className="mt-6.5"
                disabled={fields.length === 1}
                onClick={() => remove(index)}
              >
                <Trash2 aria-hidden />
              </Button>
            </div>
            <Controller
              control={control}
              name={`capabilities.${index}.isPreemptible`}
              render={({ field: box }) => (
                <div className="flex items-start gap-2 text-xs">
                  <Checkbox
                    id={`${field.id}-preemptible`}
                    ref={box.ref}
                    checked={box.value}
                    onCheckedChange={value => box.onChange(value === true)}
                  />
                  <label htmlFor={`${field.id}-preemptible`}>
                    Saves checkpoints and may be interrupted
                    <span className="block text-faint-foreground">
                      Urgent work that finds no slot then takes its place; it goes on later from its checkpoint.
                    </span>
                  </label>
                </div>
              )}
            />
            <details open={hasSchema || Boolean(own?.inputSchema ?? own?.outputSchema)}>
              <summary className="cursor-pointer text-muted-foreground text-xs">
                JSON Schemas of payload and result
              </summary>
              <div className="mt-2 grid gap-3 sm:grid-cols-2">
                {(['inputSchema', 'outputSchema'] as const).map(name => (
                  <Field
                    key={name}
                    label={name === 'inputSchema' ? 'Payload' : 'Result'}
                    optional
                    error={own?.[name]?.message}
                  >
                    {input => (
                      <Textarea
                        {...input}
                        {...register(`capabilities.${index}.${name}`)}
                        spellCheck={false}
                        className="min-h-24 font-mono text-xs"
                        placeholder={'{ "type": "object" }'}
                      />
                    )}
                  </Field>
                ))}
              </div>
            </details>
          </div>
        )
      })}
      <Button
        size="sm"
        className="justify-self-start"
        onClick={() => append({ type: '', inputSchema: '', outputSchema: '', isPreemptible: false })}
      >
        <Plus aria-hidden />
        Add a task type
      </Button>
    </div>
  )
}
