'use client'

import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { formatBytes, formatCompact, formatCount, plural } from '../ui/format.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { StatTile } from '../ui/stat-tile.tsx'
import { ContextsCard } from './contexts-card.tsx'
import { LongTermCard } from './long-term-card.tsx'
import { ShortTermCard } from './short-term-card.tsx'

/** What is remembered: the last tasks, each type for long, and what was asked to be kept. */
export function MemoryPanel() {
  return (
    <div className="grid gap-4 *:min-w-0">
      <SummaryCard />
      <ContextsCard />
      <LongTermCard />
      <ShortTermCard />
    </div>
  )
}

function SummaryCard() {
  const trpc = useTRPC()
  const { data, error } = useQuery(trpc.memory.summary.queryOptions())
  return (
    <Card>
      <CardHeader title="In short" />
      {error ? <ErrorLine error={error} className="m-4" /> : null}
      <CardContent className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        <StatTile
          label="Short term"
          value={data && formatCount(data.shortTerm.tasks)}
          unit="tasks"
          note={data ? `${data.shortTerm.succeeded} succeeded, ${data.shortTerm.failed} failed` : null}
        />
        <StatTile
          label="Long term"
          value={data && formatCount(data.longTerm.services)}
          unit="services"
          note={
            data
              ? `${plural(data.longTerm.types, 'type')}, ${formatCompact(Math.round(data.longTerm.outcomes))} outcomes`
              : null
          }
        />
        <StatTile
          label="Contexts"
          value={data && formatCount(data.contexts.count)}
          unit={data ? `of ${formatCount(data.contexts.mostCount)}` : ''}
          note={
            data?.contexts.nextExpiryAt ? (
              <>
                {formatBytes(data.contexts.bytes)}, next expires <RelativeTime at={data.contexts.nextExpiryAt} />
              </>
            ) : (
              'none kept'
            )
          }
        />
        <StatTile
          label="Patterns, last 24 hours"
          value={data && formatCount(data.patterns.found)}
          note={data ? `of ${formatCount(data.patterns.tested)} tested` : null}
        />
      </CardContent>
    </Card>
  )
}
