'use client'

import type { TaskStatus } from '#server/contracts/tasks.ts'
import { TypeAndModuleSelects } from '../data/type-and-module-selects.tsx'
import { SearchField } from '../layout/search-field.tsx'
import { Button } from '../ui/button.tsx'
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
        <TypeAndModuleSelects value={search} onChange={change => void setSearch(change)} />
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
