'use client'

import { ModuleFilter } from '../data/module-filter.tsx'
import { TypeFilter } from '../data/type-filter.tsx'
import { SearchField } from '../layout/search-field.tsx'
import { whileTyping } from '../tasks/use-tasks-search.ts'
import { ClearFilters } from '../ui/clear-filters.tsx'
import { FilterChips } from '../ui/filter-chips.tsx'
import { statusLook } from '../ui/status.ts'
import { TimeRangeField } from '../ui/time-range-field.tsx'
import { ViewMenu } from '../views/view-menu.tsx'
import { type StateChoice, stateChoices } from './letter-filter.ts'
import { useLettersSearch } from './use-letters-search.ts'

/** Text, type, module, time and state; all of it is in the URL. */
export function LetterFilters() {
  const { search, setSearch, isFiltered, clear } = useLettersSearch()
  return (
    <div className="mb-3 grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          label="Filter the dead letters"
          placeholder="Text of the error, or the beginning of an id"
          value={search.q}
          onChange={q => void setSearch({ q: q || null }, whileTyping)}
        />
        <TypeFilter value={search.type} onChange={type => void setSearch({ type })} />
        <ModuleFilter value={search.module} onChange={module => void setSearch({ module })} />
        <TimeRangeField label="When they failed" value={search} onChange={change => void setSearch(change)} />
        <ClearFilters isFiltered={isFiltered} onClear={clear} />
        <ViewMenu page="dead-letters" className="md:ml-auto" />
      </div>
      <FilterChips
        label="State"
        chips={stateChoices.map(state => ({
          key: state,
          ...chipLook(state),
          chosen: search.state === state,
          onToggle: () => void setSearch({ state }),
        }))}
      />
    </div>
  )
}

function chipLook(state: StateChoice): { label: string; meaning: string } {
  return state === 'all' ? { label: 'All', meaning: 'Whatever became of them.' } : statusLook('letter', state)
}
