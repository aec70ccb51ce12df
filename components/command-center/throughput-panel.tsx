import { memo } from 'react'
import type { ThroughputPoint } from '#server/contracts/stats.ts'
import { ThroughputChart } from '../charts/time-charts.tsx'
import { Card, CardHeader } from '../ui/card.tsx'
import { formatRate } from '../ui/format.ts'
import { recentRates } from './recent-rates.ts'

const series = [
  { key: 'accepted', name: 'Accepted', mark: 'border-t-2 border-dashed border-(--chart-1)' },
  { key: 'succeeded', name: 'Succeeded', mark: 'h-2 bg-ok' },
  { key: 'failed', name: 'Failed', mark: 'h-2 bg-bad' },
] as const

/** Work accepted and ended in the last two minutes. */
export const ThroughputPanel = memo(function ThroughputPanel({ points }: { points: readonly ThroughputPoint[] }) {
  const rates = recentRates(points)
  return (
    <Card className="h-64">
      <CardHeader
        title="Throughput"
        note="tasks per second, last 2 min"
        actions={
          <ul className="num flex gap-3 text-xs max-sm:hidden">
            {series.map(({ key, name, mark }) => (
              <li key={key} className="flex items-center gap-1.5 text-muted-foreground">
                <span aria-hidden className={`w-2.5 rounded-[2px] ${mark}`} />
                {name} <span className="min-w-9 font-medium text-foreground">{formatRate(rates[key])}</span>
              </li>
            ))}
          </ul>
        }
      />
      <div className="h-[188px] px-3 pt-3">
        {points.length < 2 ? (
          <p className="grid h-full place-items-center text-muted-foreground">Two seconds of figures make a line.</p>
        ) : (
          <ThroughputChart points={[...points]} height={188} />
        )}
      </div>
    </Card>
  )
})
