'use client'

import { useQuery } from '@tanstack/react-query'
import { memo, useDeferredValue } from 'react'
import type { DashboardView } from '#server/contracts/stats.ts'
import { useLive } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { useDashboard } from '../data/use-dashboard.ts'
import { useNow } from '../data/use-now.ts'
import { Badge } from '../ui/badge.tsx'
import { Card } from '../ui/card.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatDuration } from '../ui/format.ts'
import { PageHeader } from '../ui/page-header.tsx'
import { Moment } from '../ui/relative-time.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { AttentionList } from './attention-list.tsx'
import { BreakerStrip } from './breaker-strip.tsx'
import { EventTicker } from './event-ticker.tsx'
import { FirstRun } from './first-run.tsx'
import { FleetHealth } from './fleet-health.tsx'
import { headlineOf } from './headline.ts'
import { HealthHistory } from './health-history.tsx'
import { KeyFigures } from './key-figures.tsx'
import { ModuleTable } from './module-table.tsx'
import { QueuePanel } from './queue-panel.tsx'
import { ScoreBreakdown } from './score-breakdown.tsx'
import { SpendPanel } from './spend-panel.tsx'
import { ThroughputPanel } from './throughput-panel.tsx'
import { WorkPanel } from './work-panel.tsx'

const grid = 'grid gap-3 xl:grid-cols-12 *:min-w-0'

/** The first screen: is the fleet well, what is wrong and since when, what waits for me; then all that is going on. */
export function CommandCenter() {
  const trpc = useTRPC()
  const { data: newest } = useDashboard()
  // What comes twice a second is drawn in slices between which the page scrolls and answers.
  const data = useDeferredValue(newest)
  const { error, refetch } = useQuery(trpc.stats.dashboard.queryOptions())
  return (
    <>
      <PageHeader
        title="Command center"
        description={data ? <Headline view={data} /> : error ? null : <Skeleton className="h-5 w-96 max-w-full" />}
        badges={data ? <HeldBadge at={data.at} /> : null}
        actions={data ? <Origin view={data} /> : null}
      />
      {data ? (
        <Deck view={data} />
      ) : error ? (
        <Card>
          <ErrorState title="The state of the fleet could not be loaded" error={error} onRetry={() => void refetch()} />
        </Card>
      ) : (
        <DeckSkeleton />
      )}
    </>
  )
}

const Deck = memo(function Deck({ view }: { view: DashboardView }) {
  const { health, attention, queue, throughput, breakers, modules, eventsPerSecond } = view
  const isEmpty = modules.length === 0
  return (
    <div className={grid}>
      <div className="xl:col-span-5">
        <FleetHealth health={health} />
      </div>
      <div className="xl:col-span-7">
        <AttentionList items={attention} />
      </div>
      {isEmpty ? (
        <div className="xl:col-span-12">
          <FirstRun />
        </div>
      ) : null}
      <div className="xl:col-span-12">
        <KeyFigures queue={queue} throughput={throughput} />
      </div>
      <div className="xl:col-span-7">
        <ThroughputPanel points={throughput} />
      </div>
      <div className="xl:col-span-5">
        <QueuePanel queue={queue} />
      </div>
      {isEmpty ? null : (
        <>
          <div className="xl:col-span-12">
            <BreakerStrip breakers={breakers} />
          </div>
          <div className="xl:col-span-8">
            <ModuleTable modules={modules} />
          </div>
        </>
      )}
      <div className={isEmpty ? 'xl:col-span-12' : 'grid xl:col-span-4'}>
        <EventTicker eventsPerSecond={eventsPerSecond} />
      </div>
      {isEmpty ? null : (
        <>
          <div className="xl:col-span-8">
            <WorkPanel />
          </div>
          <div className="xl:col-span-4">
            <SpendPanel />
          </div>
        </>
      )}
      <div className="xl:col-span-6">
        <HealthHistory points={health.history} />
      </div>
      <div className="xl:col-span-6">
        <ScoreBreakdown health={health} modules={modules} />
      </div>
    </div>
  )
})

function Headline({ view }: { view: DashboardView }) {
  return <span className="num">{headlineOf(view, useNow())}</span>
}

/** Says from when the figures are, while they hold still on purpose. */
function HeldBadge({ at }: { at: string }) {
  const { pausedBy } = useLive()
  if (pausedBy === null) return null
  return (
    <Badge tone="warn">
      Paused, as of <Moment at={at} />
    </Badge>
  )
}

function Origin({ view }: { view: DashboardView }) {
  return (
    <span className="num text-faint-foreground text-xs max-md:hidden">
      replica {view.replicaId.slice(0, 12)} · up {formatDuration(view.uptimeMs)}
    </span>
  )
}

function DeckSkeleton() {
  return (
    <div role="status" aria-label="Loading" className={grid}>
      <Skeleton className="h-50 rounded-lg xl:col-span-5" />
      <Skeleton className="h-50 rounded-lg xl:col-span-7" />
      <Skeleton className="h-23 rounded-lg xl:col-span-12" />
      <Skeleton className="h-64 rounded-lg xl:col-span-7" />
      <Skeleton className="h-64 rounded-lg xl:col-span-5" />
      <Skeleton className="h-24 rounded-lg xl:col-span-12" />
      <Skeleton className="h-104 rounded-lg xl:col-span-8" />
      <Skeleton className="h-104 rounded-lg xl:col-span-4" />
    </div>
  )
}
