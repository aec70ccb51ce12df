'use client'

import { useMutation } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import type { z } from 'zod'
import { type ModuleView, registerInstanceInput } from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import { Input } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import { FieldConnectionTest } from './connection-test.tsx'
import { toFigure } from './module-form.ts'
import { useModuleRefresh } from './use-modules.ts'

interface Values {
  endpoint: string
  capacity: string
  weight: string
}

type RegisterInstance = z.output<typeof registerInstanceInput>

/** Adds a place where the module runs. */
export function AddInstanceDialog({ module, onClose }: { module: ModuleView; onClose: () => void }) {
  const trpc = useTRPC()
  const refresh = useModuleRefresh()
  const form = useForm<Values, unknown, RegisterInstance>({
    defaultValues: { endpoint: '', capacity: '10', weight: '1' },
    resolver: contractResolver<Values, RegisterInstance>(registerInstanceInput, ({ endpoint, capacity, weight }) => ({
      moduleId: module.id,
      endpoint: endpoint.trim(),
      capacity: toFigure(capacity),
      weight: toFigure(weight),
    })),
  })
  const { mutate, error, isPending } = useMutation(
    trpc.instances.register.mutationOptions({
      onSuccess: instance => {
        void refresh()
        notify.done(`${instance.endpoint} is added`, { description: 'It is checked now and may be given calls.' })
        onClose()
      },
      onError: failure => void showOnFields(failure, form.setError, fieldsOfInstanceError),
    }),
  )
  const { errors } = form.formState
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title={`Add an instance of ${module.name}`}
        description="One more place where it runs; it is checked at once."
      >
        <form noValidate onSubmit={form.handleSubmit(values => mutate(values))}>
          <DialogBody className="grid grid-cols-2 gap-4">
            <Field
              label="Endpoint"
              hint="The address in front of /process and /health."
              error={errors.endpoint?.message}
              className="col-span-2"
            >
              {control => (
                <Input
                  {...control}
                  {...form.register('endpoint')}
                  autoFocus
                  autoComplete="off"
                  className="font-mono"
                  placeholder="http://127.0.0.1:8080"
                />
              )}
            </Field>
            <FieldConnectionTest control={form.control} name="endpoint" className="col-span-2" />
            <Field label="Capacity" hint="calls at once" error={errors.capacity?.message}>
              {control => <Input {...control} {...form.register('capacity')} inputMode="numeric" className="num" />}
            </Field>
            <Field label="Weight" hint="for the strategy Weighted" error={errors.weight?.message}>
              {control => <Input {...control} {...form.register('weight')} inputMode="decimal" className="num" />}
            </Field>
            {error && Object.keys(errors).length === 0 ? <ErrorLine error={error} className="col-span-2" /> : null}
          </DialogBody>
          <FormFooter pending={isPending}>Add</FormFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}

function fieldsOfInstanceError(code: string): string[] {
  return code === 'INVALID_ENDPOINT' || code === 'ADDRESS_NOT_ALLOWED' || code === 'INVALID_INPUT' ? ['endpoint'] : []
}
