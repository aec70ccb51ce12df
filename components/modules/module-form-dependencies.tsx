'use client'

import { useController } from 'react-hook-form'
import { Field } from '../ui/field.tsx'
import { ModuleChooser } from './module-chooser.tsx'
import type { ModuleFormValues } from './module-form.ts'

/** The modules it needs: chosen from those there are. */
export function ModuleFormDependencies({ ownId }: { ownId: string | null }) {
  const { field, fieldState } = useController<ModuleFormValues, 'dependsOn'>({ name: 'dependsOn' })
  return (
    <Field
      label="Needs"
      optional
      error={fieldState.error?.message}
      hint="It can be enabled only while these are; they cannot be disabled while it is."
    >
      {control => (
        <ModuleChooser
          {...control}
          ref={field.ref}
          chosen={field.value}
          onChange={chosen => field.onChange(chosen)}
          ownId={ownId}
        />
      )}
    </Field>
  )
}
