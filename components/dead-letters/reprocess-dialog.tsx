'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useId } from 'react'
import { Controller, useForm, useWatch } from 'react-hook-form'
import { type ReprocessMany, reprocessManyInput } from '#server/contracts/dead-letters.ts'
import { useTRPC } from '../data/trpc.ts'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import { formatCount, plural } from '../ui/format.ts'
import { Input } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import { SelectField } from '../ui/select-field.tsx'
import { Switch } from '../ui/switch.tsx'
import type { LetterChoice } from './letter-choice.ts'
import {
  fieldOfReprocess,
  initialReprocess,
  type ReprocessFormValues,
  told,
  toReprocessInput,
} from './reprocess-form.ts'
import { TouchedLine } from './touched-line.tsx'
import { type Touched, useTouched } from './use-touched.ts'

const shares = ['100', '95', '80', '50']

export interface ReprocessDialogProps {
  selection: LetterChoice
  /** `done` when a job was started. */
  onClose: (done: boolean) => void
}

/** Starts a job that reprocesses many letters: the count first, then how carefully. */
export function ReprocessDialog({ selection, onClose }: ReprocessDialogProps) {
  const touched = useTouched(selection)
  const { count } = touched
  return (
    <Dialog open onOpenChange={open => !open && onClose(false)}>
      <DialogContent
        title={count === null ? 'Reprocess dead letters' : `Reprocess ${plural(count, 'dead letter')}?`}
        description="Each becomes a new task with the payload that failed, linked to the old one."
      >
        {touched.error ? (
          <DialogBody>
            <ErrorLine error={touched.error} />
          </DialogBody>
        ) : count === null ? (
          <DialogBody>
            <TouchedLine touched={touched} />
          </DialogBody>
        ) : (
          <ReprocessForm selection={selection} touched={touched} count={count} onClose={onClose} />
        )}
      </DialogContent>
    </Dialog>
  )
}

interface ReprocessFormProps extends ReprocessDialogProps {
  touched: Touched
  count: number
}

function ReprocessForm({ selection, touched, count, onClose }: ReprocessFormProps) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const form = useForm<ReprocessFormValues, unknown, ReprocessMany>({
    defaultValues: initialReprocess(count),
    resolver: contractResolver<ReprocessFormValues, ReprocessMany>(
      reprocessManyInput,
      values => toReprocessInput(selection, values),
      fieldOfReprocess,
    ),
  })
  const { control, register, formState, setError } = form
  const { errors } = formState
  const { mutate, error, isPending } = useMutation(
    trpc.deadLetters.reprocessMany.mutationOptions({
      onSuccess: job => {
        void queries.invalidateQueries({ queryKey: trpc.deadLetters.pathKey() })
        notify.done(job.trial ? 'The trial has begun' : `${plural(job.total, 'letter')} will be reprocessed`)
        onClose(true)
      },
      onError: failure => void showOnFields(failure, setError, undefined, fieldOfReprocess),
    }),
  )
  const hasTrial = useWatch({ control, name: 'hasTrial' })
  const trialId = useId()
  return (
    <form noValidate onSubmit={form.handleSubmit(values => mutate(values))}>
      <DialogBody className="grid content-start gap-4">
        <TouchedLine touched={touched} />
        <Controller
          control={control}
          name="hasTrial"
          render={({ field }) => (
            <div className="flex items-start gap-3">
              <Switch
                id={trialId}
                ref={field.ref}
                checked={field.value}
                onCheckedChange={field.onChange}
                aria-describedby={`${trialId}-note`}
                className="mt-0.5"
              />
              <div>
                <label htmlFor={trialId} className="block font-medium">
                  Try a sample first
                </label>
                <p id={`${trialId}-note`} className="text-muted-foreground text-xs">
                  Drawn at random. The rest waits until its tasks have ended and shows what to expect.
                </p>
              </div>
            </div>
          )}
        />
        {hasTrial ? (
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Size of the sample" hint={`of ${formatCount(count)}`} error={errors.size?.message}>
              {input => <Input {...input} {...register('size')} inputMode="numeric" className="num" />}
            </Field>
            <SelectField
              control={control}
              name="continueFrom"
              label="Go on with the rest"
              options={[
                { value: told, label: 'when I say so' },
                ...shares.map(share => ({ value: share, label: `from ${share} % success` })),
              ]}
            />
          </div>
        ) : null}
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="New tasks per second" hint="At most; 1 to 1,000." error={errors.ratePerSecond?.message}>
            {input => <Input {...input} {...register('ratePerSecond')} inputMode="numeric" className="num" />}
          </Field>
          <Field label="Why" optional error={errors.reason?.message}>
            {input => <Input {...input} {...register('reason')} maxLength={500} />}
          </Field>
        </div>
        {error && Object.keys(errors).length === 0 ? <ErrorLine error={error} /> : null}
      </DialogBody>
      <FormFooter pending={isPending} reason={count === 0 ? 'No open dead letter matches.' : null}>
        {hasTrial ? 'Start the trial' : `Reprocess ${formatCount(count)}`}
      </FormFooter>
    </form>
  )
}
