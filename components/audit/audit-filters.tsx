'use client'

import { auditAreas } from '#server/contracts/audit-areas.ts'
import { SearchField } from '../layout/search-field.tsx'
import { ClearFilters } from '../ui/clear-filters.tsx'
import { FilterSelect } from '../ui/filter-select.tsx'
import { TimeRangeField } from '../ui/time-range-field.tsx'
import { actorKinds, actorNames, areaNames } from './audit-words.ts'
import { useAuditSearch, whileTyping } from './use-audit-search.ts'

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
      <FilterSelect
        label="Area"
        anyLabel="Every area"
        value={search.area}
        onValueChange={area => void setSearch({ area })}
        options={auditAreas.map(area => ({ value: area, label: areaNames[area] }))}
      />
      <FilterSelect
        label="Who"
        anyLabel="By anybody"
        value={search.by}
        onValueChange={by => void setSearch({ by })}
        options={actorKinds.map(kind => ({ value: kind, label: actorNames[kind] }))}
      />
      <TimeRangeField label="When it was done" value={search} onChange={change => void setSearch(change)} />
      <ClearFilters isFiltered={isFiltered} onClear={clear} />
    </div>
  )
}
