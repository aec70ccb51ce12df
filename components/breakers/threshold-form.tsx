'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Controller, FormProvider, useForm, useFormContext, useWatch } from 'react-hook-form'
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
import { Switch } from '../ui/switch.tsx'
import { ThresholdConflict } from './threshold-conflict.tsx'
import { basicFields, type FieldLook, type RuleLook, rateRules } from './threshold-fields.ts'
import { readValues, type ThresholdValues, toValues } from './threshold-values.ts'

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
  const [newest, setNewest] = useState<ModuleView | null>(null)
  const save = useMutation(
    trpc.breakers.configure.mutationOptions({
      onSuccess: saved => {
        queries.setQueryData(trpc.modules.get.queryKey({ id: module.id }), saved)
        form.reset(toValues(saved.breakerConfig))
        setNewest(null)
        notify.done(`Thresholds of ${saved.name} saved`)
      },
      onError: async failure => {
        if (describeError(failure).code === 'VERSION_CONFLICT') setNewest((await onReload()) ?? null)
      },
    }),
  )
  // The version the edit was made on: what somebody else saved meanwhile is not overwritten unseen.
  const [base, setBase] = useState(module)
  const saveOver = (configVersion: number) =>
    form.handleSubmit(values => {
      const { config } = readValues(values)
      if (config) save.mutate({ moduleId: module.id, configVersion, breaker: config }, { onSuccess: setBase })
    })
  const takeTheirs = (theirs: ModuleView) => {
    form.reset(toValues(theirs.breakerConfig))
    setBase(theirs)
    setNewest(null)
    save.reset()
  }
  const invalid = Object.keys(errors).length > 0 ? 'Correct the marked fields first.' : null
  return (
    <FormProvider {...form}>
      <form onSubmit={event => void saveOver(base.configVersion)(event)} className="grid gap-3" noValidate>
        <Figures fields={basicFields} isReadOnly={refusal !== null} />
        {rateRules.map(rule => (
          <RateRule key={rule.flag} rule={rule} isReadOnly={refusal !== null} />
        ))}
        <p className="text-muted-foreground text-xs">
          They hold for{' '}
          {module.instances.length === 1 ? 'the one instance' : `all ${plural(module.instances.length, 'instance')}`} of{' '}
          {module.name}.
        </p>
        {newest ? (
          <ThresholdConflict
            base={toValues(base.breakerConfig)}
            newest={newest}
            pending={save.isPending}
            onOverwrite={() => void saveOver(newest.configVersion)()}
            onTakeTheirs={() => takeTheirs(newest)}
          />
        ) : save.error ? (
          <ErrorLine error={save.error} />
        ) : null}
        <div className="flex flex-wrap gap-2">
          <ActionButton
            type="submit"
            variant="primary"
            reason={refusal ?? (isDirty ? invalid : 'Nothing has been changed.')}
            pending={save.isPending}
          >
            Save thresholds
          </ActionButton>
          {isDirty && !newest ? (
            <Button variant="ghost" onClick={() => form.reset()}>
              Undo the changes
            </Button>
          ) : null}
        </div>
      </form>
    </FormProvider>
  )
}

/** A rule that can be switched on, and its figures while it is. */
function RateRule({ rule: { flag, label, hint, fields }, isReadOnly }: { rule: RuleLook; isReadOnly: boolean }) {
  const { control } = useFormContext<ThresholdValues>()
  const isOn = useWatch({ control, name: flag })
  return (
    <fieldset className="grid gap-3 rounded-md border p-3">
      <Controller
        control={control}
        name={flag}
        render={({ field }) => (
          <div className="flex items-center justify-between gap-3">
            <span>
              <span className="block font-medium">{label}</span>
              <span className="block text-muted-foreground text-xs">{hint}</span>
            </span>
            <Switch checked={field.value} onCheckedChange={field.onChange} disabled={isReadOnly} aria-label={label} />
          </div>
        )}
      />
      {isOn ? <Figures fields={fields} isReadOnly={isReadOnly} /> : null}
    </fieldset>
  )
}

function Figures({ fields, isReadOnly }: { fields: readonly FieldLook[]; isReadOnly: boolean }) {
  const { register, formState } = useFormContext<ThresholdValues>()
  return (
    <div className="grid grid-cols-2 gap-3">
      {fields.map(({ name, label, hint }) => (
        <Field key={name} label={label} hint={hint} error={formState.errors[name]?.message}>
          {control => (
            <Input
              {...control}
              {...register(name)}
              inputMode="decimal"
              autoComplete="off"
              readOnly={isReadOnly}
              className="num"
            />
          )}
        </Field>
      ))}
    </div>
  )
}
