import { memo } from 'react'
import type { HealthPoint } from '#server/contracts/health.ts'
import { HealthHistoryChart } from '../charts/time-charts.tsx'
import { Card, CardHeader } from '../ui/card.tsx'
import { thinHistory } from './thin-history.ts'

const drawnPoints = 120

/** The score of the last hours, over the bands. */
export const HealthHistory = memo(function HealthHistory({ points }: { points: readonly HealthPoint[] }) {
  return (
    <Card className="h-full">
      <CardHeader title="Health over time" note="score, last 3 h" />
      <div className="h-[232px] px-3 pt-3">
        {points.length < 2 ? (
          <p className="grid h-full place-items-center text-muted-foreground">
            The line begins with the second reading, within a minute.
          </p>
        ) : (
          <HealthHistoryChart points={thinHistory(points, drawnPoints)} height={224} />
        )}
      </div>
    </Card>
  )
})
