'use client'

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { FormProvider, useForm } from 'react-hook-form'
import { type ModuleView, type UpdateModule, updateModuleInput } from '#server/contracts/modules.ts'
import { useTRPC } from '../data/trpc.ts'
import { contractResolver, showOnFields } from '../ui/contract-form.ts'
import { describeError } from '../ui/describe-error.ts'
import { Dialog, DialogBody, DialogContent } from '../ui/dialog.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { FormFooter } from '../ui/form-footer.tsx'
import { notify } from '../ui/notify.ts'
import { changesOf, configOfModule } from './config-edit.ts'
import { EditConflict, type MetEdit } from './edit-conflict.tsx'
import { FormSection } from './form-section.tsx'
import { fieldsOfModuleError, type ModuleFormValues, toConfiguration, valuesOfModule } from './module-form.ts'
import { ModuleFormBasics } from './module-form-basics.tsx'
import { ModuleFormCapabilities } from './module-form-capabilities.tsx'
import { ModuleFormDependencies } from './module-form-dependencies.tsx'
import { ModuleFormPolicy } from './module-form-policy.tsx'
import { useModuleRefresh } from './use-modules.ts'

/** Edits a module's configuration. When somebody else changed it meanwhile, shows both edits and lets one choose. */
export function EditModuleDialog({ module, onClose }: { module: ModuleView; onClose: () => void }) {
  const trpc = useTRPC()
  const refresh = useModuleRefresh()
  // What the edit is made on stays as it was when the dialog opened, however the page moves on.
  const [base] = useState(() => ({
    version: module.configVersion,
    config: configOfModule(module),
    values: valuesOfModule(module),
  }))
  const [met, setMet] = useState<MetEdit | null>(null)
  const form = useForm<ModuleFormValues, unknown, UpdateModule>({
    defaultValues: base.values,
    resolver: contractResolver<ModuleFormValues, UpdateModule>(updateModuleInput, values => ({
      id: module.id,
      configVersion: base.version,
      ...toConfiguration(values),
    })),
  })
  const { mutate, error, isPending } = useMutation(
    trpc.modules.update.mutationOptions({
      onSuccess: ({ configVersion }) => {
        void refresh()
        notify.done(`${module.name} is changed`, { description: `Its configuration is now version ${configVersion}.` })
        onClose()
      },
    }),
  )
  const send = (edit: MetEdit['edit']) =>
    mutate(edit, {
      onError: failure => {
        const { code, details } = describeError(failure)
        if (code === 'VERSION_CONFLICT') setMet(readMetEdit(details, edit))
        else showOnFields(failure, form.setError, fieldsOfModuleError(form.getValues()))
      },
    })
  const save = (edit: UpdateModule) => {
    const changes = changesOf(base.config, edit)
    if (Object.keys(changes).length === 0) onClose()
    else send({ id: module.id, configVersion: base.version, ...changes })
  }
  const isShownOnFields = Object.keys(form.formState.errors).length > 0
  return (
    <Dialog open onOpenChange={open => !open && onClose()}>
      <DialogContent
        title={`Edit ${module.name}`}
        description={`Version ${base.version} of its configuration. Work in flight keeps what it started with.`}
        className="max-w-3xl"
        onInteractOutside={event => form.formState.isDirty && event.preventDefault()}
      >
        {met ? (
          <EditConflict
            base={base.config}
            met={met}
            pending={isPending}
            error={error && describeError(error).code !== 'VERSION_CONFLICT' ? error : null}
            onOverwrite={() => send({ ...met.edit, configVersion: met.version })}
            onDrop={onClose}
          />
        ) : (
          <FormProvider {...form}>
            <form noValidate onSubmit={form.handleSubmit(save)}>
              <DialogBody>
                <FormSection title="Identity">
                  <ModuleFormBasics isNew={false} />
                </FormSection>
                <FormSection title="Calls">
                  <ModuleFormPolicy />
                </FormSection>
                <FormSection title="Dependencies">
                  <ModuleFormDependencies ownId={module.id} />
                </FormSection>
                <FormSection title="Capabilities" note="The task types it can run.">
                  <ModuleFormCapabilities />
                </FormSection>
              </DialogBody>
              <FormFooter
                pending={isPending}
                reason={form.formState.isDirty ? null : 'Nothing is changed yet.'}
                aside={error && !isShownOnFields ? <ErrorLine error={error} /> : null}
              >
                {isPending ? 'Saving' : 'Save'}
              </FormFooter>
            </form>
          </FormProvider>
        )}
      </DialogContent>
    </Dialog>
  )
}

function readMetEdit(details: Record<string, unknown> | null, edit: MetEdit['edit']): MetEdit {
  const { configVersion, present } = details ?? {}
  return {
    edit,
    version: typeof configVersion === 'number' ? configVersion : edit.configVersion,
    present: typeof present === 'object' && present !== null ? (present as Record<string, unknown>) : {},
  }
}
