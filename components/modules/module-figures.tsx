'use client'

import { useQuery } from '@tanstack/react-query'
import type { ModuleView } from '#server/contracts/modules.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { useFleetPulse } from '../data/use-dashboard.ts'
import { useNow } from '../data/use-now.ts'
import { Card } from '../ui/card.tsx'
import { formatCount, formatMs, formatPercent, formatUsd, plural } from '../ui/format.ts'
import { Meter, utilizationTone } from '../ui/meter.tsx'
import { StatTile } from '../ui/stat-tile.tsx'
import { formatCallsPerMinute } from './module-cells.tsx'

const spendRefreshMs = 10_000
const grid = 'mb-4 grid grid-cols-2 gap-x-6 gap-y-3 p-4 md:grid-cols-5'

/** The module's last five minutes in figures. */
export function ModuleFigures({ module }: { module: ModuleView }) {
  const { inFlight, capacity, recent, instances, costPerHourUsd } = module
  const failureRate = recent.calls === 0 ? null : recent.failures / recent.calls
  const healthy = instances.filter(instance => instance.health === 'healthy').length
  return (
    <Card className={grid}>
      <StatTile label="In flight" value={formatCount(inFlight)} unit={`of ${formatCount(capacity)} calls`}>
        <Meter
          label="Capacity in use"
          value={inFlight}
          max={Math.max(1, capacity)}
          tone={utilizationTone(capacity === 0 ? 0 : inFlight / capacity)}
          className="mt-1.5"
        />
      </StatTile>
      <StatTile
        label="Calls in five minutes"
        value={formatCallsPerMinute(recent.callsPerMinute)}
        unit="per min"
        note={`${formatCount(recent.calls)} in all, ${healthy} of ${plural(instances.length, 'instance')} healthy`}
      />
      <StatTile label="Median latency" value={formatMs(recent.p50Ms)} note={`p95 ${formatMs(recent.p95Ms)}`} />
      <StatTile
        label="Failed"
        value={formatPercent(failureRate)}
        tone={failureRate === null || failureRate === 0 ? undefined : failureRate >= 0.1 ? 'bad' : 'warn'}
        note={`${formatCount(recent.failures)} of ${formatCount(recent.calls)} calls${useRetryWords(module.id)}`}
      />
      <StatTile
        label="Cost"
        value={formatUsd(costPerHourUsd)}
        unit="per hour"
        note={`${formatUsd(useSpentToday(module.id))} spent today (UTC)`}
        className="max-md:col-span-2"
      />
    </Card>
  )
}

/** How many calls were retried in the last minute, and how many of these the retry budget makes wait; empty without any. */
function useRetryWords(id: string): string {
  const budget = useFleetPulse()?.queue.retryBudgets.find(({ moduleId }) => moduleId === id)
  if (!budget) return ''
  const held = budget.heldBack > 0 ? `, ${formatCount(budget.heldBack)} held back` : ''
  return `; ${plural(budget.retries, 'retry', 'retries')} in a minute${held}`
}

/** What its calls have cost since midnight, UTC; null while that is not known. */
function useSpentToday(moduleId: string): number | null {
  const trpc = useTRPC()
  const day = new Date(useNow()).toISOString().slice(0, 10)
  const { data } = useQuery(
    trpc.stats.spend.queryOptions(
      { from: day, to: day, by: 'module' },
      { refetchInterval: useLiveInterval(spendRefreshMs) },
    ),
  )
  return data ? (data.rows.find(({ key }) => key === moduleId)?.costUsd ?? 0) : null
}

/** The same while loading. */
export function ModuleFiguresSkeleton() {
  const labels = ['In flight', 'Calls in five minutes', 'Median latency', 'Failed', 'Cost']
  return (
    <Card className={grid}>
      {labels.map(label => (
        <StatTile key={label} label={label} value={undefined} note={' '} className="last:max-md:col-span-2" />
      ))}
    </Card>
  )
}
