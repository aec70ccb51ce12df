'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { FormProvider, useForm } from 'react-hook-form'
import { type SubmitReceipt, type SubmitTask, submitTaskInput, type TaskView } from '#server/contracts/tasks.ts'
import { useTRPC } from '../data/trpc.ts'
import { useClockZone } from '../data/use-clock-zone.ts'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import {
  emptySubmission,
  fieldsOfSubmitError,
  type SubmitFormValues,
  submissionLike,
  toSubmission,
} from './submit-form.ts'
import { SubmitMoreFields } from './submit-more-fields.tsx'
import { SubmitReceiptView } from './submit-receipt-view.tsx'
import { SubmitTaskFields } from './submit-task-fields.tsx'

export interface SubmitTaskDialogProps {
  /** The task that the fields are filled from at first. */
  like?: TaskView
  onClose: () => void
}

/** Submits a task, and then shows the way to it. Everything typed stays when it is refused. */
export function SubmitTaskDialog({ like, onClose }: SubmitTaskDialogProps) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const zone = useClockZone()
  const [receipt, setReceipt] = useState<SubmitReceipt | null>(null)
  const form = useForm<SubmitFormValues, unknown, SubmitTask>({
    defaultValues: like ? submissionLike(like) : emptySubmission,
    resolver: contractResolver<SubmitFormValues, SubmitTask>(submitTaskInput, values => toSubmission(values, zone)),
  })
  const { mutate, error, isPending } = useMutation(
    trpc.tasks.submit.mutationOptions({
      onSuccess: accepted => {
        void queries.invalidateQueries({ queryKey: trpc.tasks.list.pathKey() })
        setReceipt(accepted)
      },
      onError: failure => void showOnFields(failure, form.setError, fieldsOfSubmitError),
    }),
  )
  const isShownOnFields = Object.keys(form.formState.errors).length > 0
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title="Submit a task"
        description="It is stored before you get the answer."
        className="max-w-2xl"
        onInteractOutside={event => form.formState.isDirty && receipt === null && event.preventDefault()}
      >
        {receipt ? (
          <SubmitReceiptView receipt={receipt} type={form.getValues('type')} onAgain={() => setReceipt(null)} />
        ) : (
          <FormProvider {...form}>
            <form noValidate onSubmit={form.handleSubmit(values => mutate(values))}>
              <DialogBody className="grid content-start gap-4">
                <SubmitTaskFields />
                <SubmitMoreFields />
                {error && !isShownOnFields ? <ErrorLine error={error} /> : null}
              </DialogBody>
              <FormFooter pending={isPending}>{isPending ? 'Submitting' : 'Submit'}</FormFooter>
            </form>
          </FormProvider>
        )}
      </DialogContent>
    </Dialog>
  )
}
