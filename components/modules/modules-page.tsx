'use client'

import { Boxes, ListTree, Network, Plus, Route } from 'lucide-react'
import { useDeferredValue, useMemo, useState } from 'react'
import type { ModuleSummary } from '#server/contracts/modules.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Card, CardFooter } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { plural } from '../ui/format.ts'
import { NoMatch } from '../ui/no-match.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { Skeleton, SkeletonRows } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { ModuleFilters } from './module-filters.tsx'
import { filterModules, totalsOf } from './module-list.ts'
import { ModuleTotals } from './module-totals.tsx'
import { useModules } from './use-modules.ts'
import { useModulesSearch } from './use-modules-search.ts'

const graphHeight = 'h-[calc(100dvh-19rem)] min-h-100'
const ModuleGraph = onDemand(() => import('./module-graph.tsx').then(module => module.ModuleGraph), {
  placeholder: () => <Skeleton className={`${graphHeight} rounded-lg`} />,
  fetch: 'when shown',
})
const RoutingView = onDemand(() => import('./routing-view.tsx').then(module => module.RoutingView), {
  placeholder: () => <SkeletonRows rows={10} />,
  fetch: 'when shown',
})
// With the libraries for tables and long lists a tenth of the page; it comes while the list is asked for.
const ModuleTable = onDemand(() => import('./module-table.tsx').then(module => module.ModuleTable), {
  placeholder: () => <SkeletonRows rows={10} />,
})
const RegisterModuleDialog = onDemand(() =>
  import('./register-module-dialog.tsx').then(module => module.RegisterModuleDialog),
)

const none: readonly ModuleSummary[] = []

const views = [
  { value: 'list', label: 'List', icon: ListTree },
  { value: 'graph', label: 'Graph', icon: Network },
  { value: 'routing', label: 'Routing', icon: Route },
] as const

/** Every module of the fleet, as a list, as the graph of what needs what, or by how calls are routed to them. */
export function ModulesPage() {
  const { search, setSearch } = useModulesSearch()
  const refusal = useRefusal('operator')
  const [registering, setRegistering] = useState(false)
  const { data, error, refetch } = useModules()
  // A thousand of them are drawn in slices between which the page scrolls and answers.
  const modules = useDeferredValue(data?.items)
  const totals = useMemo(() => modules && totalsOf(modules), [modules])
  return (
    <>
      <PageHeader
        title="Modules"
        description="The services that do the work."
        actions={
          <>
            <SegmentedControl
              label="View"
              value={search.view}
              onValueChange={view => void setSearch({ view })}
              options={views}
            />
            <ActionButton variant="primary" reason={refusal} onClick={() => setRegistering(true)}>
              <Plus aria-hidden />
              Register
            </ActionButton>
          </>
        }
      />
      {modules ? <StaleLine error={error} /> : null}
      {error && !modules ? (
        <Card>
          <ErrorState title="The modules could not be loaded" error={error} onRetry={() => void refetch()} />
        </Card>
      ) : modules?.length === 0 ? (
        <Card>
          <EmptyState icon={Boxes} title="No module is registered yet" command="npm run demo">
            Register a service above, or start the control center with its example fleet.
          </EmptyState>
        </Card>
      ) : (
        <>
          <ModuleTotals totals={totals} />
          {search.view === 'graph' ? <ModuleGraph className={graphHeight} /> : null}
          {search.view === 'routing' ? <RoutingView modules={modules} /> : null}
          {search.view === 'list' ? <ModuleListing modules={modules} /> : null}
        </>
      )}
      {registering ? <RegisterModuleDialog onClose={() => setRegistering(false)} /> : null}
    </>
  )
}

function ModuleListing({ modules }: { modules: ModuleSummary[] | undefined }) {
  const { search, isFiltered, clear } = useModulesSearch()
  const { q, state, health, category, owner } = search
  const shown = useMemo(
    () => modules && filterModules(modules, { q, state, health, category, owner }),
    [modules, q, state, health, category, owner],
  )
  return (
    <>
      <ModuleFilters modules={modules ?? none} />
      <Card className="overflow-clip">
        {!shown ? (
          <SkeletonRows rows={10} />
        ) : shown.length > 0 ? (
          <>
            <ModuleTable modules={shown} />
            <CardFooter className="num">
              {isFiltered ? `${shown.length} of ` : ''}
              {plural(modules?.length ?? 0, 'module')}
            </CardFooter>
          </>
        ) : (
          <NoMatch icon={Boxes} title="No module matches" onClear={clear} />
        )}
      </Card>
    </>
  )
}
