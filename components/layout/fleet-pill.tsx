'use client'

import Link from 'next/link'
import { useFleetPulse } from '../data/use-dashboard.ts'
import { cn } from '../ui/cn.ts'
import { formatScore } from '../ui/format.ts'
import { Elapsed } from '../ui/relative-time.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { statusLook, toneClasses } from '../ui/status.ts'

/** Is the fleet well, and since when: on every page. */
export function FleetPill() {
  const health = useFleetPulse()?.health
  if (!health) return <Skeleton className="h-7 w-40 max-sm:w-20" />
  const look = statusLook('band', health.status)
  const tone = toneClasses[look.tone]
  const Icon = look.icon
  return (
    <Link
      href="/"
      title={`Fleet health ${formatScore(health.score)} of 100. ${look.meaning}`}
      className={cn(
        'num flex h-7 items-center gap-1.5 whitespace-nowrap rounded-md border px-2 font-medium text-xs transition-colors',
        tone.text,
        tone.soft,
        tone.line,
      )}
    >
      <Icon aria-hidden className="size-3.5" strokeWidth={2.25} />
      <span>
        <span className="sr-only">Fleet health: </span>
        {look.label}
      </span>
      <span>{formatScore(Math.round(health.score))}</span>
      <span className="font-normal max-sm:hidden">
        for <Elapsed since={health.since} />
      </span>
    </Link>
  )
}
