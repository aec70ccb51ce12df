'use client'

import { useMutation } from '@tanstack/react-query'
import { Plus, Trash2 } from 'lucide-react'
import { useFieldArray, useForm } from 'react-hook-form'
import { type DeployModule, defaultDeploymentSteps, deployModuleInput } from '#server/contracts/deployments.ts'
import type { ModuleView } from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { Button } from '../ui/button.tsx'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { Field } from '../ui/field.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import { Input } from '../ui/input.tsx'
import { notify } from '../ui/notify.ts'
import { FieldConnectionTest } from './connection-test.tsx'
import { type DeployValues, fieldOfDeployment, toDeployment } from './deploy-form.ts'
import { useModuleRefresh } from './use-modules.ts'

const figures = [
  { name: 'steps', label: 'Steps', hint: 'percent of the calls, up to 100' },
  { name: 'minCalls', label: 'Calls per step', hint: 'of the new version, at least' },
  { name: 'minStepSeconds', label: 'Seconds per step', hint: 'at least' },
  { name: 'tolerancePercent', label: 'Tolerance (%)', hint: 'may fail more than the old one' },
] as const

/** Brings another version in: new instances join, take calls step by step, and the old ones leave. */
export function DeployDialog({ module, onClose }: { module: ModuleView; onClose: () => void }) {
  const trpc = useTRPC()
  const refresh = useModuleRefresh()
  const form = useForm<DeployValues, unknown, DeployModule>({
    defaultValues: {
      version: '',
      instances: [{ endpoint: '', capacity: String(module.instances[0]?.capacity ?? 10), weight: '1' }],
      steps: defaultDeploymentSteps.join(', '),
      minCalls: '20',
      minStepSeconds: '30',
      tolerancePercent: '5',
    },
    resolver: contractResolver<DeployValues, DeployModule>(
      deployModuleInput,
      values => toDeployment(module.id, values),
      fieldOfDeployment,
    ),
  })
  const { fields, append, remove } = useFieldArray({ control: form.control, name: 'instances' })
  const { mutate, error, isPending } = useMutation(
    trpc.modules.deploy.mutationOptions({
      onSuccess: ({ deployment }) => {
        void refresh()
        notify.done(`Version ${deployment?.version} is being deployed`, {
          description: 'Its instances get calls as soon as they are well.',
        })
        onClose()
      },
      onError: failure =>
        void showOnFields(failure, form.setError, fieldsOfRefusal(form.getValues()), fieldOfDeployment),
    }),
  )
  const { errors } = form.formState
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title={`Deploy another version of ${module.name}`}
        description={`Version ${module.version} runs now. The new one takes a part of the calls at each step, and stops by itself when it is unhealthy or fails more.`}
        className="max-w-2xl"
        onInteractOutside={event => form.formState.isDirty && event.preventDefault()}
      >
        <form noValidate onSubmit={form.handleSubmit(values => mutate(values))}>
          <DialogBody className="grid gap-5">
            <Field label="Version" error={errors.version?.message} className="max-w-60">
              {control => (
                <Input {...control} {...form.register('version')} autoFocus autoComplete="off" placeholder="2.0.0" />
              )}
            </Field>
            <fieldset className="grid gap-3">
              <legend className="mb-2 font-semibold">New instances</legend>
              {fields.map((field, index) => (
                <div key={field.id} className="grid grid-cols-[1fr_6rem_auto] items-start gap-2">
                  <Field label="Endpoint" error={errors.instances?.[index]?.endpoint?.message}>
                    {control => (
                      <Input
                        {...control}
                        {...form.register(`instances.${index}.endpoint`)}
                        autoComplete="off"
                        className="font-mono"
                        placeholder="http://127.0.0.1:8081"
                      />
                    )}
                  </Field>
                  <Field label="Capacity" error={errors.instances?.[index]?.capacity?.message}>
                    {control => (
                      <Input
                        {...control}
                        {...form.register(`instances.${index}.capacity`)}
                        inputMode="numeric"
                        className="num"
                      />
                    )}
                  </Field>
                  <Button
                    variant="ghost"
                    size="icon"
                    aria-label="Remove this instance"
                    className="mt-6.5"
                    disabled={fields.length === 1}
                    onClick={() => remove(index)}
                  >
                    <Trash2 aria-hidden />
                  </Button>
                  <FieldConnectionTest
                    control={form.control}
                    name={`instances.${index}.endpoint`}
                    className="col-span-full"
                  />
                </div>
              ))}
              <Button
                size="sm"
                className="justify-self-start"
                onClick={() => append({ endpoint: '', capacity: '10', weight: '1' })}
              >
                <Plus aria-hidden />
                Add an instance
              </Button>
            </fieldset>
            <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
              {figures.map(({ name, label, hint }) => (
                <Field key={name} label={label} hint={hint} error={errors[name]?.message}>
                  {control => <Input {...control} {...form.register(name)} className="num" autoComplete="off" />}
                </Field>
              ))}
            </div>
            {error && Object.keys(errors).length === 0 ? <ErrorLine error={error} /> : null}
          </DialogBody>
          <FormFooter pending={isPending}>Deploy</FormFooter>
        </form>
      </DialogContent>
    </Dialog>
  )
}

function fieldsOfRefusal({ instances }: DeployValues) {
  return (code: string, details: Record<string, unknown>): string[] => {
    if (details['field'] === 'version') return ['version']
    if (code !== 'INVALID_INPUT' && code !== 'INVALID_ENDPOINT' && code !== 'ADDRESS_NOT_ALLOWED') return []
    const { endpoint } = details
    const bare = (text: string) => text.trim().replace(/\/+$/, '')
    const index = instances.findIndex(each => typeof endpoint === 'string' && bare(each.endpoint) === bare(endpoint))
    return index === -1 && instances.length > 1 ? [] : [`instances[${Math.max(0, index)}].endpoint`]
  }
}
