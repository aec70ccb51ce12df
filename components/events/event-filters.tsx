'use client'

import { Search, X } from 'lucide-react'
import { useRef } from 'react'
import { useFleetPulse } from '../data/use-dashboard.ts'
import { useShortcuts } from '../layout/shortcuts.ts'
import { Button } from '../ui/button.tsx'
import { cn } from '../ui/cn.ts'
import { Input } from '../ui/input.tsx'
import { Kbd } from '../ui/kbd.tsx'
import { Select } from '../ui/select.tsx'
import { type EventGroup, eventGroupLooks, eventGroups } from './event-groups.ts'
import { readFilterText } from './read-filter-text.ts'
import { useEventsSearch } from './use-events-search.ts'

const anyModule = 'any'

/** Text, module, task and groups of types; all of it is in the URL. */
export function EventFilters() {
  const { search, setSearch, isFiltered, clear } = useEventsSearch()
  const input = useRef<HTMLInputElement>(null)
  const modules = useFleetPulse()?.modules ?? []
  useShortcuts([{ keys: '/', description: 'Filter the events', group: 'This page', run: () => input.current?.focus() }])
  const known = modules.some(module => module.id === search.module)
  const options = [
    { value: anyModule, label: 'Every module' },
    ...modules.map(({ id, name }) => ({ value: id, label: name })),
    ...(search.module && !known ? [{ value: search.module, label: search.module }] : []),
  ]
  return (
    <div className="mb-3 grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <div className="relative min-w-0 flex-1 basis-40 md:max-w-96">
          <Search
            aria-hidden
            className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-faint-foreground"
          />
          <Input
            ref={input}
            type="search"
            aria-label="Filter the events"
            placeholder="Text in an event, or the id of a task"
            value={search.q}
            maxLength={200}
            onChange={event => void setSearch(readFilterText(event.target.value))}
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
        {search.task ? (
          <Button size="sm" onClick={() => void setSearch({ task: null })} title={`Task ${search.task}`}>
            Task …{search.task.slice(-6)}
            <X aria-label="Remove this filter" />
          </Button>
        ) : null}
        {isFiltered ? (
          <Button variant="ghost" size="sm" onClick={clear}>
            Clear
          </Button>
        ) : null}
      </div>
      <GroupChips chosen={search.show} onChange={show => void setSearch({ show: show.length > 0 ? show : null })} />
    </div>
  )
}

interface GroupChipsProps {
  chosen: readonly EventGroup[]
  onChange: (groups: EventGroup[]) => void
}

function GroupChips({ chosen, onChange }: GroupChipsProps) {
  const toggle = (group: EventGroup) => onChange(eventGroups.filter(each => (each === group) !== chosen.includes(each)))
  return (
    <div
      role="group"
      aria-label="Kinds of events"
      className="-mx-4 flex gap-1.5 overflow-x-auto px-4 [scrollbar-width:none] md:mx-0 md:flex-wrap md:px-0"
    >
      {eventGroups.map(group => {
        const { label, meaning } = eventGroupLooks[group]
        const isChosen = chosen.includes(group)
        return (
          <button
            key={group}
            type="button"
            aria-pressed={isChosen}
            title={meaning}
            onClick={() => toggle(group)}
            className={cn(
              'inline-flex h-7 shrink-0 items-center rounded-md border px-2.5 font-medium text-xs transition-colors max-md:h-8',
              isChosen
                ? 'border-primary-line bg-primary-soft text-primary-text'
                : 'border-border text-muted-foreground hover:bg-accent hover:text-foreground',
            )}
          >
            {label}
          </button>
        )
      })}
    </div>
  )
}
