import Link from 'next/link'
import { memo } from 'react'
import type { DashboardView } from '#server/contracts/stats.ts'
import { BreakerLegend, BreakerMark } from '../breakers/breaker-mark.tsx'
import { breakerKey } from '../breakers/breaker-order.ts'
import { Card, CardHeader } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { formatCount, formatPercent } from '../ui/format.ts'
import { statusLook } from '../ui/status.ts'
import { type BreakerCell, groupCells } from './group-cells.ts'

/** With more than this many the marks are small, so that all are seen at once. */
const manyCells = 60

/** One mark per instance; each leads to its breaker. */
export const BreakerStrip = memo(function BreakerStrip({ breakers }: { breakers: DashboardView['breakers'] }) {
  const size = breakers.cells.length > manyCells ? 'sm' : 'md'
  return (
    <Card>
      <CardHeader
        title={
          <Link href="/breakers" className="hover:underline">
            Breakers
          </Link>
        }
        actions={<BreakerLegend counts={breakers.stats} className="max-sm:hidden" />}
      />
      <BreakerLegend counts={breakers.stats} className="px-4 pt-3 sm:hidden" />
      <ul className="flex max-h-32 flex-wrap gap-x-5 gap-y-2 overflow-y-auto px-4 py-3 [scrollbar-width:thin] max-sm:max-h-60">
        {groupCells(breakers.cells).map(({ moduleId, moduleName, cells }) => (
          <li key={moduleId} className="flex min-w-0 items-center gap-1.5">
            <Link
              href={`/breakers?module=${moduleId}`}
              prefetch={false}
              className="truncate text-muted-foreground text-xs hover:text-foreground hover:underline"
            >
              {moduleName}
            </Link>
            <span className="flex max-w-80 flex-wrap">
              {cells.map((cell, index) => (
                <CellLink key={cell.instanceId} cell={cell} number={index + 1} size={size} />
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
})

interface CellLinkProps {
  cell: BreakerCell
  number: number
  size: 'sm' | 'md'
}

/** One instance; of a thousand only those are drawn anew that changed. */
const CellLink = memo(function CellLink({ cell, number, size }: CellLinkProps) {
  const { moduleName, state, forced, failureRate, calls } = cell
  const words = `${moduleName}, instance ${number}: ${statusLook('breaker', state).label}${forced ? ', held' : ''}; ${
    calls === 0 ? 'no calls in the last minute' : `${formatPercent(failureRate)} of ${formatCount(calls)} calls failing`
  }`
  return (
    <Link
      href={`/breakers?open=${encodeURIComponent(breakerKey(cell))}`}
      prefetch={false}
      aria-label={words}
      title={words}
      className={cn('rounded-sm transition-transform hover:scale-110', size === 'sm' ? 'p-px' : 'p-0.5')}
    >
      <BreakerMark state={state} isHeld={forced} size={size} />
    </Link>
  )
})
