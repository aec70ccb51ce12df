'use client'

import { useMutation } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import {
  type InstanceView,
  type ModuleView,
  type UpdateInstance,
  updateInstanceInput,
} from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { Dialog, DialogBody, DialogClose, DialogContent, DialogFooter } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { Input } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import { toFigure } from './module-form.ts'
import { strategyLooks } from './strategies.ts'
import { useModuleRefresh } from './use-modules.ts'

interface Values {
  capacity: string
  weight: string
}

/** Changes how many calls an instance is given. */
export function EditInstanceDialog({
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
  const form = useForm<Values, unknown, UpdateInstance>({
    defaultValues: { capacity: String(instance.capacity), weight: String(instance.weight) },
    resolver: contractResolver<Values, UpdateInstance>(updateInstanceInput, ({ capacity, weight }) => ({
      moduleId: module.id,
      instanceId: instance.id,
      capacity: toFigure(capacity),
      weight: toFigure(weight),
    })),
  })
  const { mutate, error, isPending } = useMutation(
    trpc.instances.update.mutationOptions({
      onSuccess: () => {
        void refresh()
        notify.done('The instance is changed', { description: instance.endpoint })
        onClose()
      },
      onError: failure => void showOnFields(failure, form.setError),
    }),
  )
  const { errors } = form.formState
  const weightHint =
    module.strategy === 'weighted'
      ? 'relative to the other instances'
      : `counts under the strategy Weighted; it is ${strategyLooks[module.strategy].label} now`
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent title="Change the instance" description={instance.endpoint}>
        <form noValidate onSubmit={form.handleSubmit(values => mutate(values))}>
          <DialogBody className="grid grid-cols-2 gap-4">
            <Field label="Capacity" hint="calls at once" error={errors.capacity?.message}>
              {control => (
                <Input {...control} {...form.register('capacity')} autoFocus inputMode="numeric" className="num" />
              )}
            </Field>
            <Field label="Weight" hint={weightHint} error={errors.weight?.message}>
              {control => <Input {...control} {...form.register('weight')} inputMode="decimal" className="num" />}
            </Field>
            {error && Object.keys(errors).length === 0 ? <ErrorLine error={error} className="col-span-2" /> : null}
          </DialogBody>
          <DialogFooter>
            <DialogClose asChild>
              <Button>Cancel</Button>
            </DialogClose>
            <ActionButton type="submit" variant="primary" pending={isPending}>
              Save
            </ActionButton>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}
