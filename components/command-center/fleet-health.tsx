import Link from 'next/link'
import { memo } from 'react'
import type { DashboardView } from '#server/contracts/stats.ts'
import { Card, CardHeader } from '../ui/card.tsx'
import { formatScore } from '../ui/format.ts'
import { Meter, ScoreRing } from '../ui/meter.tsx'
import { Elapsed } from '../ui/relative-time.tsx'
import { bandOfScore, statusLook } from '../ui/status.ts'
import { StatusBadge, StatusText } from '../ui/status-badge.tsx'
import { healthBandOrder } from './band-order.ts'

/** Is the fleet well, since when, and what the score is made of. */
export const FleetHealth = memo(function FleetHealth({ health }: { health: DashboardView['health'] }) {
  const bands = healthBandOrder.filter(band => health.breakdown[band] > 0)
  return (
    <Card className="flex flex-col lg:h-50">
      <CardHeader
        title="Fleet health"
        note={statusLook('band', health.status).meaning}
        actions={
          <Link href="/health" className="text-primary-text text-xs hover:underline">
            How it was made
          </Link>
        }
      />
      <div className="flex flex-1 items-center gap-5 px-4 py-3">
        <ScoreRing score={health.score} label="Fleet health" size={104} />
        <div className="grid min-w-0 flex-1 gap-2">
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <StatusBadge of="band" status={health.status} />
            <span className="text-muted-foreground">
              for <Elapsed since={health.since} />
            </span>
          </p>
          <Part name="Systems" weight="60 %" score={health.systemsScore} />
          <Part name="Modules" weight="40 %" score={health.modulesScore} />
          <ul className="num flex flex-wrap gap-x-3 text-xs">
            {bands.map(band => (
              <li key={band}>
                <StatusText of="band" status={band} suffix={String(health.breakdown[band])} className="text-xs" />
              </li>
            ))}
          </ul>
        </div>
      </div>
    </Card>
  )
})

function Part({ name, weight, score }: { name: string; weight: string; score: number | null }) {
  const tone = score === null ? undefined : statusLook('band', bandOfScore(score)).tone
  return (
    <div
      className="num grid grid-cols-[4rem_1fr_2rem] items-center gap-2 text-xs"
      title={`${name}: ${weight} of the score`}
    >
      <span className="text-muted-foreground">{name}</span>
      <Meter label={`${name}, ${weight} of the score`} value={score ?? 0} max={100} tone={tone} />
      <span className="text-right font-medium">{formatScore(score === null ? null : Math.round(score))}</span>
    </div>
  )
}
