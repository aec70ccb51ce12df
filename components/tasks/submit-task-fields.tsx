'use client'

import { useEffect, useId } from 'react'
import { useFormContext, useWatch } from 'react-hook-form'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Input, Textarea } from '../ui/input.tsx'
import { formatJson, readJsonText } from '../ui/json-text.ts'
import { SelectField } from '../ui/select-field.tsx'
import { exampleOf } from './schema-example.ts'
import { automatic, type SubmitFormValues } from './submit-form.ts'
import { aliasOf, priorityNames } from './task-words.ts'
import { useKnownTypes, useTypeSchema } from './use-type-schema.ts'

/** Type, payload, priority and module. */
export function SubmitTaskFields() {
  const { control, register, formState, setValue } = useFormContext<SubmitFormValues>()
  const [type, priority] = useWatch({ control, name: ['type', 'priority'] })
  const types = useKnownTypes()
  const capable = types.get(type.trim()) ?? []
  const listId = useId()
  const { errors } = formState
  return (
    <>
      <Field
        label="Type"
        hint={
          type && capable.length > 0
            ? `Run by ${capable.map(({ name }) => name).join(', ')}`
            : 'One of the capabilities of the modules.'
        }
        error={errors.type?.message}
      >
        {input => (
          <>
            <Input
              {...input}
              {...register('type', { onChange: () => setValue('moduleId', automatic) })}
              autoFocus
              autoComplete="off"
              list={listId}
              className="font-mono"
              placeholder={[...types.keys()][0] ?? 'text.summarize'}
            />
            <datalist id={listId}>
              {[...types.keys()].sort().map(each => (
                <option key={each} value={each}>
                  {each}
                </option>
              ))}
            </datalist>
          </>
        )}
      </Field>
      <PayloadField type={type.trim()} moduleIds={capable.map(({ id }) => id)} />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField control={control} name="priority" label="Priority" options={priorityOptions(priority)} />
        <SelectField
          control={control}
          name="moduleId"
          label="Module"
          hint="Pinned, it runs there or nowhere."
          options={[
            { value: automatic, label: 'The best at the moment' },
            ...capable.map(({ id, name, enabled }) => ({ value: id, label: enabled ? name : `${name} (disabled)` })),
          ]}
        />
      </div>
    </>
  )
}

function priorityOptions(chosen: string) {
  const named = Object.entries(priorityNames).map(([alias, number]) => ({
    value: String(number),
    label: `${number} ${alias}`,
  }))
  const isNamed = chosen === automatic || aliasOf(Number(chosen)) !== null
  return [
    { value: automatic, label: 'The default of the type' },
    ...(isNamed ? [] : [{ value: chosen, label: chosen }]),
    ...named,
  ]
}

/** The payload as JSON, begun with an example of the type's schema as long as nobody has typed into it. */
function PayloadField({ type, moduleIds }: { type: string; moduleIds: readonly string[] }) {
  const { control, register, formState, getFieldState, setValue } = useFormContext<SubmitFormValues>()
  const payload = useWatch({ control, name: 'payload' })
  const schema = useTypeSchema(moduleIds, type)
  const { isDirty } = getFieldState('payload', formState)
  const isPristine = !isDirty && formState.defaultValues?.type !== type
  useEffect(() => {
    if (isPristine && schema) setValue('payload', formatJson(exampleOf(schema)))
  }, [schema, isPristine, setValue])
  const read = readJsonText(payload)
  const broken = read.kind === 'broken' ? `The payload ${read.problem}` : null
  return (
    <Field
      label="Payload (JSON)"
      hint={
        broken ??
        (isPristine && schema
          ? 'Begun with an example of the schema of the type.'
          : 'The module of the type says what it takes.')
      }
      error={formState.errors.payload?.message}
    >
      {input => (
        <div className="relative">
          <Textarea
            {...input}
            {...register('payload')}
            spellCheck={false}
            rows={Math.min(14, Math.max(5, payload.split('\n').length))}
            className="resize-y pr-20 font-mono text-xs"
          />
          {read.kind === 'value' ? (
            <Button
              size="sm"
              variant="ghost"
              className="absolute top-1 right-1"
              onClick={() => setValue('payload', formatJson(read.value), { shouldDirty: true })}
            >
              Format
            </Button>
          ) : null}
        </div>
      )}
    </Field>
  )
}
