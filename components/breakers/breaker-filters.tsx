'use client'

import { Grid3x3, LayoutGrid } from 'lucide-react'
import { useMemo } from 'react'
import type { BreakerView } from '#server/contracts/breakers.ts'
import { SearchField } from '../layout/search-field.tsx'
import { Button } from '../ui/button.tsx'
import { formatCount } from '../ui/format.ts'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { Select } from '../ui/select.tsx'
import { ViewMenu } from '../views/view-menu.tsx'
import { type BreakerFilter, breakerFilters } from './breaker-order.ts'
import { useBreakersSearch, whileTyping } from './use-breakers-search.ts'

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
  const options = useMemo(() => moduleOptions(breakers, search.module), [breakers, search.module])
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <SearchField
        label="Filter the breakers"
        placeholder="Module, address or failure"
        value={search.q}
        onChange={q => void setSearch({ q }, whileTyping)}
        className="md:max-w-72"
      />
      <Select
        aria-label="Module"
        value={search.module || anyModule}
        onValueChange={value => void setSearch({ module: value === anyModule ? null : value })}
        options={options}
        className="w-44 max-md:w-auto max-md:flex-1 max-md:basis-28"
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
        <Button variant="ghost" onClick={clear}>
          Clear
        </Button>
      ) : null}
      <ViewMenu page="breakers" className="md:ml-auto" />
      <SegmentedControl
        label="Layout"
        value={view}
        onValueChange={chosen => void setSearch({ view: chosen })}
        options={[
          { value: 'cards', label: 'Cards', icon: LayoutGrid },
          { value: 'grid', label: 'Grid', icon: Grid3x3 },
        ]}
      />
    </div>
  )
}

/** The modules that have breakers, by name, and the one that is chosen though it has none. */
function moduleOptions(breakers: readonly BreakerView[], chosen: string): { value: string; label: string }[] {
  const names = new Map(breakers.map(({ moduleId, moduleName }) => [moduleId, moduleName]))
  if (chosen !== '' && !names.has(chosen)) names.set(chosen, chosen)
  const options = [...names].map(([value, label]) => ({ value, label }))
  return [{ value: anyModule, label: 'Every module' }, ...options.sort((a, b) => a.label.localeCompare(b.label))]
}
