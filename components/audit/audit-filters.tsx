'use client'

import { auditAreas } from '#server/contracts/audit-areas.ts'
import { SearchField } from '../layout/search-field.tsx'
import { Button } from '../ui/button.tsx'
import { Select } from '../ui/select.tsx'
import { TimeRangeField } from '../ui/time-range-field.tsx'
import { type ActorKind, actorKinds, actorNames, areaNames } from './audit-words.ts'
import { useAuditSearch, whileTyping } from './use-audit-search.ts'

const any = 'any'
const selectClasses = 'w-44 max-md:w-auto max-md:flex-1 max-md:basis-34'

/** Text, area, who and time; all of it is in the URL. */
export function AuditFilters() {
  const { search, setSearch, isFiltered, clear } = useAuditSearch()
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <SearchField
        label="Filter the acts"
        placeholder="Name, act, what it was done to, or reason"
        value={search.q}
        onChange={q => void setSearch({ q: q || null }, whileTyping)}
      />
      <Select
        aria-label="Area"
        value={search.area ?? any}
        onValueChange={value => void setSearch({ area: auditAreas.find(area => area === value) ?? null })}
        options={[
          { value: any, label: 'Every area' },
          ...auditAreas.map(area => ({ value: area, label: areaNames[area] })),
        ]}
        className={selectClasses}
      />
      <Select
        aria-label="Who"
        value={search.by ?? any}
        onValueChange={(value: ActorKind | typeof any) => void setSearch({ by: value === any ? null : value })}
        options={[
          { value: any, label: 'By anybody' },
          ...actorKinds.map(kind => ({ value: kind, label: actorNames[kind] })),
        ]}
        className={selectClasses}
      />
      <TimeRangeField label="When it was done" value={search} onChange={change => void setSearch(change)} />
      {isFiltered ? (
        <Button variant="ghost" onClick={clear}>
          Clear
        </Button>
      ) : null}
    </div>
  )
}
