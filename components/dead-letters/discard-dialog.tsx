'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useTRPC } from '../data/trpc.ts'
import { ErrorLine } from '../ui/error-state.tsx'
import { formatCount, plural } from '../ui/format.ts'
import { notify } from '../ui/notify.ts'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { type LetterChoice, toSelectionInput } from './letter-choice.ts'
import { TouchedLine } from './touched-line.tsx'
import { useTouched } from './use-touched.ts'

/** From how many letters on the act has to be confirmed by typing. */
const typedFrom = 100

export interface DiscardDialogProps {
  selection: LetterChoice
  /** `done` when something was discarded. */
  onClose: (done: boolean) => void
}

/** Discards letters for good: what it touches, why, and for many or for all that match a typed confirmation. */
export function DiscardDialog({ selection, onClose }: DiscardDialogProps) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const touched = useTouched(selection)
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
  const isLarge = 'filter' in selection || (count !== null && count >= typedFrom)
  return (
    <ReasonDialog
      title={count === null ? 'Discard dead letters?' : `Discard ${plural(count, 'dead letter')}?`}
      description="They leave the open ones for good. Their tasks and the reason stay in the history."
      placeholder="The orders were placed again by hand"
      act={count === null ? 'Discard' : `Discard ${formatCount(count)}`}
      cancel="Keep them"
      variant="destructive"
      refusal={count === null ? 'Counting what it touches.' : null}
      {...(isLarge ? { phrase: 'discard' } : {})}
      pending={isPending}
      error={error}
      onAct={reason => mutate({ ...toSelectionInput(selection), reason })}
      onClose={() => onClose(false)}
      effect={
        <>
          <TouchedLine touched={touched} />
          <ErrorLine error={touched.error} />
        </>
      }
    />
  )
}
