'use client'

import { useFormContext, useWatch } from 'react-hook-form'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { SelectField } from '../ui/select-field.tsx'
import type { ModuleFormValues } from './module-form.ts'
import { strategyLooks, strategyOptions } from './strategies.ts'

const breakerFields = [
  { name: 'failureThreshold', label: 'Opens after', hint: 'failures in a row' },
  { name: 'successThreshold', label: 'Closes after', hint: 'good probes in a row' },
  { name: 'openMs', label: 'First probe after', hint: 'ms' },
  { name: 'callTimeoutMs', label: 'Call time limit', hint: 'ms' },
] as const

const retryFields = [
  { name: 'maxAttempts', label: 'Attempts', hint: 'at most' },
  { name: 'baseMs', label: 'First delay', hint: 'ms' },
  { name: 'factor', label: 'Grows by', hint: 'times, if exponential' },
  { name: 'capMs', label: 'Longest delay', hint: 'ms' },
] as const

const backoffs = [
  { value: 'exponential', label: 'Exponential' },
  { value: 'linear', label: 'Linear' },
] as const

/** How its calls are spread, guarded and tried again. */
export function ModuleFormPolicy() {
  const { control, register, formState } = useFormContext<ModuleFormValues>()
  const { errors } = formState
  const strategy = useWatch({ control, name: 'strategy' })
  return (
    <div className="grid gap-5">
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          control={control}
          name="strategy"
          label="Strategy"
          hint={strategyLooks[strategy].meaning}
          options={strategyOptions}
        />
        <Field
          label="Preference"
          hint="From -100 to 100: the higher, the earlier among the services of one type, all else equal."
          error={errors.preference?.message}
        >
          {input => <Input {...input} {...register('preference')} inputMode="numeric" className="num" />}
        </Field>
      </div>
      <fieldset className="grid grid-cols-2 gap-4">
        <legend className="mb-2 font-semibold">Resources of each call</legend>
        <Field
          label="Cores"
          hint="Tasks that need more run elsewhere; 0 takes only tasks that ask for none."
          error={errors.resources?.cpu?.message}
        >
          {input => <Input {...input} {...register('resources.cpu')} inputMode="decimal" className="num" />}
        </Field>
        <Field label="Memory" hint="MB" error={errors.resources?.memoryMb?.message}>
          {input => <Input {...input} {...register('resources.memoryMb')} inputMode="numeric" className="num" />}
        </Field>
      </fieldset>
      <fieldset className="grid grid-cols-2 gap-4 sm:grid-cols-4">
        <legend className="mb-2 font-semibold">Breaker</legend>
        {breakerFields.map(({ name, label, hint }) => (
          <Field key={name} label={label} hint={hint} error={errors.breaker?.[name]?.message}>
            {input => <Input {...input} {...register(`breaker.${name}`)} inputMode="numeric" className="num" />}
          </Field>
        ))}
      </fieldset>
      <fieldset className="grid grid-cols-2 gap-4 sm:grid-cols-5">
        <legend className="mb-2 font-semibold">Retry</legend>
        <SelectField
          control={control}
          name="retry.backoff"
          label="Back-off"
          options={backoffs}
          className="max-sm:col-span-2"
        />
        {retryFields.map(({ name, label, hint }) => (
          <Field key={name} label={label} hint={hint} error={errors.retry?.[name]?.message}>
            {input => <Input {...input} {...register(`retry.${name}`)} inputMode="decimal" className="num" />}
          </Field>
        ))}
        <Field
          label="Tried again on"
          hint="Classes (connection_error, timeout, server_error) and codes such as HTTP_409; a module that says itself whether to retry is believed."
          error={errors.retry?.retryOn?.message}
          className="col-span-full"
        >
          {input => <Input {...input} {...register('retry.retryOn')} autoComplete="off" className="font-mono" />}
        </Field>
      </fieldset>
    </div>
  )
}
