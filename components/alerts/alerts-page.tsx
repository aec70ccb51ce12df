'use client'

import { useQuery } from '@tanstack/react-query'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { formatDuration } from '../ui/format.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Tabs, TabsContent, TabsList, TabsTrigger } from '../ui/tabs.tsx'
import { AlertInbox } from './alert-inbox.tsx'
import { type AlertTab, useAlertsSearch } from './use-alerts-search.ts'

const placeholder = () => <Skeleton className="h-72" />
const RulesPanel = onDemand(() => import('./rules-panel.tsx').then(module => module.RulesPanel), { placeholder })
const SilencesPanel = onDemand(() => import('./silences-panel.tsx').then(module => module.SilencesPanel), {
  placeholder,
})
const InvariantsPanel = onDemand(() => import('./invariants-panel.tsx').then(module => module.InvariantsPanel), {
  placeholder,
})
const AlertSheet = onDemand(() => import('./alert-sheet.tsx').then(module => module.AlertSheet))

const refreshMs = 4_000

/** What is wrong, who deals with it, and the rules that say so. */
export function AlertsPage() {
  const trpc = useTRPC()
  const { search, setSearch } = useAlertsSearch()
  const { data: stats } = useQuery(
    trpc.alerts.stats.queryOptions(undefined, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  const open = stats && stats.open.critical + stats.open.warning + stats.open.info
  return (
    <>
      <PageHeader
        title="Alerts"
        description={
          stats ? (
            <span className="num flex flex-wrap gap-x-4">
              <span>{stats.resolvedLastDay} resolved in 24 h</span>
              {stats.meanToAcknowledgeMs === null ? null : (
                <span>acknowledged after {formatDuration(stats.meanToAcknowledgeMs)} on average</span>
              )}
              {stats.evaluatedAt === null ? (
                <span>rules not evaluated yet</span>
              ) : (
                <span>
                  rules evaluated <RelativeTime at={stats.evaluatedAt} />
                </span>
              )}
            </span>
          ) : (
            'What is wrong, who deals with it, and the rules that say so.'
          )
        }
      />
      <Tabs value={search.tab} onValueChange={tab => void setSearch({ tab: tab as AlertTab })}>
        <TabsList aria-label="Alerts">
          <TabsTrigger value="inbox" count={open}>
            Inbox
          </TabsTrigger>
          <TabsTrigger value="rules">Rules</TabsTrigger>
          <TabsTrigger value="silences">Silences</TabsTrigger>
          <TabsTrigger value="invariants">Invariants</TabsTrigger>
        </TabsList>
        <TabsContent value="inbox">
          <AlertInbox stats={stats} />
        </TabsContent>
        <TabsContent value="rules">
          <RulesPanel />
        </TabsContent>
        <TabsContent value="silences">
          <SilencesPanel />
        </TabsContent>
        <TabsContent value="invariants">
          <InvariantsPanel />
        </TabsContent>
      </Tabs>
      <AlertSheet open={search.alert !== ''} id={search.alert} onDone={() => void setSearch({ alert: null })} />
    </>
  )
}
