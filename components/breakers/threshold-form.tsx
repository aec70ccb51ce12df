'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import type { ModuleView } from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { describeError } from '../ui/describe-error.ts'
import { ErrorLine, ErrorState } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { plural } from '../ui/format.ts'
import { Input } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { readValues, type ThresholdValues, toValues } from './threshold-values.ts'

const fields: { name: keyof ThresholdValues; label: string; hint: string }[] = [
  { name: 'failureThreshold', label: 'Opens after', hint: 'failures in a row' },
  { name: 'successThreshold', label: 'Closes after', hint: 'successful probes in a row' },
  { name: 'openSeconds', label: 'Stays open for', hint: 'seconds, then probes' },
  { name: 'callTimeoutSeconds', label: 'A call may take', hint: 'seconds, then counts as failed' },
]

/** The thresholds of a module's breakers, to be looked at and changed. */
export function ThresholdForm({ moduleId }: { moduleId: string }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.modules.get.queryOptions({ id: moduleId }, { staleTime: 0 }))
  if (data) return <Form key={moduleId} module={data} onReload={() => refetch().then(({ data: newest }) => newest)} />
  if (error) {
    return <ErrorState title="The thresholds could not be loaded" error={error} onRetry={() => void refetch()} />
  }
  return <Skeleton className="h-52 w-full" />
}

interface FormProps {
  module: ModuleView
  /** Reads the module anew, after somebody else has changed it. */
  onReload: () => Promise<ModuleView | undefined>
}

function Form({ module, onReload }: FormProps) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const refusal = useRefusal('operator')
  const form = useForm<ThresholdValues>({
    defaultValues: toValues(module.breakerConfig),
    mode: 'onChange',
    resolver: values => {
      const { problems } = readValues(values)
      if (!problems) return { values, errors: {} }
      const entries = Object.entries(problems).map(([name, message]) => [name, { type: 'validate', message }])
      return { values: {}, errors: Object.fromEntries(entries) }
    },
  })
  const { errors, isDirty } = form.formState
  const save = useMutation(
    trpc.breakers.configure.mutationOptions({
      onSuccess: saved => {
        queries.setQueryData(trpc.modules.get.queryKey({ id: module.id }), saved)
        form.reset(toValues(saved.breakerConfig))
        notify.done(`Thresholds of ${saved.name} saved`)
      },
    }),
  )
  const submit = form.handleSubmit(values => {
    const { config } = readValues(values)
    // The version the edit was made on: what somebody else saved meanwhile is not overwritten.
    if (config) save.mutate({ moduleId: module.id, configVersion: module.configVersion, breaker: config })
  })
  const reload = async () => {
    const newest = await onReload()
    if (newest) form.reset(toValues(newest.breakerConfig))
    save.reset()
  }
  const invalid = Object.keys(errors).length > 0 ? 'Correct the marked fields first.' : null
  const isOutdated = describeError(save.error).code === 'VERSION_CONFLICT'
  return (
    <form onSubmit={event => void submit(event)} className="grid gap-3" noValidate>
      <div className="grid grid-cols-2 gap-3">
        {fields.map(({ name, label, hint }) => (
          <Field key={name} label={label} hint={hint} error={errors[name]?.message}>
            {control => (
              <Input
                {...control}
                {...form.register(name)}
                inputMode="decimal"
                autoComplete="off"
                readOnly={refusal !== null}
                className="num"
              />
            )}
          </Field>
        ))}
      </div>
      <p className="text-muted-foreground text-xs">
        They hold for{' '}
        {module.instances.length === 1 ? 'the one instance' : `all ${plural(module.instances.length, 'instance')}`} of{' '}
        {module.name}.
      </p>
      {save.error ? <ErrorLine error={save.error} /> : null}
      <div className="flex flex-wrap gap-2">
        <ActionButton
          type="submit"
          variant="primary"
          reason={refusal ?? (isDirty ? invalid : 'Nothing has been changed.')}
          pending={save.isPending}
        >
          Save thresholds
        </ActionButton>
        {isOutdated ? (
          <Button onClick={() => void reload()}>Load the newest</Button>
        ) : isDirty ? (
          <Button variant="ghost" onClick={() => form.reset()}>
            Undo the changes
          </Button>
        ) : null}
      </div>
    </form>
  )
}
