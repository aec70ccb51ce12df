'use client'

import { X } from 'lucide-react'
import { ModuleFilter } from '../data/module-filter.tsx'
import { SearchField } from '../layout/search-field.tsx'
import { Button } from '../ui/button.tsx'
import { ClearFilters } from '../ui/clear-filters.tsx'
import { FilterChips } from '../ui/filter-chips.tsx'
import { TimeRangeField } from '../ui/time-range-field.tsx'
import { ViewMenu } from '../views/view-menu.tsx'
import { type EventGroup, eventGroupLooks, eventGroups } from './event-groups.ts'
import { readFilterText } from './read-filter-text.ts'
import { useEventsSearch, whileTyping } from './use-events-search.ts'

/** Text, module, time, task and groups of types; all of it is in the URL. */
export function EventFilters() {
  const { search, setSearch, isFiltered, clear } = useEventsSearch()
  const toggle = (group: EventGroup) => {
    const show = eventGroups.filter(each => (each === group) !== search.show.includes(each))
    void setSearch({ show: show.length > 0 ? show : null })
  }
  return (
    <div className="mb-3 grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          label="Filter the events"
          placeholder="Text in an event, or the id of a task"
          value={search.q}
          onChange={text => void setSearch(readFilterText(text), whileTyping)}
        />
        <ModuleFilter value={search.module} onChange={module => void setSearch({ module })} />
        <TimeRangeField label="When it happened" value={search} onChange={change => void setSearch(change)} />
        {search.task ? (
          <Button
            onClick={() => void setSearch({ task: null })}
            aria-label={`Task …${search.task.slice(-6)}: remove this filter`}
            title={`Task ${search.task}`}
          >
            <span className="font-mono text-xs">Task …{search.task.slice(-6)}</span>
            <X aria-hidden />
          </Button>
        ) : null}
        <ClearFilters isFiltered={isFiltered} onClear={clear} />
        <ViewMenu page="events" className="md:ml-auto" />
      </div>
      <FilterChips
        label="Kinds of events"
        chips={eventGroups.map(group => ({
          key: group,
          ...eventGroupLooks[group],
          chosen: search.show.includes(group),
          onToggle: () => toggle(group),
        }))}
      />
    </div>
  )
}
