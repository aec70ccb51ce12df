import Link from 'next/link'
import { memo } from 'react'
import type { DashboardView } from '#server/contracts/stats.ts'
import { BreakerLegend, BreakerMark } from '../breakers/breaker-mark.tsx'
import { breakerKey } from '../breakers/breaker-order.ts'
import { Card, CardHeader } from '../ui/card.tsx'
import { formatCount, formatPercent } from '../ui/format.ts'
import { statusLook } from '../ui/status.ts'
import { type BreakerCell, groupCells } from './group-cells.ts'

/** One mark per instance; each leads to its breaker. */
export const BreakerStrip = memo(function BreakerStrip({ breakers }: { breakers: DashboardView['breakers'] }) {
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
              className="truncate text-muted-foreground text-xs hover:text-foreground hover:underline"
            >
              {moduleName}
            </Link>
            {/* Instances of one module in a block, at most ten wide. */}
            <span className="flex max-w-64 flex-wrap">
              {cells.map((cell, index) => (
                <CellLink key={cell.instanceId} cell={cell} number={index + 1} />
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
})

function CellLink({ cell, number }: { cell: BreakerCell; number: number }) {
  const { moduleName, state, forced, failureRate, calls } = cell
  const words = `${moduleName}, instance ${number}: ${statusLook('breaker', state).label}${forced ? ', held' : ''}; ${
    calls === 0 ? 'no calls in the last minute' : `${formatPercent(failureRate)} of ${formatCount(calls)} calls failing`
  }`
  return (
    <Link
      href={`/breakers?open=${encodeURIComponent(breakerKey(cell))}`}
      aria-label={words}
      title={words}
      className="rounded-sm p-0.5 transition-transform hover:scale-110"
    >
      <BreakerMark state={state} isHeld={forced} />
    </Link>
  )
}
