'use client'

import { Controller, useForm } from 'react-hook-form'
import { contractResolver } from '../ui/contract-form.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import { Input } from '../ui/input.tsx'
import { Select } from '../ui/select.tsx'
import { backoffOptions, retryFigures, retryOnLook, totalLimitLook } from './retry-fields.ts'
import { fieldOf, type RetryFormValues, type TypeRetry, toTypeRetry, typeRetrySchema } from './retry-form.ts'

/** What goes well with each back-off: 1, 2, 4 ... 30 s, or 5, 10, 15 s. */
const usual = {
  exponential: { baseMs: '1000', capMs: '30000' },
  linear: { baseMs: '5000', capMs: '15000' },
} as const

export interface RetryDialogProps {
  /** Of a new one the type is empty, and can be typed. */
  values: RetryFormValues
  error: unknown
  pending: boolean
  onSave: (retry: TypeRetry) => void
  onClose: () => void
}

/** How tasks of one type are tried again, and how long they may take in all. */
export function RetryDialog({ values, error, pending, onSave, onClose }: RetryDialogProps) {
  const isNew = values.type === ''
  const { register, control, handleSubmit, setValue, formState } = useForm<RetryFormValues, unknown, TypeRetry>({
    values,
    resolver: contractResolver<RetryFormValues, TypeRetry>(typeRetrySchema, toTypeRetry, fieldOf),
  })
  const { errors } = formState
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title={isNew ? 'Retries of a type' : `Retries of ${values.type}`}
        description="Holds in place of what the modules of the type say, for failures from now on; attempts and the total limit for tasks accepted from now on."
      >
        <form onSubmit={event => void handleSubmit(onSave)(event)} noValidate>
          <DialogBody className="grid grid-cols-2 content-start gap-4 sm:grid-cols-4">
            <Field label="Task type" error={errors.type?.message} className="col-span-full">
              {input => (
                <Input {...input} {...register('type')} readOnly={!isNew} autoComplete="off" className="font-mono" />
              )}
            </Field>
            <Controller
              control={control}
              name="backoff"
              render={({ field }) => (
                <Field label="Back-off" className="col-span-full">
                  {input => (
                    <Select
                      {...input}
                      ref={field.ref}
                      value={field.value}
                      options={backoffOptions}
                      onValueChange={value => {
                        field.onChange(value)
                        const fitting = usual[value === 'linear' ? 'linear' : 'exponential']
                        setValue('baseMs', fitting.baseMs)
                        setValue('capMs', fitting.capMs)
                      }}
                    />
                  )}
                </Field>
              )}
            />
            {retryFigures.map(({ name, label, hint }) => (
              <Field key={name} label={label} hint={hint} error={errors[name]?.message}>
                {input => <Input {...input} {...register(name)} inputMode="decimal" className="num" />}
              </Field>
            ))}
            <Field {...retryOnLook} error={errors.retryOn?.message} className="col-span-full">
              {input => <Input {...input} {...register('retryOn')} autoComplete="off" className="font-mono" />}
            </Field>
            <Field {...totalLimitLook} optional error={errors.totalTimeoutMs?.message} className="col-span-full">
              {input => <Input {...input} {...register('totalTimeoutMs')} inputMode="numeric" className="num" />}
            </Field>
            <div className="col-span-full">
              <ErrorLine error={error} />
            </div>
          </DialogBody>
          <FormFooter pending={pending}>Save</FormFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
