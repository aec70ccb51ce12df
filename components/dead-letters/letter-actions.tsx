'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Archive, PencilLine, RotateCw } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { DeadLetterView } from '#server/contracts/dead-letters.ts'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { notify } from '../ui/notify.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { EditPayloadForm } from './edit-payload-form.tsx'

const DiscardDialog = onDemand(() => import('./discard-dialog.tsx').then(module => module.DiscardDialog))

/** The payload of a letter, and what can be done with it: reprocess as it is or edited, or discard. */
export function LetterActions({ letter }: { letter: DeadLetterView }) {
  const refusal = useRefusal('operator')
  const [mode, setMode] = useState<'edit' | 'discard' | null>(null)
  const { mutate, error, isPending } = useReprocess(letter.id)
  const reason = refusal ?? (letter.state === 'open' ? null : `It was already ${letter.state}.`)
  return (
    <>
      <div className="flex flex-wrap gap-2">
        <ActionButton
          variant={mode === 'edit' ? 'secondary' : 'primary'}
          reason={reason}
          pending={isPending}
          onClick={() => mutate({ id: letter.id })}
        >
          <RotateCw aria-hidden />
          Reprocess
        </ActionButton>
        <ActionButton reason={reason} onClick={() => setMode(mode === 'edit' ? null : 'edit')}>
          <PencilLine aria-hidden />
          Edit payload
        </ActionButton>
        <ActionButton reason={reason} onClick={() => setMode('discard')}>
          <Archive aria-hidden />
          Discard
        </ActionButton>
      </div>
      {error ? <ErrorLine error={error} /> : null}
      {mode === 'edit' ? (
        <EditPayloadForm letter={letter} onClose={() => setMode(null)} />
      ) : (
        <JsonView label="Payload" value={letter.payload} />
      )}
      {mode === 'discard' ? <DiscardDialog selection={{ ids: [letter.id] }} onClose={() => setMode(null)} /> : null}
    </>
  )
}

/** Makes a new task from a letter and offers the way to it. */
export function useReprocess(id: string, options: { onError?: (error: unknown) => void; onDone?: () => void } = {}) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const router = useRouter()
  return useMutation(
    trpc.deadLetters.reprocess.mutationOptions({
      onSuccess: receipt => {
        void queries.invalidateQueries({ queryKey: trpc.deadLetters.pathKey() })
        void queries.invalidateQueries({ queryKey: trpc.tasks.get.queryKey({ id }) })
        options.onDone?.()
        notify.done('A new task was made from it', {
          action: { label: 'Open', onClick: () => router.push(`/tasks/${receipt.id}`) },
        })
      },
      onError: error => options.onError?.(error),
    }),
  )
}
