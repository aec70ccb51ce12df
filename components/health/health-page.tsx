'use client'

import { useQuery } from '@tanstack/react-query'
import type { HealthSummary } from '#server/contracts/health.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Card } from '../ui/card.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatCount, formatScore } from '../ui/format.ts'
import { ScoreRing } from '../ui/meter.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { Elapsed } from '../ui/relative-time.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { StaleLine } from '../ui/stale-line.tsx'
import { statusLook } from '../ui/status.ts'
import { StatusBadge, StatusText } from '../ui/status-badge.tsx'
import { AnomalyCard } from './anomaly-card.tsx'
import { HealthHistoryCard } from './health-history-card.tsx'
import { ScoreTable } from './score-table.tsx'
import { UnhealthyCard } from './unhealthy-card.tsx'

const refreshMs = 3_000
const bands = ['healthy', 'degraded', 'critical', 'emergency'] as const

/** How the fleet is: the score and how it was made, what is below a threshold, and how it was before. */
export function HealthPage() {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(
    trpc.health.summary.queryOptions({}, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  return (
    <>
      <PageHeader
        title="Health"
        description="60 % systems, 40 % modules; disabled is not unhealthy, busy is not dead."
      />
      {data ? <StaleLine error={error} /> : null}
      {error && !data ? (
        <Card>
          <ErrorState
            title="The health of the fleet could not be loaded"
            error={error}
            onRetry={() => void refetch()}
          />
        </Card>
      ) : (
        <div className="grid gap-4 *:min-w-0">
          {data ? <Overview summary={data} /> : <Skeleton className="h-36 rounded-lg" />}
          <AnomalyCard />
          <HealthHistoryCard />
          <div className="grid items-start gap-4 xl:grid-cols-2 *:min-w-0">
            <UnhealthyCard />
            <ScoreTable summary={data} />
          </div>
        </div>
      )}
    </>
  )
}

function Overview({ summary }: { summary: HealthSummary }) {
  const { score, status, since, systems, modules, breakdown } = summary
  return (
    <Card className="flex flex-wrap items-center gap-x-8 gap-y-4 p-4">
      <ScoreRing score={score} label="Fleet health" size={104} />
      <div className="grid min-w-0 flex-1 basis-72 gap-2">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <StatusBadge of="band" status={status} />
          <span className="text-muted-foreground">
            for <Elapsed since={since} /> · {statusLook('band', status).meaning}
          </span>
        </p>
        <p className="num">{formulaOf(summary)}</p>
        <p className="num text-muted-foreground text-xs">
          {formatCount(systems.members.length)} systems, {formatCount(modules.members.length)} modules
        </p>
      </div>
      <ul className="num grid grid-cols-2 gap-x-6 gap-y-1 text-sm">
        {bands.map(band => (
          <li key={band}>
            <StatusText of="band" status={band} suffix={formatCount(breakdown[band])} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

function formulaOf({ score, systems, modules }: HealthSummary): string {
  if (systems.score === null && modules.score === null) return 'Nothing is known yet, so nothing is wrong.'
  if (modules.score === null) return `Systems ${formatScore(systems.score)}; no module has been seen yet`
  if (systems.score === null) return `Modules ${formatScore(modules.score)}; no system has been seen yet`
  return `60 % × ${formatScore(systems.score)} systems + 40 % × ${formatScore(modules.score)} modules = ${formatScore(score)}`
}
