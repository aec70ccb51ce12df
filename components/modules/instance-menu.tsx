'use client'

import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { useTRPC } from '../data/trpc.ts'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '../ui/dropdown-menu.tsx'
import { notify } from '../ui/notify.ts'
import { InstanceMenuButton } from './instance-menu-button.tsx'
import type { InstanceAct, InstanceMenuProps } from './instance-row.tsx'
import { useModuleRefresh } from './use-modules.ts'

/** What can be done with an instance. */
export function InstanceMenu({ module, instance, refusal, onAct, isWanted }: InstanceMenuProps) {
  const trpc = useTRPC()
  const refresh = useModuleRefresh()
  const { mutate, isPending } = useMutation(
    trpc.instances.putBack.mutationOptions({
      onSuccess: () => {
        void refresh()
        notify.done('The instance is back in rotation', { description: 'It takes its full share within 30 s.' })
      },
      onError: error => notify.failed('The instance could not be put back', error),
    }),
  )
  // Its dialog opens when the menu is gone: before, the menu would take the focus from the dialog's first field.
  const wanted = useRef<InstanceAct | null>(null)
  const want = (act: InstanceAct) => () => {
    wanted.current = act
  }
  const actOnWanted = () => {
    if (wanted.current !== null) onAct(wanted.current)
    wanted.current = null
  }
  const trigger = <InstanceMenuButton endpoint={instance.endpoint} reason={refusal} pending={isPending} />
  if (refusal !== null) return trigger
  return (
    <DropdownMenu defaultOpen={isWanted}>
      <DropdownMenuTrigger asChild>{trigger}</DropdownMenuTrigger>
      <DropdownMenuContent align="end" onCloseAutoFocus={actOnWanted}>
        <DropdownMenuItem onSelect={want('edit')}>Capacity and weight</DropdownMenuItem>
        {instance.out === null ? (
          <DropdownMenuItem onSelect={want('take out')}>Take out of rotation</DropdownMenuItem>
        ) : (
          <DropdownMenuItem onSelect={() => mutate({ moduleId: module.id, instanceId: instance.id })}>
            Put back into rotation
          </DropdownMenuItem>
        )}
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={want('remove')}>
          Deregister
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
