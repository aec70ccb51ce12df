'use client'

import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { useController } from 'react-hook-form'
import { useTRPC } from '../data/trpc.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Select } from '../ui/select.tsx'
import type { ModuleFormValues } from './module-form.ts'

/** The modules it needs: chosen from those there are. */
export function ModuleFormDependencies({ ownId }: { ownId: string | null }) {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.modules.list.queryOptions({}))
  const { field, fieldState } = useController<ModuleFormValues, 'dependsOn'>({ name: 'dependsOn' })
  const chosen = field.value
  const others = (data?.items ?? []).filter(({ id }) => id !== ownId && !chosen.includes(id))
  return (
    <Field
      label="Needs"
      optional
      error={fieldState.error?.message}
      hint="It can be enabled only while these are; they cannot be disabled while it is."
    >
      {control => (
        <div className="grid gap-2">
          {chosen.length > 0 ? (
            <ul className="flex flex-wrap gap-1.5">
              {chosen.map(id => (
                <li key={id}>
                  <Button
                    size="sm"
                    className="font-mono"
                    onClick={() => field.onChange(chosen.filter(each => each !== id))}
                  >
                    {id}
                    <X aria-label="Remove" />
                  </Button>
                </li>
              ))}
            </ul>
          ) : null}
          <Select
            {...control}
            ref={field.ref}
            value={undefined}
            placeholder={others.length > 0 ? 'Add a module' : 'No other module'}
            onValueChange={id => field.onChange([...chosen, id])}
            options={others.map(({ id, name }) => ({ value: id, label: `${name} (${id})` }))}
            disabled={others.length === 0}
          />
        </div>
      )}
    </Field>
  )
}
