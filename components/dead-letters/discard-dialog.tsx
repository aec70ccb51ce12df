'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { AlertDialog, AlertDialogCancel, AlertDialogContent, AlertDialogFooter } from '../ui/alert-dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { formatCount, plural } from '../ui/format.ts'
import { Input } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import { type LetterChoice, toSelectionInput } from './letter-choice.ts'
import { TouchedLine } from './touched-line.tsx'
import { useTouched } from './use-touched.ts'

/** From how many letters on their number has to be typed. */
const typedFrom = 100

export interface DiscardDialogProps {
  selection: LetterChoice
  /** `done` when something was discarded. */
  onClose: (done: boolean) => void
}

/** Discards letters for good: what it touches, why, and for many a number typed in. */
export function DiscardDialog({ selection, onClose }: DiscardDialogProps) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const touched = useTouched(selection)
  const [reason, setReason] = useState('')
  const [typed, setTyped] = useState('')
  const { mutate, error, isPending } = useMutation(
    trpc.deadLetters.discard.mutationOptions({
      onSuccess: ({ discarded, job }) => {
        void queries.invalidateQueries({ queryKey: trpc.deadLetters.pathKey() })
        notify.done(
          job ? `${plural(job.total, 'letter')} will be discarded` : `${plural(discarded, 'letter')} discarded`,
        )
        onClose(true)
      },
    }),
  )
  const { count } = touched
  const isLarge = count !== null && count >= typedFrom
  const isTyped = !isLarge || typed.replaceAll(/\D/g, '') === String(count)
  const missing =
    count === null
      ? 'Counting what it touches.'
      : reason.trim() === ''
        ? 'Say why first.'
        : isTyped
          ? null
          : `Type ${count} to confirm.`
  return (
    <AlertDialog open onOpenChange={open => !open && onClose(false)}>
      <AlertDialogContent
        title={count === null ? 'Discard dead letters?' : `Discard ${plural(count, 'dead letter')}?`}
        description="They leave the open ones for good. Their tasks and the reason stay in the history."
      >
        <div className="mt-4 grid gap-4">
          <TouchedLine touched={touched} />
          <Field label="Why">
            {control => (
              <Input {...control} value={reason} maxLength={500} onChange={event => setReason(event.target.value)} />
            )}
          </Field>
          {isLarge ? (
            <Field label={`Type ${formatCount(count)} to confirm`}>
              {control => (
                <Input
                  {...control}
                  value={typed}
                  inputMode="numeric"
                  autoComplete="off"
                  className="num"
                  onChange={event => setTyped(event.target.value)}
                />
              )}
            </Field>
          ) : null}
          <ErrorLine error={error ?? touched.error} />
        </div>
        <AlertDialogFooter>
          <AlertDialogCancel>Keep them</AlertDialogCancel>
          <ActionButton
            variant="destructive"
            pending={isPending}
            reason={missing}
            onClick={() => mutate({ ...toSelectionInput(selection), reason: reason.trim() })}
          >
            Discard {count === null ? '' : formatCount(count)}
          </ActionButton>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}
