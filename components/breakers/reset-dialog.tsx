'use client'

import { useMutation } from '@tanstack/react-query'
import type { BreakerView } from '#server/contracts/breakers.ts'
import { useTRPC } from '../data/trpc.ts'
import { notify } from '../ui/notify.ts'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { hostOf } from './endpoint-words.ts'
import { useShowBreaker } from './use-breakers.ts'

/** Puts one breaker back to closed and automatic, with its counts of failures in a row at nothing. */
export function ResetDialog({ breaker, onClose }: { breaker: BreakerView; onClose: () => void }) {
  const trpc = useTRPC()
  const showBreaker = useShowBreaker()
  const { mutate, isPending, error } = useMutation(
    trpc.breakers.reset.mutationOptions({
      onSuccess: reset => {
        showBreaker(reset)
        notify.done(`${reset.moduleName} is closed and automatic again`, { description: hostOf(reset.endpoint) })
        onClose()
      },
    }),
  )
  return (
    <ReasonDialog
      title={`Reset ${breaker.moduleName}`}
      description="Closed and automatic at once: calls go through again, failures in a row start at zero, a hold ends."
      placeholder="The provider is back"
      act="Reset"
      pending={isPending}
      error={error}
      onAct={reason => mutate({ moduleId: breaker.moduleId, instanceId: breaker.instanceId, reason })}
      onClose={onClose}
    />
  )
}
