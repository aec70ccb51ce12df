'use client'

import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import type { ModuleView } from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { notify } from '../ui/notify.ts'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { useModuleRefresh } from './use-modules.ts'

/** Removes a disabled module for good, after its id was typed. */
export function RemoveModuleDialog({ module, onClose }: { module: ModuleView; onClose: () => void }) {
  const trpc = useTRPC()
  const router = useRouter()
  const refresh = useModuleRefresh()
  const { mutate, error, isPending } = useMutation(
    trpc.modules.remove.mutationOptions({
      onSuccess: () => {
        notify.done(`${module.name} is removed`)
        router.push('/modules')
        void refresh()
      },
    }),
  )
  return (
    <ReasonDialog
      title={`Remove ${module.name}?`}
      description="Its configuration, instances and secret are gone then; its tasks and events stay. To use it again it has to be registered anew."
      placeholder="Its contract ended"
      act="Remove"
      variant="destructive"
      phrase={module.id}
      pending={isPending}
      error={error}
      onAct={reason => mutate({ id: module.id, reason })}
      onClose={onClose}
    />
  )
}
