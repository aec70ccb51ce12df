'use client'

import { useMutation } from '@tanstack/react-query'
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
import type { InstanceMenuProps } from './instance-row.tsx'
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
  const trigger = <InstanceMenuButton endpoint={instance.endpoint} reason={refusal} pending={isPending} />
  if (refusal !== null) return trigger
  return (
    <DropdownMenu defaultOpen={isWanted}>
      <DropdownMenuTrigger asChild>{trigger}</DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        <DropdownMenuItem onSelect={() => onAct('edit')}>Capacity and weight</DropdownMenuItem>
        {instance.out === null ? (
          <DropdownMenuItem onSelect={() => onAct('take out')}>Take out of rotation</DropdownMenuItem>
        ) : (
          <DropdownMenuItem onSelect={() => mutate({ moduleId: module.id, instanceId: instance.id })}>
            Put back into rotation
          </DropdownMenuItem>
        )}
        <DropdownMenuSeparator />
        <DropdownMenuItem destructive onSelect={() => onAct('remove')}>
          Deregister
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
