'use client'

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { BreakerView } from '#server/contracts/breakers.ts'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { notify } from '../ui/notify.ts'
import { hostOf } from './endpoint-words.ts'
import { missingReason, ReasonField } from './reason-field.tsx'
import { useShowBreaker } from './use-breakers.ts'

/** Puts one breaker back to closed and automatic, with its counts of failures in a row at nothing. */
export function ResetDialog({ breaker, onClose }: { breaker: BreakerView; onClose: () => void }) {
  const trpc = useTRPC()
  const showBreaker = useShowBreaker()
  const [reason, setReason] = useState('')
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
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title={`Reset ${breaker.moduleName}`}
        description="Closed and automatic at once: calls go through again, failures in a row start at zero, a hold ends."
      >
        <DialogBody className="grid gap-4">
          <ReasonField value={reason} onChange={setReason} placeholder="The provider is back" />
          <ErrorLine error={error} />
        </DialogBody>
        <DialogFooter>
          <DialogClose asChild>
            <Button>Cancel</Button>
          </DialogClose>
          <ActionButton
            variant="primary"
            reason={missingReason(reason)}
            pending={isPending}
            onClick={() =>
              mutate({ moduleId: breaker.moduleId, instanceId: breaker.instanceId, reason: reason.trim() })
            }
          >
            Reset
          </ActionButton>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  )
}
