'use client'

import type { TaskStatus } from '#server/contracts/tasks.ts'
import { ModuleFilter } from '../data/module-filter.tsx'
import { TypeFilter } from '../data/type-filter.tsx'
import { SearchField } from '../layout/search-field.tsx'
import { ClearFilters } from '../ui/clear-filters.tsx'
import { FilterChips } from '../ui/filter-chips.tsx'
import { statusLook } from '../ui/status.ts'
import { TimeRangeField } from '../ui/time-range-field.tsx'
import { ViewMenu } from '../views/view-menu.tsx'
import { statusOrder } from './task-words.ts'
import { useTasksSearch, whileTyping } from './use-tasks-search.ts'

/** Text, type, module, time and status; all of it is in the URL. */
export function TaskFilters() {
  const { search, setSearch, isFiltered, clear } = useTasksSearch()
  return (
    <div className="mb-3 grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          label="Filter the tasks"
          placeholder='Type, beginning of an id, or {"data": 1}'
          value={search.q}
          onChange={q => void setSearch({ q: q || null }, whileTyping)}
        />
        <TypeFilter value={search.type} onChange={type => void setSearch({ type })} />
        <ModuleFilter value={search.module} onChange={module => void setSearch({ module })} />
        <TimeRangeField
          label="When the tasks were accepted"
          value={search}
          onChange={change => void setSearch(change)}
        />
        <ClearFilters isFiltered={isFiltered} onClear={clear} />
        <ViewMenu page="tasks" className="md:ml-auto" />
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

function toggled(chosen: readonly TaskStatus[], status: TaskStatus): TaskStatus[] | null {
  const next = statusOrder.filter(each => (each === status) !== chosen.includes(each))
  return next.length > 0 ? next : null
}
