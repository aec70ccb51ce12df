'use client'

import type { TaskStatus } from '#server/contracts/tasks.ts'
import { useFleetPulse } from '../data/use-dashboard.ts'
import { SearchField } from '../layout/search-field.tsx'
import { Button } from '../ui/button.tsx'
import { FilterChips } from '../ui/filter-chips.tsx'
import { Select } from '../ui/select.tsx'
import { statusLook } from '../ui/status.ts'
import { statusOrder } from './task-words.ts'
import { TimeRangeField } from './time-range-field.tsx'
import { useTasksSearch, whileTyping } from './use-tasks-search.ts'

const any = 'any'

/** Text, type, module, time and status; all of it is in the URL. */
export function TaskFilters() {
  const { search, setSearch, isFiltered, clear } = useTasksSearch()
  const modules = useFleetPulse()?.modules ?? []
  const types = [...new Set(modules.flatMap(module => module.capabilities.map(({ type }) => type)))].sort()
  return (
    <div className="mb-3 grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          label="Filter the tasks"
          placeholder="Text of a type, or the beginning of an id"
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
        <TimeRangeField
          label="When the tasks were accepted"
          value={search}
          onChange={change => void setSearch(change)}
        />
        {isFiltered ? (
          <Button variant="ghost" onClick={clear}>
            Clear
          </Button>
        ) : null}
      </div>
      <FilterChips
        label="Status"
        chips={statusOrder.map(status => ({
          key: status,
          label: statusLook('task', status).label,
          meaning: statusLook('task', status).meaning,
          chosen: search.status.includes(status),
          onToggle: () => void setSearch({ status: toggled(search.status, status) }),
        }))}
      />
    </div>
  )
}

const plain = (value: string) => ({ value, label: value })

/** What the URL asks for is on the list even when the fleet does not have it. */
function withChosen(options: { value: string; label: string }[], chosen: string) {
  return chosen === '' || options.some(({ value }) => value === chosen) ? options : [...options, plain(chosen)]
}

function toggled(chosen: readonly TaskStatus[], status: TaskStatus): TaskStatus[] | null {
  const next = statusOrder.filter(each => (each === status) !== chosen.includes(each))
  return next.length > 0 ? next : null
}
