'use client'

import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { ModuleView } from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { AlertDialog, AlertDialogCancel, AlertDialogContent, AlertDialogFooter } from '../ui/alert-dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { Input, Textarea } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import { useModuleRefresh } from './use-modules.ts'

/** Removes a disabled module for good, after its id was typed. */
export function RemoveModuleDialog({ module, onClose }: { module: ModuleView; onClose: () => void }) {
  const trpc = useTRPC()
  const router = useRouter()
  const refresh = useModuleRefresh()
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const { mutate, error, isPending } = useMutation(
    trpc.modules.remove.mutationOptions({
      onSuccess: () => {
        notify.done(`${module.name} is removed`)
        router.push('/modules')
        void refresh()
      },
    }),
  )
  const refusal = typed !== module.id ? 'Type its id first.' : reason.trim() === '' ? 'Say why first.' : null
  return (
    <AlertDialog open onOpenChange={open => !open && onClose()}>
      <AlertDialogContent
        title={`Remove ${module.name}?`}
        description="Its configuration, instances and secret are gone then; its tasks and events stay. To use it again it has to be registered anew."
      >
        <div className="mt-4 grid gap-3">
          <Field
            label={
              <>
                Type <code className="text-xs">{module.id}</code> to confirm
              </>
            }
          >
            {control => (
              <Input
                {...control}
                value={typed}
                autoComplete="off"
                className="font-mono"
                onChange={event => setTyped(event.target.value)}
              />
            )}
          </Field>
          <Field label="Why" hint="Kept in the audit log.">
            {control => (
              <Textarea
                {...control}
                value={reason}
                maxLength={500}
                className="min-h-14"
                onChange={event => setReason(event.target.value)}
              />
            )}
          </Field>
          <ErrorLine error={error} />
        </div>
        <AlertDialogFooter>
          <AlertDialogCancel />
          <ActionButton
            variant="destructive"
            pending={isPending}
            reason={refusal}
            onClick={() => mutate({ id: module.id, reason })}
          >
            Remove
          </ActionButton>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}
