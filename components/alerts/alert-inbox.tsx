'use client'

import { BellOff, BellRing, Check } from 'lucide-react'
import { useState } from 'react'
import { alertSeverities, alertStates } from '#server/contracts/alert-words.ts'
import type { AlertState, AlertStats, AlertView } from '#server/contracts/alerts.ts'
import { ModuleFilter } from '../data/module-filter.tsx'
import { useRefusal } from '../data/viewer.tsx'
import { SearchField } from '../layout/search-field.tsx'
import { useListKeys } from '../layout/use-list-keys.ts'
import { ActionButton } from '../ui/action-button.tsx'
import { Card } from '../ui/card.tsx'
import { ClearFilters } from '../ui/clear-filters.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { FilterChips } from '../ui/filter-chips.tsx'
import { FilterSelect } from '../ui/filter-select.tsx'
import { ListFooter } from '../ui/list-footer.tsx'
import { NoMatch } from '../ui/no-match.tsx'
import { onDemand } from '../ui/on-demand.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { statusLook } from '../ui/status.ts'
import { useSettled } from '../ui/use-settled.ts'
import { ViewMenu } from '../views/view-menu.tsx'
import { AlertRow } from './alert-row.tsx'
import { useAlertList } from './use-alert-list.ts'
import { useAlertsSearch } from './use-alerts-search.ts'

const AcknowledgeDialog = onDemand(() => import('./acknowledge-dialog.tsx').then(module => module.AcknowledgeDialog))
const SilenceDialog = onDemand(() => import('./silence-dialog.tsx').then(module => module.SilenceDialog))

const settleMs = 250
const noAlerts: never[] = []

/** The alerts by how they stand, the last raised first. */
export function AlertInbox({ stats }: { stats: AlertStats | undefined }) {
  const { search, setSearch } = useAlertsSearch()
  const { state, severity, module } = search
  const list = useAlertList({ state, severity, module, q: useSettled(search.q, settleMs) })
  const alerts = list.alerts ?? noAlerts
  const { active } = useListKeys({
    count: alerts.length,
    onOpen: index => {
      const alert = alerts[index]
      if (alert) void setSearch({ alert: alert.id })
    },
  })
  return (
    <>
      <InboxFilters stats={stats} />
      {list.alerts ? <StaleLine error={list.error} /> : null}
      <Card className="overflow-clip">
        {!list.alerts ? (
          list.error ? (
            <ErrorState title="The alerts could not be loaded" error={list.error} onRetry={list.retry} />
          ) : (
            <SkeletonRows rows={6} />
          )
        ) : alerts.length > 0 ? (
          <>
            <ul aria-label="Alerts" className="divide-y">
              {alerts.map((alert, index) => (
                <AlertRow
                  key={alert.id}
                  alert={alert}
                  index={index}
                  isActive={index === active}
                  onOpen={id => void setSearch({ alert: id })}
                />
              ))}
            </ul>
            <ListFooter list={list} count={alerts.length} noun="alert" />
          </>
        ) : (
          <NoAlerts state={state} />
        )}
      </Card>
      {state === 'open' && alerts.length > 0 ? <InboxActions alerts={alerts} /> : null}
    </>
  )
}

function InboxFilters({ stats }: { stats: AlertStats | undefined }) {
  const { search, setSearch, isFiltered, clear } = useAlertsSearch()
  const counts: Partial<Record<AlertState, number>> = stats
    ? {
        open: stats.open.critical + stats.open.warning + stats.open.info,
        acknowledged: stats.acknowledged,
        silenced: stats.silenced,
      }
    : {}
  return (
    <div className="mb-3 grid gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchField
          label="Filter the alerts"
          placeholder="Text of the alert"
          value={search.q}
          onChange={q => void setSearch({ q: q || null })}
        />
        <FilterSelect
          label="Severity"
          anyLabel="Every severity"
          value={search.severity}
          onValueChange={severity => void setSearch({ severity })}
          options={alertSeverities.map(value => ({ value, label: statusLook('severity', value).label }))}
        />
        <ModuleFilter value={search.module} onChange={module => void setSearch({ module })} />
        <ClearFilters isFiltered={isFiltered} onClear={clear} />
        <ViewMenu page="alerts" className="md:ml-auto" />
      </div>
      <FilterChips
        label="State"
        chips={alertStates.map(state => {
          const { label, meaning } = statusLook('alert', state)
          const count = counts[state]
          return {
            key: state,
            label,
            meaning,
            ...(count === undefined ? {} : { count }),
            chosen: search.state === state,
            onToggle: () => void setSearch({ state }),
          }
        })}
      />
    </div>
  )
}

function InboxActions({ alerts }: { alerts: readonly AlertView[] }) {
  const refusal = useRefusal('operator')
  const [open, setOpen] = useState<'acknowledge' | 'silence' | null>(null)
  return (
    <div className="mt-3 flex flex-wrap gap-2">
      <ActionButton size="sm" reason={refusal} onClick={() => setOpen('acknowledge')}>
        <Check aria-hidden />
        Acknowledge {alerts.length === 1 ? 'it' : `all ${alerts.length}`}
      </ActionButton>
      <ActionButton size="sm" reason={refusal} onClick={() => setOpen('silence')}>
        <BellOff aria-hidden />
        New silence
      </ActionButton>
      {open === 'acknowledge' ? (
        <AcknowledgeDialog ids={alerts.map(({ id }) => id)} onClose={() => setOpen(null)} />
      ) : null}
      {open === 'silence' ? <SilenceDialog onClose={() => setOpen(null)} /> : null}
    </div>
  )
}

const emptyWords: Record<AlertState, { title: string; words: string }> = {
  open: {
    title: 'No open alert',
    words: 'Nothing is wrong that nobody deals with. New alerts appear here by themselves.',
  },
  acknowledged: {
    title: 'No acknowledged alert',
    words: 'Alerts that somebody deals with stand here until they resolve.',
  },
  silenced: {
    title: 'No silenced alert',
    words: 'Alerts that a silence or a maintenance window covers stand here meanwhile.',
  },
  resolved: { title: 'No resolved alert', words: 'What is over is kept for 90 days.' },
}

function NoAlerts({ state }: { state: AlertState }) {
  const { isFiltered, clear } = useAlertsSearch()
  if (isFiltered) return <NoMatch icon={BellRing} title="No alert matches" onClear={clear} />
  return (
    <EmptyState icon={BellRing} title={emptyWords[state].title}>
      {emptyWords[state].words}
    </EmptyState>
  )
}
