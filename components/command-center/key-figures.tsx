import { memo } from 'react'
import type { DashboardView, DurationStats } from '#server/contracts/stats.ts'
import { Card } from '../ui/card.tsx'
import { formatCompact, formatCount, formatMs, formatPercent, formatRate, unknownValue } from '../ui/format.ts'
import { Meter, utilizationTone } from '../ui/meter.tsx'
import { Elapsed } from '../ui/relative-time.tsx'
import { StatTile } from '../ui/stat-tile.tsx'
import { recentRates } from './recent-rates.ts'

function percentiles({ p50Ms, p99Ms, count }: DurationStats): string {
  return count === 0 ? 'none in 5 min' : `p50 ${formatMs(p50Ms)} · p99 ${formatMs(p99Ms)}`
}

/** How much is done and how fast: the figures that somebody looks for first. */
export const KeyFigures = memo(function KeyFigures({ queue, throughput }: Pick<DashboardView, 'queue' | 'throughput'>) {
  const rates = recentRates(throughput)
  const ended = (rates.succeeded ?? 0) + (rates.failed ?? 0)
  const failing = ended > 0 ? (rates.failed ?? 0) / ended : null
  const { workers, wait, run } = queue
  return (
    <Card className="grid grid-cols-2 gap-x-4 gap-y-3 px-4 py-3 sm:grid-cols-4 xl:grid-cols-[1fr_1fr_1fr_1.15fr_1.4fr_1.4fr_1.15fr]">
      <StatTile label="Accepted" value={formatRate(rates.accepted)} note="mean of 10 s" />
      <StatTile
        label="Succeeded"
        value={formatRate(rates.succeeded)}
        note={`${formatCompact(queue.succeeded)} in all`}
      />
      <StatTile
        label="Failed"
        value={formatRate(rates.failed)}
        tone={failing !== null && failing >= 0.05 ? 'bad' : undefined}
        note={failing === null ? `${formatCompact(queue.failed)} in all` : `${formatPercent(failing)} of ended`}
      />
      <StatTile
        label="Waiting"
        value={formatCompact(queue.size)}
        note={queue.oldestReadyAt ? <Oldest at={queue.oldestReadyAt} /> : 'nothing is ready'}
      />
      <StatTile label="Wait, p95" value={formatMs(wait.p95Ms)} note={percentiles(wait)} />
      <StatTile label="Run, p95" value={formatMs(run.p95Ms)} note={percentiles(run)} />
      <StatTile
        label="Workers busy"
        value={workers.total > 0 ? formatPercent(workers.utilization) : unknownValue}
        className="max-sm:col-span-2"
      >
        <div className="num flex h-4 items-center gap-2 text-faint-foreground text-xs">
          <Meter
            label="Workers busy"
            value={workers.busy}
            max={workers.total}
            valueText={`${workers.busy} of ${workers.total}`}
            tone={utilizationTone(workers.utilization)}
          />
          <span className="shrink-0">
            {formatCount(workers.busy)} of {formatCount(workers.total)}
          </span>
        </div>
      </StatTile>
    </Card>
  )
})

function Oldest({ at }: { at: string }) {
  return (
    <>
      oldest <Elapsed since={at} />
    </>
  )
}
