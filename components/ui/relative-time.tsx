'use client'

import { useClockZone } from '../data/use-clock-zone.ts'
import { useNowAs } from '../data/use-now.ts'
import { cn } from './cn.ts'
import { formatClock, formatDuration, formatMoment, formatMomentsIn, formatRelative, unknownValue } from './format.ts'

export interface TimeProps {
  /** ISO 8601 or epoch milliseconds; null shows a dash. */
  at: string | number | null
  className?: string
}

/** How long ago (or ahead) something is, kept up to date; the full moment on hover. */
export function RelativeTime({ at, className }: TimeProps) {
  const words = useNowAs(now => (at === null ? unknownValue : formatRelative(at, now)))
  const zone = useClockZone()
  if (at === null) return <span className={className}>{words}</span>
  return (
    <TimeText at={at} title={formatMoment(at, zone)} className={className}>
      {words}
    </TimeText>
  )
}

/** The moment itself, in the chosen zone: the time of day, or in full with `full`. */
export function Moment({ at, full = false, className }: TimeProps & { full?: boolean }) {
  const zone = useClockZone()
  if (at === null) return <span className={className}>{unknownValue}</span>
  return (
    <TimeText at={at} title={formatMoment(at, zone)} className={className}>
      {full ? formatMoment(at, zone) : formatClock(at, zone)}
    </TimeText>
  )
}

/** A sentence of the server, with the moments in it as the reader has chosen to see them. */
export function MomentsIn({ text }: { text: string }) {
  return <span suppressHydrationWarning>{formatMomentsIn(text, useClockZone())}</span>
}

/** The span since `since`, running: `3 min 20 s`. For "open since", "degraded for". */
export function Elapsed({ since, className }: { since: string | number; className?: string }) {
  const words = useNowAs(now => formatDuration(Math.max(0, now - new Date(since).getTime())))
  const zone = useClockZone()
  return (
    <TimeText at={since} title={`since ${formatMoment(since, zone)}`} className={className}>
      {words}
    </TimeText>
  )
}

interface TimeTextProps {
  at: string | number
  title: string
  className: string | undefined
  children: string
}

/** The server's clock and zone are not the reader's, so the words may differ until the page runs. */
function TimeText({ at, title, className, children }: TimeTextProps) {
  return (
    <time
      dateTime={new Date(at).toISOString()}
      title={title}
      className={cn('num whitespace-nowrap', className)}
      suppressHydrationWarning
    >
      {children}
    </time>
  )
}
