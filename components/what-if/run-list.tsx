'use client'

import Link from 'next/link'
import type { SimulationSummary } from '#server/contracts/simulations.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { cn } from '../ui/cn.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { titleOf } from './run-title.ts'
import { verdictLooks } from './words.ts'

/** Simulations that were made before, the newest first. */
export function RunList({ items, shown }: { items: readonly SimulationSummary[]; shown: string }) {
  return (
    <Card aria-labelledby="runs">
      <CardHeader id="runs" title="Tried before" />
      <CardContent className="p-0">
        <ul className="divide-y divide-border">
          {items.map(item => (
            <li key={item.id}>
              <Link
                href={`/what-if?run=${item.id}`}
                aria-current={item.id === shown ? 'true' : undefined}
                className={cn('grid gap-0.5 px-4 py-2 text-sm hover:bg-accent', item.id === shown && 'bg-accent')}
              >
                <span className="truncate">{titleOf(item)}</span>
                <span className="text-muted-foreground text-xs">
                  {standingOf(item)} · <RelativeTime at={item.createdAt} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      </CardContent>
    </Card>
  )
}

function standingOf({ status, verdict }: SimulationSummary): string {
  if (verdict !== null) return `${verdictLooks[verdict].label} backtest`
  return { queued: 'Waits', running: 'Runs', succeeded: 'Done', failed: 'Failed', cancelled: 'Cancelled' }[status]
}
