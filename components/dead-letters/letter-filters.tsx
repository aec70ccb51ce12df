'use client'

import { useFleetPulse } from '../data/use-dashboard.ts'
import { SearchField } from '../layout/search-field.tsx'
import { TimeRangeField } from '../tasks/time-range-field.tsx'
import { whileTyping } from '../tasks/use-tasks-search.ts'
import { Button } from '../ui/button.tsx'
import { FilterChips } from '../ui/filter-chips.tsx'
import { Select } from '../ui/select.tsx'
import { statusLook } from '../ui/status.ts'
import { type StateChoice, stateChoices } from './letter-filter.ts'
import { useLettersSearch } from './use-letters-search.ts'

const any = 'any'
const plain = (value: string) => ({ value, label: value })

/** Text, type, module, time and state; all of it is in the URL. */
export function LetterFilters() {
  const { search, setSearch, isFiltered, clear } = useLettersSearch()
  const modules = useFleetPulse()?.modules ?? []
  const types = [...new Set(modules.flatMap(module => module.capabilities.map(({ type }) => type)))].sort()
  return (
    <div className="mb-3 grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          label="Filter the dead letters"
          placeholder="Text of the error, or the beginning of an id"
          value={search.q}
          onChange={q => void setSearch({ q: q || null }, whileTyping)}
        />
        <Select
          aria-label="Type"
          value={search.type || any}
          onValueChange={type => void setSearch({ type: type === any ? null : type })}
          options={[{ value: any, label: 'Every type' }, ...withChosen(types.map(plain), search.type)]}
          className="w-44 max-md:w-auto max-md:flex-1 max-md:basis-28"
        />
        <Select
          aria-label="Module"
          value={search.module || any}
          onValueChange={module => void setSearch({ module: module === any ? null : module })}
          options={[
            { value: any, label: 'Every module' },
            ...withChosen(
              modules.map(({ id, name }) => ({ value: id, label: name })),
              search.module,
            ),
          ]}
          className="w-44 max-md:w-auto max-md:flex-1 max-md:basis-28"
        />
        <TimeRangeField label="When they failed" value={search} onChange={change => void setSearch(change)} />
        {isFiltered ? (
          <Button variant="ghost" onClick={clear}>
            Clear
          </Button>
        ) : null}
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

/** What the URL asks for is on the list even when the fleet does not have it. */
function withChosen(options: { value: string; label: string }[], chosen: string) {
  return chosen === '' || options.some(({ value }) => value === chosen) ? options : [...options, plain(chosen)]
}
