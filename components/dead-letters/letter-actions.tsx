'use client'

import { Archive, PencilLine, RotateCw } from 'lucide-react'
import { useState } from 'react'
import type { DeadLetterView } from '#server/contracts/dead-letters.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { JsonView } from '../ui/json-view.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { useReprocess } from './use-reprocess.ts'

const EditPayloadForm = onDemand(() => import('./edit-payload-form.tsx').then(module => module.EditPayloadForm))
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
