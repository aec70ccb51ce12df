'use client'

import { useFormContext } from 'react-hook-form'
import { useClockZone } from '../data/use-clock-zone.ts'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import type { SubmitFormValues } from './submit-form.ts'

const names = ['runAt', 'deadline', 'timeoutMs', 'maxAttempts', 'idempotencyKey'] as const

/** Times, limits, resources and the idempotency key; closed until somebody wants them or one of them is wrong. */
export function SubmitMoreFields() {
  const { register, formState } = useFormContext<SubmitFormValues>()
  const zone = useClockZone()
  const { errors, defaultValues } = formState
  const { cpu, memoryMb } = defaultValues?.resources ?? {}
  const isWanted = names.some(name => errors[name] || defaultValues?.[name]) || errors.resources || cpu || memoryMb
  const zoneHint = zone === 'utc' ? 'UTC' : 'your local time'
  return (
    <details open={Boolean(isWanted)}>
      <summary className="w-fit cursor-pointer text-muted-foreground">Times, limits, resources, idempotency</summary>
      <div className="mt-3 grid gap-4 sm:grid-cols-2">
        <Field label="Not before" optional hint={zoneHint} error={errors.runAt?.message}>
          {input => <Input {...input} {...register('runAt')} type="datetime-local" step={1} className="num" />}
        </Field>
        <Field
          label="Deadline"
          optional
          hint={`${zoneHint}; it expires if it has not started by then`}
          error={errors.deadline?.message}
        >
          {input => <Input {...input} {...register('deadline')} type="datetime-local" step={1} className="num" />}
        </Field>
        <Field label="Limit of one attempt" optional hint="ms" error={errors.timeoutMs?.message}>
          {input => <Input {...input} {...register('timeoutMs')} inputMode="numeric" className="num" />}
        </Field>
        <Field label="Attempts at most" optional hint="else as its module has it" error={errors.maxAttempts?.message}>
          {input => <Input {...input} {...register('maxAttempts')} inputMode="numeric" className="num" />}
        </Field>
        <Field label="Cores it needs" optional hint="in quarters" error={errors.resources?.cpu?.message}>
          {input => <Input {...input} {...register('resources.cpu')} inputMode="decimal" className="num" />}
        </Field>
        <Field label="Memory it needs" optional hint="MB, in steps of 64" error={errors.resources?.memoryMb?.message}>
          {input => <Input {...input} {...register('resources.memoryMb')} inputMode="numeric" className="num" />}
        </Field>
        <Field
          label="Idempotency key"
          optional
          hint="The same key twice makes one task."
          error={errors.idempotencyKey?.message}
          className="sm:col-span-2"
        >
          {input => <Input {...input} {...register('idempotencyKey')} autoComplete="off" className="font-mono" />}
        </Field>
      </div>
    </details>
  )
}
