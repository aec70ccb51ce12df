'use client'

import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { FormProvider, useForm } from 'react-hook-form'
import { type RegisterModule, registerModuleInput } from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import { notify } from '../ui/notify.ts'
import { FormSection } from './form-section.tsx'
import { emptyModule, fieldsOfModuleError, type ModuleFormValues, toRegistration } from './module-form.ts'
import { ModuleFormBasics } from './module-form-basics.tsx'
import { ModuleFormCapabilities } from './module-form-capabilities.tsx'
import { ModuleFormDependencies } from './module-form-dependencies.tsx'
import { ModuleFormInstances } from './module-form-instances.tsx'
import { ModuleFormPolicy } from './module-form-policy.tsx'
import { useModuleRefresh } from './use-modules.ts'

const resolver = contractResolver<ModuleFormValues, RegisterModule>(registerModuleInput, toRegistration)

/** Registers a service. What is wrong is said beside the field, and everything typed stays. */
export function RegisterModuleDialog({ onClose }: { onClose: () => void }) {
  const trpc = useTRPC()
  const router = useRouter()
  const refresh = useModuleRefresh()
  const form = useForm<ModuleFormValues, unknown, RegisterModule>({ defaultValues: emptyModule, resolver })
  const { mutate, error, isPending } = useMutation(
    trpc.modules.register.mutationOptions({
      onSuccess: module => {
        void refresh()
        notify.done(`${module.name} is registered`, {
          description: module.enabled
            ? 'It is enabled and being checked.'
            : (module.disabled?.reason ?? 'It is disabled.'),
        })
        onClose()
        router.push(`/modules/${module.id}`)
      },
      onError: failure => void showOnFields(failure, form.setError, fieldsOfModuleError(form.getValues())),
    }),
  )
  const isShownOnFields = Object.keys(form.formState.errors).length > 0
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title="Register a module"
        description="A service that answers over HTTP. It is enabled and checked at once."
        className="max-w-3xl"
        onInteractOutside={event => form.formState.isDirty && event.preventDefault()}
      >
        <FormProvider {...form}>
          <form noValidate onSubmit={form.handleSubmit(values => mutate(values))}>
            <DialogBody>
              <FormSection title="Identity">
                <ModuleFormBasics isNew />
              </FormSection>
              <FormSection title="Instances" note="Where it runs. Capacity is how many calls it can work on at once.">
                <ModuleFormInstances />
              </FormSection>
              <FormSection title="Capabilities" note="The task types it can run.">
                <ModuleFormCapabilities />
              </FormSection>
              <FormSection title="Dependencies">
                <ModuleFormDependencies ownId={null} />
              </FormSection>
              <FormSection title="Calls" note="The defaults suit most services.">
                <ModuleFormPolicy />
              </FormSection>
            </DialogBody>
            <FormFooter
              pending={isPending}
              aside={
                isShownOnFields ? (
                  <p className="text-bad-text text-xs">
                    Some fields need another look; what is wrong stands beside them.
                  </p>
                ) : error ? (
                  <ErrorLine error={error} />
                ) : null
              }
            >
              {isPending ? 'Registering' : 'Register'}
            </FormFooter>
          </form>
        </FormProvider>
      </DialogContent>
    </Dialog>
  )
}
