'use client'

import { useQuery } from '@tanstack/react-query'
import { Activity } from 'lucide-react'
import Link from 'next/link'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { EventName } from '../events/event-row.tsx'
import { summarizeEvent } from '../events/summarize-event.ts'
import { Card, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'

const refreshMs = 4_000
const shown = 8
/** What changed the module; each single task is under the tasks. */
const types = ['module.*', 'instance.*', 'circuit.*', 'alert.*', 'health.*', 'error.*']

/** The last things that happened to a module. */
export function ModuleEvents({ moduleId }: { moduleId: string }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(
    trpc.events.list.queryOptions({ moduleId, types, limit: shown }, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  return (
    <Card>
      <CardHeader
        title="Recent events"
        actions={
          <Link
            href={`/events?module=${moduleId}`}
            prefetch={false}
            className="text-primary-text text-xs hover:underline"
          >
            All events
          </Link>
        }
      />
      {data ? (
        data.items.length > 0 ? (
          <ul className="divide-y">
            {data.items.map(event => (
              <li
                key={event.seq}
                className="grid min-h-9 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 px-4 py-1.5 md:grid-cols-[11rem_minmax(0,1fr)_auto]"
              >
                <EventName event={event} />
                <span className="truncate text-muted-foreground max-md:order-3 max-md:col-span-2">
                  {summarizeEvent(event)}
                </span>
                <RelativeTime at={event.at} className="text-faint-foreground text-xs" />
              </li>
            ))}
          </ul>
        ) : (
          <EmptyState icon={Activity} title="Nothing has happened to it yet" />
        )
      ) : error ? (
        <ErrorState title="The events could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={shown} />
      )}
    </Card>
  )
}
