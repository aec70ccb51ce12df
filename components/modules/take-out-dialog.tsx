'use client'

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { InstanceView, ModuleView } from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { ImpactPanel } from '../impact/impact-panel.tsx'
import { stopsWork } from '../impact/stops-work.ts'
import { useImpactPreview } from '../impact/use-impact-preview.ts'
import { plural } from '../ui/format.ts'
import { notify } from '../ui/notify.ts'
import { ReasonDialog } from '../ui/reason-dialog.tsx'
import { GiveUpField } from './give-up-field.tsx'
import { useModuleRefresh } from './use-modules.ts'

/**
 * Takes an instance out of rotation with a reason; it stays registered and is checked on. Shows what that touches; when
 * nobody else can do some of the work, the module's id has to be typed.
 */
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
  const preview = { act: 'take_out_instance', moduleId: module.id, instanceId: instance.id } as const
  const { data: impact, isPending: isLooking } = useImpactPreview(preview)
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
  return (
    <ReasonDialog
      title={`Take ${instance.endpoint} out of rotation`}
      description={`No new call goes there until it is put back. ${plural(instance.inFlight, 'call')} running there. ${shareWords(module, instance)}`}
      placeholder="Host is being patched"
      act="Take out"
      variant="destructive"
      refusal={isLooking ? 'What it touches is being looked up.' : null}
      {...(impact && stopsWork(impact) ? { phrase: module.id } : {})}
      pending={isPending}
      error={error}
      onAct={reason => mutate({ moduleId: module.id, instanceId: instance.id, reason, giveUpAfterMs })}
      onClose={onClose}
      effect={<ImpactPanel input={preview} />}
    >
      <GiveUpField value={giveUpAfterMs} onChange={setGiveUpAfterMs} />
    </ReasonDialog>
  )
}

/** What becomes of its share of the calls. */
function shareWords({ instances }: ModuleView, { id }: InstanceView): string {
  const others = instances.filter(each => each.id !== id && each.out === null).length
  if (others === 0) return 'It is the last one in rotation.'
  return `${plural(others, 'other instance')} take${others === 1 ? 's' : ''} its share.`
}
