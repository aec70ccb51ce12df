'use client'

import { Rows3 } from 'lucide-react'
import { useMemo } from 'react'
import type { HealthState, ModuleSummary } from '#server/contracts/modules.ts'
import { SearchField } from '../layout/search-field.tsx'
import { Button } from '../ui/button.tsx'
import { ClearFilters } from '../ui/clear-filters.tsx'
import { FilterChips } from '../ui/filter-chips.tsx'
import { FilterSelect } from '../ui/filter-select.tsx'
import { statusLook } from '../ui/status.ts'
import { ViewMenu } from '../views/view-menu.tsx'
import { countCategories, countOwners, enablements, healthOrder, totalsOf } from './module-list.ts'
import { useModulesSearch } from './use-modules-search.ts'

/** Text, category, owner, state and health; all of it is in the URL. */
export function ModuleFilters({ modules }: { modules: readonly ModuleSummary[] }) {
  const { search, setSearch, isFiltered, clear } = useModulesSearch()
  const { totals, categories, owners } = useMemo(
    () => ({ totals: totalsOf(modules), categories: countCategories(modules), owners: countOwners(modules) }),
    [modules],
  )
  return (
    <div className="mb-3 grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          label="Filter the modules"
          placeholder="Name, id, owner or task type"
          value={search.q}
          onChange={q => void setSearch({ q: q || null })}
        />
        <FilterSelect
          label="Category"
          anyLabel="Every category"
          value={search.category}
          onValueChange={category => void setSearch({ category })}
          options={categories.map(({ category, count }) => ({ value: category, label: `${category} (${count})` }))}
        />
        {owners.length > 0 || search.owner !== null ? (
          <FilterSelect
            label="Owner"
            anyLabel="Every owner"
            value={search.owner}
            onValueChange={owner => void setSearch({ owner })}
            options={owners.map(({ owner, count }) => ({ value: owner, label: `${owner} (${count})` }))}
          />
        ) : null}
        <Button
          aria-pressed={search.grouped}
          className="aria-pressed:border-primary-line aria-pressed:bg-primary-soft aria-pressed:text-primary-text"
          onClick={() => void setSearch({ grouped: search.grouped ? null : true })}
        >
          <Rows3 aria-hidden />
          By category
        </Button>
        <ClearFilters isFiltered={isFiltered} onClear={clear} />
        <ViewMenu page="modules" className="md:ml-auto" />
      </div>
      <FilterChips
        label="State and health"
        chips={[
          ...enablements.map(state => ({
            key: state,
            label: statusLook('enablement', state).label,
            count: totals[state],
            chosen: search.state === state,
            onToggle: () => void setSearch({ state: search.state === state ? null : state }),
          })),
          ...healthOrder.map(health => ({
            key: health,
            label: statusLook('health', health).label,
            count: totals.byHealth[health],
            chosen: search.health.includes(health),
            onToggle: () => void setSearch({ health: toggled(search.health, health) }),
          })),
        ]}
      />
    </div>
  )
}

function toggled(chosen: readonly HealthState[], health: HealthState): HealthState[] | null {
  const next = healthOrder.filter(each => (each === health) !== chosen.includes(each))
  return next.length > 0 ? next : null
}
