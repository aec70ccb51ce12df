'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { plural } from '../ui/format.ts'
import { Textarea } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'

/** Says that somebody deals with these alerts. */
export function AcknowledgeDialog({ ids, onClose }: { ids: readonly string[]; onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [note, setNote] = useState('')
  const { mutate, isPending, error } = useMutation(
    trpc.alerts.acknowledge.mutationOptions({
      onSuccess: ({ acknowledged }) => {
        void queries.invalidateQueries({ queryKey: trpc.alerts.pathKey() })
        notify.done(`${plural(acknowledged.length, 'alert')} acknowledged`)
        onClose()
      },
    }),
  )
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title={ids.length === 1 ? 'Acknowledge the alert' : `Acknowledge ${ids.length} alerts`}
        description="You deal with it: others see your name. It resolves by itself when the trouble is over."
      >
        <DialogBody className="grid gap-4">
          <Field label="Note" hint="What is known, or being done about it." optional>
            {control => (
              <Textarea
                {...control}
                value={note}
                maxLength={500}
                rows={2}
                autoFocus
                onChange={event => setNote(event.target.value)}
              />
            )}
          </Field>
          <ErrorLine error={error} />
        </DialogBody>
        <DialogFooter>
          <DialogClose asChild>
            <Button>Cancel</Button>
          </DialogClose>
          <ActionButton
            variant="primary"
            pending={isPending}
            onClick={() => mutate({ ids: [...ids], note: note.trim() })}
          >
            Acknowledge
          </ActionButton>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  )
}
