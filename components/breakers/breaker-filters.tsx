'use client'

import { Grid3x3, LayoutGrid, Search } from 'lucide-react'
import { useRef } from 'react'
import type { BreakerView } from '#server/contracts/breakers.ts'
import { useShortcuts } from '../layout/shortcuts.ts'
import { Button } from '../ui/button.tsx'
import { formatCount } from '../ui/format.ts'
import { Input } from '../ui/input.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { Select } from '../ui/select.tsx'
import { type BreakerFilter, breakerFilters } from './breaker-order.ts'
import { useBreakersSearch } from './use-breakers-search.ts'

const filterLabels: Record<BreakerFilter, string> = {
  any: 'All',
  open: 'Open',
  half_open: 'Half-open',
  closed: 'Closed',
  held: 'Held',
}
const anyModule = 'any'

export interface BreakerFiltersProps {
  breakers: readonly BreakerView[]
  counts: Record<BreakerFilter, number>
  /** The layout in force, when `auto` has been resolved. */
  view: 'cards' | 'grid'
}

/** Text, module, state and layout; all of it is in the URL. */
export function BreakerFilters({ breakers, counts, view }: BreakerFiltersProps) {
  const { search, setSearch, isFiltered, clear } = useBreakersSearch()
  const input = useRef<HTMLInputElement>(null)
  useShortcuts([
    { keys: '/', description: 'Filter the breakers', group: 'This page', run: () => input.current?.focus() },
  ])
  const modules = [...new Map(breakers.map(({ moduleId, moduleName }) => [moduleId, moduleName]))]
  if (search.module && !modules.some(([id]) => id === search.module)) modules.push([search.module, search.module])
  const options = [
    { value: anyModule, label: 'Every module' },
    ...modules.map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label)),
  ]
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <div className="relative min-w-0 flex-1 basis-40 md:max-w-72">
        <Search
          aria-hidden
          className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-faint-foreground"
        />
        <Input
          ref={input}
          type="search"
          aria-label="Filter the breakers"
          placeholder="Module, address or failure"
          value={search.q}
          maxLength={200}
          onChange={event => void setSearch({ q: event.target.value })}
          onKeyDown={event => event.key === 'Escape' && event.currentTarget.blur()}
          className="pr-8 pl-8 [&::-webkit-search-cancel-button]:hidden"
        />
        <Kbd keys="/" className="absolute top-1/2 right-2 -translate-y-1/2 max-md:hidden" />
      </div>
      <Select
        aria-label="Module"
        value={search.module || anyModule}
        onValueChange={value => void setSearch({ module: value === anyModule ? null : value })}
        options={options}
        className="w-44 max-md:w-36 max-md:shrink-0"
      />
      <SegmentedControl
        label="State"
        value={search.state}
        onValueChange={state => void setSearch({ state })}
        className="max-w-full overflow-x-auto [scrollbar-width:none] [&_button]:shrink-0 [&_button]:whitespace-nowrap"
        options={breakerFilters.map(value => ({
          value,
          label: (
            <>
              {filterLabels[value]} <span className="num text-faint-foreground">{formatCount(counts[value])}</span>
            </>
          ),
        }))}
      />
      {isFiltered ? (
        <Button variant="ghost" size="sm" onClick={clear}>
          Clear
        </Button>
      ) : null}
      <SegmentedControl
        label="Layout"
        value={view}
        onValueChange={chosen => void setSearch({ view: chosen })}
        className="ml-auto"
        options={[
          { value: 'cards', label: 'Cards', icon: LayoutGrid },
          { value: 'grid', label: 'Grid', icon: Grid3x3 },
        ]}
      />
    </div>
  )
}
