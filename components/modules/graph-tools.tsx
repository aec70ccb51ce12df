'use client'

import { ChevronsDownUp, ChevronsUpDown, Search, X } from 'lucide-react'
import { useId, useState } from 'react'
import type { ModuleGraph } from '#server/contracts/modules.ts'
import { Button } from '../ui/button.tsx'
import { plural } from '../ui/format.ts'
import { Input } from '../ui/input.tsx'
import type { Folds } from './module-graph.tsx'

interface GraphToolsProps {
  modules: ModuleGraph['nodes']
  /** The module that is looked at. */
  focus: string | null
  onFocus: (id: string | null) => void
  folds: Folds
}

/** Finds a module in the graph, and folds categories. */
export function GraphTools({ modules, focus, onFocus, folds }: GraphToolsProps) {
  const [text, setText] = useState(() => modules.find(({ id }) => id === focus)?.name ?? focus ?? '')
  const list = useId()
  const find = (wanted: string) => {
    setText(wanted)
    const lower = wanted.trim().toLowerCase()
    const hit = modules.find(({ id, name }) => id === lower || name.toLowerCase() === lower)
    const only = lower === '' ? [] : modules.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(lower))
    const found = hit ?? (only.length === 1 ? only[0] : undefined)
    onFocus(found?.id ?? null)
    if (found && folds.isFolded(found.category)) folds.toggle(found.category)
  }
  const { categories, unfolded } = folds
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <div className="relative w-64 max-sm:w-full">
        <Search aria-hidden className="absolute top-2 left-2.5 size-4 text-faint-foreground" />
        <Input
          aria-label="Find a module in the graph"
          placeholder="Find a module"
          list={list}
          value={text}
          className="pl-8"
          onChange={event => find(event.target.value)}
        />
        <datalist id={list}>
          {modules.map(({ id, name }) => (
            <option key={id} value={name}>
              {id}
            </option>
          ))}
        </datalist>
      </div>
      {focus ? (
        <Button variant="ghost" onClick={() => find('')}>
          <X aria-hidden />
          Show all alike
        </Button>
      ) : null}
      <span className="num ml-auto text-muted-foreground text-xs max-sm:mr-auto max-sm:ml-0 max-sm:w-full">
        {plural(modules.length, 'module')}, {unfolded.length} of {plural(categories.length, 'category', 'categories')}{' '}
        unfolded
      </span>
      <Button size="sm" disabled={unfolded.length === categories.length} onClick={folds.unfoldAll}>
        <ChevronsUpDown aria-hidden />
        Unfold all
      </Button>
      <Button size="sm" disabled={unfolded.length === 0} onClick={folds.foldAll}>
        <ChevronsDownUp aria-hidden />
        Fold all
      </Button>
    </div>
  )
}
