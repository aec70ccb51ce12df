'use client'

import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { WebhookView } from '#server/contracts/webhooks.ts'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { AlertDialog, AlertDialogCancel, AlertDialogContent, AlertDialogFooter } from '../ui/alert-dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { notify } from '../ui/notify.ts'

/** Removes a webhook with its log. */
export function RemoveWebhookDialog({ webhook, onClose }: { webhook: WebhookView; onClose: () => void }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { mutate, error, isPending } = useMutation(
    trpc.webhooks.remove.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.webhooks.pathKey() })
        notify.done(`${webhook.name} was removed`)
        onClose()
      },
    }),
  )
  return (
    <AlertDialog open onOpenChange={open => !open && onClose()}>
      <AlertDialogContent
        title={`Remove ${webhook.name}?`}
        description="It hears of no alert any more; what waits for it and its log of deliveries go with it."
      >
        <ErrorLine error={error} />
        <AlertDialogFooter>
          <AlertDialogCancel>Keep it</AlertDialogCancel>
          <ActionButton variant="destructive" pending={isPending} onClick={() => mutate({ id: webhook.id })}>
            Remove
          </ActionButton>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}
