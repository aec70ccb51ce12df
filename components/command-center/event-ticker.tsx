'use client'

import Link from 'next/link'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { memo } from 'react'
import type { EventView } from '#server/contracts/events.ts'
import { useLive } from '../data/live.tsx'
import { notableTypes } from '../events/event-groups.ts'
import { EventName } from '../events/event-row.tsx'
import { PendingButton } from '../events/pending-button.tsx'
import { subjectOf, summarizeEvent } from '../events/summarize-event.ts'
import { useEventFeed } from '../events/use-event-feed.ts'
import { usePointerHold } from '../events/use-pointer-hold.ts'
import { Card, CardHeader } from '../ui/card.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatRate } from '../ui/format.ts'
import { Moment } from '../ui/relative-time.tsx'
import { ScrollArea } from '../ui/scroll-area.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'

const shownEvents = 30
const scopes = ['notable', 'all'] as const

/** The newest events: those worth a glance, or all. Holds still while paused or pointed at. */
export const EventTicker = memo(function EventTicker({ eventsPerSecond }: { eventsPerSecond: number }) {
  const [scope, setScope] = useQueryState('events', parseAsStringLiteral(scopes).withDefault('notable'))
  const { pausedBy } = useLive()
  const pointer = usePointerHold()
  const feed = useEventFeed(
    { types: scope === 'all' ? undefined : notableTypes },
    { size: shownEvents, hold: pausedBy === 'operator' || pointer.isHeld },
  )
  return (
    <Card className="flex h-104 flex-col xl:h-auto xl:min-h-104 xl:[contain:size]" {...pointer.handlers}>
      <CardHeader
        title={
          <Link href="/events" className="hover:underline">
            Events
          </Link>
        }
        note={<span className="num">{formatRate(eventsPerSecond)}</span>}
        actions={
          <>
            <PendingButton count={feed.pendingCount} isOverrun={feed.isOverrun} onShow={feed.catchUp} />
            <SegmentedControl
              label="Which events"
              value={scope}
              onValueChange={value => void setScope(value)}
              className="h-7 max-md:h-8"
              options={[
                { value: 'notable', label: 'Notable' },
                { value: 'all', label: 'All' },
              ]}
            />
          </>
        }
      />
      {feed.events ? (
        feed.events.length > 0 ? (
          <ScrollArea label="Newest events" className="min-h-0 flex-1">
            <ul>
              {feed.events.map(event => (
                <li key={event.seq} className="border-b last:border-0">
                  <TickerRow event={event} />
                </li>
              ))}
            </ul>
          </ScrollArea>
        ) : (
          <EmptyState title={scope === 'all' ? 'Nothing has happened yet' : 'Nothing notable yet'} className="flex-1">
            Failures, breakers, modules and health show up here; “All” shows every task too.
          </EmptyState>
        )
      ) : feed.error ? (
        <ErrorState
          title="The events could not be loaded"
          error={feed.error}
          onRetry={feed.restart}
          className="flex-1"
        />
      ) : (
        <SkeletonRows rows={10} className="min-h-0 flex-1 overflow-hidden" />
      )}
    </Card>
  )
})

const TickerRow = memo(function TickerRow({ event }: { event: EventView }) {
  const subject = subjectOf(event)
  return (
    <Link
      href={`/events?event=${event.seq}`}
      prefetch={false}
      className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 px-4 py-1 transition-colors hover:bg-muted/60 focus-visible:-outline-offset-2"
    >
      <EventName event={event} className="text-xs" />
      <Moment at={event.at} className="text-2xs text-faint-foreground" />
      <span className="col-span-2 truncate pl-5 text-muted-foreground text-xs">
        {subject ? <span className="text-foreground">{subject} </span> : null}
        {summarizeEvent(event)}
      </span>
    </Link>
  )
})
