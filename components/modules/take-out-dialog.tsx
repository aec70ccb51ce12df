'use client'

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { InstanceView, ModuleView } from '#server/contracts/modules.ts'
import { missingReason, ReasonField } from '../breakers/reason-field.tsx'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { plural } from '../ui/format.ts'
import { notify } from '../ui/notify.ts'
import { GiveUpField } from './give-up-field.tsx'
import { useModuleRefresh } from './use-modules.ts'

/** Takes an instance out of rotation with a reason; it stays registered and is checked on. */
export function TakeOutDialog({
  module,
  instance,
  onClose,
}: {
  module: ModuleView
  instance: InstanceView
  onClose: () => void
}) {
  const trpc = useTRPC()
  const refresh = useModuleRefresh()
  const [reason, setReason] = useState('')
  const [giveUpAfterMs, setGiveUpAfterMs] = useState<number | null>(null)
  const { mutate, error, isPending } = useMutation(
    trpc.instances.takeOut.mutationOptions({
      onSuccess: () => {
        void refresh()
        notify.done('The instance is out of rotation', { description: instance.endpoint })
        onClose()
      },
    }),
  )
  const others = module.instances.filter(({ id, out }) => id !== instance.id && out === null).length
  const left =
    others === 0
      ? 'It is the last one in rotation: work waits, or goes to other modules.'
      : `${plural(others, 'instance')} take${others === 1 ? 's' : ''} its share.`
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title={`Take ${instance.endpoint} out of rotation`}
        description={`No new call goes there. ${plural(instance.inFlight, 'call')} running. ${left}`}
      >
        <DialogBody className="grid gap-4">
          <ReasonField value={reason} onChange={setReason} placeholder="Host is being patched" />
          <GiveUpField value={giveUpAfterMs} onChange={setGiveUpAfterMs} />
          <ErrorLine error={error} />
        </DialogBody>
        <DialogFooter>
          <DialogClose asChild>
            <Button>Cancel</Button>
          </DialogClose>
          <ActionButton
            variant="destructive"
            reason={missingReason(reason)}
            pending={isPending}
            onClick={() =>
              mutate({ moduleId: module.id, instanceId: instance.id, reason: reason.trim(), giveUpAfterMs })
            }
          >
            Take out
          </ActionButton>
        </DialogFooter>
      </DialogContent>
    </Dialog>
  )
}
