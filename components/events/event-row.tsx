import { memo } from 'react'
import type { EventView } from '#server/contracts/events.ts'
import { cn } from '../ui/cn.ts'
import { Moment } from '../ui/relative-time.tsx'
import { toneClasses } from '../ui/status.ts'
import { eventLook } from './event-looks.ts'
import { subjectOf, summarizeEvent } from './summarize-event.ts'

export interface EventRowProps {
  event: EventView
  isActive: boolean
  onOpen: (seq: number) => void
}

/** One event in one line, on phones in two. */
export const EventRow = memo(function EventRow({ event, isActive, onOpen }: EventRowProps) {
  const subject = subjectOf(event)
  const summary = summarizeEvent(event)
  return (
    <button
      type="button"
      onClick={() => onOpen(event.seq)}
      data-active={isActive || undefined}
      className="grid w-full grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 border-b px-4 py-1.5 text-left transition-colors hover:bg-muted/60 focus-visible:-outline-offset-2 data-active:bg-muted data-active:shadow-[inset_2px_0_0_var(--primary)] md:h-8 md:grid-cols-[4.5rem_10.5rem_minmax(0,11rem)_minmax(0,1fr)_5.5rem] md:py-0"
    >
      <Moment at={event.at} className="text-faint-foreground text-xs max-md:order-2" />
      <EventName event={event} className="max-md:order-1" />
      <span className="truncate font-medium max-md:hidden">{subject}</span>
      <span className="truncate text-muted-foreground max-md:order-3">
        {subject ? <span className="text-foreground md:hidden">{subject} </span> : null}
        {summary}
      </span>
      <span className="text-right font-mono text-faint-foreground text-xs max-md:order-4">
        {event.taskId ? `…${event.taskId.slice(-6)}` : null}
      </span>
    </button>
  )
})

/** What happened: icon and words in the tone of the event. */
export function EventName({ event, className }: { event: EventView; className?: string }) {
  const look = eventLook(event)
  const Icon = look.icon
  return (
    <span
      title={event.type}
      className={cn('inline-flex min-w-0 items-center gap-1.5', toneClasses[look.tone].text, className)}
    >
      <Icon aria-hidden className="size-3.5 shrink-0" strokeWidth={2.25} />
      <span className="truncate">{look.label}</span>
    </span>
  )
}
