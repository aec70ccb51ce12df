'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { PersonView } from '#server/contracts/people.ts'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { AlertDialog, AlertDialogCancel, AlertDialogContent, AlertDialogFooter } from '../ui/alert-dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { notify } from '../ui/notify.ts'

/** Asks before somebody loses their access. */
export function RemovePersonDialog({ person, onClose }: { person: PersonView; onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { mutate, error, isPending } = useMutation(
    trpc.people.remove.mutationOptions({
      onSuccess: () => {
        notify.done(`${person.name} is removed`)
        onClose()
      },
      onSettled: () => void queries.invalidateQueries({ queryKey: trpc.people.list.queryKey() }),
    }),
  )
  return (
    <AlertDialog open onOpenChange={open => !open && onClose()}>
      <AlertDialogContent
        title={`Remove ${person.name}?`}
        description={`${person.email} is signed out at once and cannot sign in again. What they did stays in the audit log.`}
      >
        <ErrorLine error={error} className="mt-3" />
        <AlertDialogFooter>
          <AlertDialogCancel />
          <ActionButton variant="destructive" pending={isPending} onClick={() => mutate({ id: person.id })}>
            Remove
          </ActionButton>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}
