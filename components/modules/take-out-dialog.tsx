'use client'

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { InstanceView, ModuleView } from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { plural } from '../ui/format.ts'
import { notify } from '../ui/notify.ts'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
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
    <ReasonDialog
      title={`Take ${instance.endpoint} out of rotation`}
      description={`No new call goes there. ${plural(instance.inFlight, 'call')} running. ${left}`}
      placeholder="Host is being patched"
      act="Take out"
      variant="destructive"
      pending={isPending}
      error={error}
      onAct={reason => mutate({ moduleId: module.id, instanceId: instance.id, reason, giveUpAfterMs })}
      onClose={onClose}
    >
      <GiveUpField value={giveUpAfterMs} onChange={setGiveUpAfterMs} />
    </ReasonDialog>
  )
}
