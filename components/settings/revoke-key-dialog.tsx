'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { KeyView } from '#server/contracts/keys.ts'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { AlertDialog, AlertDialogCancel, AlertDialogContent, AlertDialogFooter } from '../ui/alert-dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { notify } from '../ui/notify.ts'

/** Asks before a service loses its access. */
export function RevokeKeyDialog({ apiKey, onClose }: { apiKey: KeyView; onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { mutate, error, isPending } = useMutation(
    trpc.keys.revoke.mutationOptions({
      onSuccess: () => {
        notify.done(`The key of ${apiKey.name} is revoked`)
        onClose()
      },
      onSettled: () => void queries.invalidateQueries({ queryKey: trpc.keys.list.queryKey() }),
    }),
  )
  return (
    <AlertDialog open onOpenChange={open => !open && onClose()}>
      <AlertDialogContent
        title={`Revoke the key of ${apiKey.name}?`}
        description="Requests with it are refused from now on. It cannot be undone; the service needs a new key."
      >
        <ErrorLine error={error} className="mt-3" />
        <AlertDialogFooter>
          <AlertDialogCancel />
          <ActionButton variant="destructive" pending={isPending} onClick={() => mutate({ id: apiKey.id })}>
            Revoke
          </ActionButton>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}
