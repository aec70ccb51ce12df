'use client'

import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'
import type { EventView } from '#server/contracts/events.ts'
import { useListKeys } from '../layout/use-list-keys.ts'
import { cn } from '../ui/cn.ts'
import { ScrollArea } from '../ui/scroll-area.tsx'
import { EventRow } from './event-row.tsx'

const rowPx = 32

export interface EventListProps {
  events: readonly EventView[]
  onOpen: (seq: number) => void
  /** The reader has left the newest events, or is back at them. */
  onLeaveTop: (isAway: boolean) => void
  /** The last rows have come into sight. */
  onReachEnd: () => void
  /** Grows each time the list should go back to its top. */
  returns: number
  /** Below the last row. */
  children?: ReactNode
  className?: string
}

/** A long list of events in a box of its own; only the rows in sight are drawn. */
export function EventList(props: EventListProps) {
  const { events, onOpen, onLeaveTop, onReachEnd, returns, children, className } = props
  const box = useRef<HTMLDivElement>(null)
  // oxlint-disable-next-line react/incompatible-library -- the React Compiler, which this is about, is not in use
  const rows = useVirtualizer({
    count: events.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    getItemKey: index => events[index]?.seq ?? index,
    overscan: 10,
  })
  const { active } = useListKeys({
    count: events.length,
    onOpen: index => {
      const event = events[index]
      if (event) onOpen(event.seq)
    },
    onMove: index => {
      onLeaveTop(true)
      rows.scrollToIndex(index)
    },
  })
  const visible = rows.getVirtualItems()
  const isAtEnd = (visible.at(-1)?.index ?? 0) >= events.length - 5

  useEffect(() => {
    if (returns > 0) box.current?.scrollTo({ top: 0 })
  }, [returns])
  const reachEnd = useRef(onReachEnd)
  useEffect(() => {
    reachEnd.current = onReachEnd
  })
  useEffect(() => {
    if (isAtEnd) reachEnd.current()
  }, [isAtEnd, events.length])

  return (
    <ScrollArea
      ref={box}
      label="Events, newest first"
      onScroll={event => onLeaveTop(event.currentTarget.scrollTop > rowPx / 4)}
      className={cn('[overflow-anchor:none]', className)}
    >
      <div style={{ height: rows.getTotalSize() }}>
        {/* One below the other, moved as one: whatever their heights turn out to be, rows cannot lie over each other. */}
        <ul style={{ transform: `translateY(${visible[0]?.start ?? 0}px)` }}>
          {visible.map(({ key, index }) => {
            const event = events[index]
            return event ? (
              <li key={key} ref={rows.measureElement} data-index={index}>
                <EventRow event={event} isActive={index === active} onOpen={onOpen} />
              </li>
            ) : null
          })}
        </ul>
      </div>
      {children}
    </ScrollArea>
  )
}
