'use client'

import { RotateCcw, Zap } from 'lucide-react'
import { useCallback, useDeferredValue, useMemo, useState } from 'react'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Button } from '../ui/button.tsx'
import { Card } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorLine, ErrorState } from '../ui/error-state.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { BreakerFilters } from './breaker-filters.tsx'
import { BreakerGrid } from './breaker-grid.tsx'
import { breakerKey, countByFilter, isInState, matchesBreakerText, sortBreakers } from './breaker-order.ts'
import { useBreakers } from './use-breakers.ts'
import { useBreakersSearch } from './use-breakers-search.ts'

const BreakerSheet = onDemand(() => import('./breaker-sheet.tsx').then(module => module.BreakerSheet))
const ResetAllDialog = onDemand(() => import('./reset-all-dialog.tsx').then(module => module.ResetAllDialog))

/** With more than this many the grid is the better view. */
const manyBreakers = 24

/** Every breaker of the fleet, live, worst first. */
export function BreakersPage() {
  const { breakers: newest, error, retry } = useBreakers()
  // A thousand of them are drawn in slices between which the page scrolls and answers.
  const breakers = useDeferredValue(newest)
  const { search, setSearch, isFiltered, clear } = useBreakersSearch()
  const [isResetting, setResetting] = useState(false)
  const refusal = useRefusal('operator')
  const all = useMemo(() => sortBreakers(breakers ?? []), [breakers])
  const matching = useMemo(
    () =>
      all.filter(
        breaker =>
          (search.module === '' || breaker.moduleId === search.module) && matchesBreakerText(breaker, search.q),
      ),
    [all, search.module, search.q],
  )
  const found = useMemo(() => matching.filter(breaker => isInState(breaker, search.state)), [matching, search.state])
  const view = search.view === 'auto' ? (matching.length > manyBreakers ? 'grid' : 'cards') : search.view
  const open = useCallback((key: string) => void setSearch({ open: key }), [setSearch])
  return (
    <>
      <PageHeader
        title="Breakers"
        description="One for each instance. An open one keeps calls away from what fails, and probes whether it is back."
        actions={
          <ActionButton
            reason={refusal ?? (all.length === 0 ? 'There is no breaker yet.' : null)}
            onClick={() => setResetting(true)}
          >
            <RotateCcw aria-hidden />
            Reset all
          </ActionButton>
        }
      />
      <BreakerFilters breakers={all} counts={countByFilter(matching)} view={view} />
      {error && breakers ? <ErrorLine error={error} className="mb-3" /> : null}
      {!breakers ? (
        error ? (
          <Card>
            <ErrorState title="The breakers could not be loaded" error={error} onRetry={retry} />
          </Card>
        ) : (
          <CardSkeletons />
        )
      ) : found.length === 0 ? (
        <Card>
          <NothingFound isFiltered={isFiltered} onClear={clear} />
        </Card>
      ) : (
        <BreakerGrid key={view} breakers={found} view={view} onOpen={open} />
      )}
      {breakers ? (
        <BreakerSheet
          open={search.open}
          breaker={breakers.find(breaker => breakerKey(breaker) === search.open)}
          onClose={() => void setSearch({ open: null })}
        />
      ) : null}
      {isResetting ? <ResetAllDialog counts={countByFilter(all)} onClose={() => setResetting(false)} /> : null}
    </>
  )
}

const cardColumns = 'grid grid-cols-[repeat(auto-fill,minmax(min(100%,17rem),1fr))] gap-3'

function CardSkeletons() {
  return (
    <div role="status" aria-label="Loading" className={cardColumns}>
      {Array.from({ length: 8 }, (_, index) => (
        <Skeleton key={index} className="h-59 rounded-lg" />
      ))}
    </div>
  )
}

function NothingFound({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  return isFiltered ? (
    <EmptyState icon={Zap} title="No breaker matches" actions={<Button onClick={onClear}>Clear the filters</Button>} />
  ) : (
    <EmptyState icon={Zap} title="No breakers yet" command="npm run demo">
      Every instance of a registered module gets one by itself. The example fleet registers some.
    </EmptyState>
  )
}
