'use client'

import { Grid3x3, LayoutGrid } from 'lucide-react'
import { useMemo } from 'react'
import type { BreakerView } from '#server/contracts/breakers.ts'
import { SearchField } from '../layout/search-field.tsx'
import { ClearFilters } from '../ui/clear-filters.tsx'
import { FilterSelect } from '../ui/filter-select.tsx'
import { formatCount } from '../ui/format.ts'
import { SegmentedControl } from '../ui/segmented-control.tsx'
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

export interface BreakerFiltersProps {
  breakers: readonly BreakerView[]
  counts: Record<BreakerFilter, number>
  /** The layout in force, when `auto` has been resolved. */
  view: 'cards' | 'grid'
}

/** Text, module, state and layout; all of it is in the URL. */
export function BreakerFilters({ breakers, counts, view }: BreakerFiltersProps) {
  const { search, setSearch, isFiltered, clear } = useBreakersSearch()
  const modules = useMemo(() => modulesOf(breakers), [breakers])
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <SearchField
        label="Filter the breakers"
        placeholder="Module, address or failure"
        value={search.q}
        onChange={q => void setSearch({ q }, whileTyping)}
        className="md:max-w-72"
      />
      <FilterSelect
        label="Module"
        anyLabel="Every module"
        value={search.module || null}
        onValueChange={module => void setSearch({ module })}
        options={modules}
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
      <ClearFilters isFiltered={isFiltered} onClear={clear} />
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

/** The modules that have breakers, by name. */
function modulesOf(breakers: readonly BreakerView[]): { value: string; label: string }[] {
  const names = new Map(breakers.map(({ moduleId, moduleName }) => [moduleId, moduleName]))
  return [...names].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label))
}
