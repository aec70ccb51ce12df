'use client'

import { useMutation } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { useForm, useWatch } from 'react-hook-form'
import {
  type InstanceView,
  type ModuleView,
  type UpdateInstance,
  updateInstanceInput,
} from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { ImpactPanel } from '../impact/impact-panel.tsx'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { describeError } from '../ui/describe-error.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import { Input } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import { useSettled } from '../ui/use-settled.ts'
import { toFigure } from './module-form.ts'
import { strategyLooks } from './strategies.ts'
import { useModuleRefresh } from './use-modules.ts'

/** What is typed is looked up once it rests. */
const restMs = 300

interface Values {
  capacity: string
  weight: string
}

type Figures = Pick<InstanceView, 'capacity' | 'weight'>

/**
 * Changes how many calls an instance is given; what fewer at once would touch is shown while it is typed. When somebody else changed it meanwhile, theirs is shown beside what was typed,
 * and saving once more is on top of theirs.
 */
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
  const [was, setWas] = useState<Figures>({ capacity: instance.capacity, weight: instance.weight })
  const [isMet, setMet] = useState(false)
  const form = useForm<Values, unknown, UpdateInstance>({
    defaultValues: { capacity: String(instance.capacity), weight: String(instance.weight) },
    resolver: contractResolver<Values, UpdateInstance>(updateInstanceInput, ({ capacity, weight }) => ({
      moduleId: module.id,
      instanceId: instance.id,
      capacity: toFigure(capacity),
      weight: toFigure(weight),
      was,
    })),
  })
  const { mutate, error, isPending } = useMutation(
    trpc.instances.update.mutationOptions({
      onSuccess: () => {
        void refresh()
        notify.done('The instance is changed', { description: instance.endpoint })
        onClose()
      },
      onError: failure => {
        const present = presentOf(failure)
        setMet(present !== null)
        if (present) setWas(present)
        else showOnFields(failure, form.setError)
      },
    }),
  )
  const { errors } = form.formState
  const capacity = useSettled(toFigure(useWatch({ control: form.control, name: 'capacity' })), restMs)
  const weightHint =
    module.strategy === 'weighted'
      ? 'relative to the other instances'
      : `counts under the strategy Weighted; it is ${strategyLooks[module.strategy].label} now`
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent title="Change the instance" description={instance.endpoint}>
        <form noValidate onSubmit={form.handleSubmit(values => mutate(values))}>
          <DialogBody className="grid grid-cols-2 gap-4">
            {isMet ? <Met {...was} /> : null}
            <Field label="Capacity" hint="calls at once" error={errors.capacity?.message}>
              {control => (
                <Input {...control} {...form.register('capacity')} autoFocus inputMode="numeric" className="num" />
              )}
            </Field>
            <Field label="Weight" hint={weightHint} error={errors.weight?.message}>
              {control => <Input {...control} {...form.register('weight')} inputMode="decimal" className="num" />}
            </Field>
            {typeof capacity === 'number' && isLess(capacity, was.capacity) ? (
              <div className="col-span-2">
                <ImpactPanel
                  input={{ act: 'limit_instance', moduleId: module.id, instanceId: instance.id, limit: capacity }}
                />
              </div>
            ) : null}
            {error && !isMet && Object.keys(errors).length === 0 ? (
              <ErrorLine error={error} className="col-span-2" />
            ) : null}
          </DialogBody>
          <FormFooter pending={isPending}>{isMet ? 'Save mine on theirs' : 'Save'}</FormFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}

/** Whether it is a capacity that takes room away. */
function isLess(capacity: number, present: number): boolean {
  return Number.isInteger(capacity) && capacity > 0 && capacity < present
}

function Met({ capacity, weight }: Figures) {
  return (
    <p
      role="alert"
      className="num col-span-2 flex gap-2 rounded-md border border-warn-line bg-warn-soft px-2.5 py-2 text-warn-text"
    >
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      Somebody changed it while you were editing: capacity {capacity}, weight {weight}. Nothing of yours is saved yet.
    </p>
  )
}

/** The figures there are now, when the edit was made on others. */
function presentOf(failure: unknown): Figures | null {
  const { code, details } = describeError(failure)
  return code === 'VERSION_CONFLICT' ? ((details?.present as Figures | undefined) ?? null) : null
}
