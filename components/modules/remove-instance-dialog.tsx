'use client'

import { useMutation } from '@tanstack/react-query'
import type { InstanceView, ModuleView } from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { ImpactPanel } from '../impact/impact-panel.tsx'
import { useImpactPreview } from '../impact/use-impact-preview.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { AlertDialog, AlertDialogCancel, AlertDialogContent, AlertDialogFooter } from '../ui/alert-dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { plural } from '../ui/format.ts'
import { notify } from '../ui/notify.ts'
import { useModuleRefresh } from './use-modules.ts'

export interface RemoveInstanceDialogProps {
  module: ModuleView
  instance: InstanceView
  onClose: () => void
}

/** Asks before an instance is deregistered; says what is left of the module then, and what that touches. */
export function RemoveInstanceDialog({ module, instance, onClose }: RemoveInstanceDialogProps) {
  const trpc = useTRPC()
  const refresh = useModuleRefresh()
  const { mutate, error, isPending } = useMutation(
    trpc.instances.deregister.mutationOptions({
      onSuccess: () => {
        void refresh()
        notify.done(`${instance.endpoint} is deregistered`)
        onClose()
      },
    }),
  )
  const preview = { act: 'take_out_instance', moduleId: module.id, instanceId: instance.id } as const
  const { isPending: isLooking } = useImpactPreview(preview)
  const others = module.instances.length - 1
  const running = instance.inFlight > 0 ? `${plural(instance.inFlight, 'running call')} may still end. ` : ''
  const left = others === 0 ? 'It is the last one.' : `${plural(others, 'instance')} remain${others === 1 ? 's' : ''}.`
  return (
    <AlertDialog open onOpenChange={open => !open && onClose()}>
      <AlertDialogContent
        title={`Deregister ${instance.endpoint} from ${module.name}?`}
        description={`It is forgotten; to keep it for later, take it out of rotation instead. ${running}${left} You can add it again.`}
      >
        <div className="mt-4">
          <ImpactPanel input={preview} />
        </div>
        <ErrorLine error={error} className="mt-3" />
        <AlertDialogFooter>
          <AlertDialogCancel />
          <ActionButton
            variant="destructive"
            reason={isLooking ? 'What it touches is being looked up.' : null}
            pending={isPending}
            onClick={() => mutate({ moduleId: module.id, instanceId: instance.id })}
          >
            Deregister
          </ActionButton>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}
