'use client'

import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { ReactNode } from 'react'
import type { EventView } from '#server/contracts/events.ts'
import { useTRPC } from '../data/trpc.ts'
import { ButtonLink } from '../ui/button.tsx'
import { IdText } from '../ui/copy-button.tsx'
import { DefinitionList } from '../ui/definition-list.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatCount } from '../ui/format.ts'
import { JsonView } from '../ui/json-view.tsx'
import { Moment, RelativeTime } from '../ui/relative-time.tsx'
import { Sheet, SheetContent } from '../ui/sheet.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { EventName } from './event-row.tsx'

export interface EventSheetProps {
  /** Sequence number; null keeps the sheet closed. */
  open: number | null
  /** The event, when the list has it already. */
  known: EventView | undefined
  onClose: () => void
}

/** One event in full, beside the list. */
export function EventSheet({ open: seq, known, onClose }: EventSheetProps) {
  const trpc = useTRPC()
  const range = { fromSeq: seq ?? 1, toSeq: seq ?? 1 }
  const { data, error, refetch } = useQuery(
    trpc.events.replay.queryOptions(range, { enabled: seq !== null && !known, staleTime: Number.POSITIVE_INFINITY }),
  )
  const event = known ?? data?.[0]
  return (
    <Sheet open={seq !== null} onOpenChange={isOpen => !isOpen && onClose()}>
      <SheetContent
        title={event ? <EventName event={event} /> : 'Event'}
        description={event ? <span className="font-mono text-xs">{event.type}</span> : undefined}
      >
        {event ? (
          <EventDetails event={event} />
        ) : error ? (
          <ErrorState title="The event could not be loaded" error={error} onRetry={() => void refetch()} />
        ) : data ? (
          <EmptyState title="There is no such event">
            Event {formatCount(seq)} is not kept any more, or has not happened yet.
          </EmptyState>
        ) : (
          <Skeleton className="h-64 w-full" />
        )}
      </SheetContent>
    </Sheet>
  )
}

function EventDetails({ event }: { event: EventView }) {
  const facts: { term: string; value: ReactNode }[] = [
    {
      term: 'At',
      value: (
        <>
          <Moment at={event.at} full /> <RelativeTime at={event.at} className="text-faint-foreground" />
        </>
      ),
    },
    { term: 'Sequence', value: <span className="num">{formatCount(event.seq)}</span> },
    { term: 'Priority', value: <span className="num">{event.priority} of 10</span> },
  ]
  if (event.moduleId)
    facts.push({ term: 'Module', value: <TextLink href={`/modules/${event.moduleId}`}>{event.moduleId}</TextLink> })
  if (event.instanceId) {
    const href = `/breakers?open=${encodeURIComponent(`${event.moduleId}/${event.instanceId}`)}`
    facts.push({
      term: 'Instance',
      value: event.moduleId ? <TextLink href={href}>{event.instanceId}</TextLink> : event.instanceId,
    })
  }
  if (event.taskId) facts.push({ term: 'Task', value: <IdText id={event.taskId} /> })
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <DefinitionList items={facts} />
      <JsonView label="Data of the event" value={event.data} />
      <div className="flex flex-wrap gap-2">
        {event.taskId ? (
          <>
            <ButtonLink href={`/tasks/${event.taskId}`}>Open the task</ButtonLink>
            <ButtonLink href={`/events?task=${event.taskId}`}>All events of the task</ButtonLink>
          </>
        ) : null}
        {event.moduleId ? (
          <ButtonLink href={`/events?module=${event.moduleId}`}>All events of the module</ButtonLink>
        ) : null}
      </div>
    </div>
  )
}

function TextLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="font-medium text-primary-text underline-offset-4 hover:underline">
      {children}
    </Link>
  )
}
