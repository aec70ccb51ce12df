'use client'

import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import type { Ref } from 'react'
import { useTRPC } from '../data/trpc.ts'
import { Button } from '../ui/button.tsx'
import { Select } from '../ui/select.tsx'

export interface ModuleChooserProps {
  /** Ids of modules. */
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
  /** The module that cannot be chosen, because it is the one that chooses. */
  ownId: string | null
  /** Of the field it stands in. */
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
  ref?: Ref<HTMLButtonElement>
}

/** Some modules of those there are. */
export function ModuleChooser({ chosen, onChange, ownId, ...control }: ModuleChooserProps) {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.modules.list.queryOptions({}))
  const others = (data?.items ?? []).filter(({ id }) => id !== ownId && !chosen.includes(id))
  return (
    <div className="grid gap-2">
      {chosen.length > 0 ? (
        <ul className="flex flex-wrap gap-1.5">
          {chosen.map(id => (
            <li key={id}>
              <Button size="sm" className="font-mono" onClick={() => onChange(chosen.filter(each => each !== id))}>
                {id}
                <X aria-label="Remove" />
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
      <Select
        {...control}
        value={undefined}
        placeholder={others.length > 0 ? 'Add a module' : 'No other module'}
        onValueChange={id => onChange([...chosen, id])}
        options={others.map(({ id, name }) => ({ value: id, label: `${name} (${id})` }))}
        disabled={others.length === 0}
      />
    </div>
  )
}
