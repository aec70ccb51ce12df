'use client'

import { Check, Unplug } from 'lucide-react'
import { type ConnectionState, useConnectionState } from '../data/connection-state.ts'
import { useNow } from '../data/use-now.ts'
import { cn } from '../ui/cn.ts'
import { formatDuration, plural } from '../ui/format.ts'
import { Moment } from '../ui/relative-time.tsx'

/** A shorter interruption is not worth a word. */
const patienceMs = 1_000
const farewellMs = 3_000

function whatToSay(connection: ConnectionState, now: number): 'lost' | 'back' | null {
  if (connection.phase === 'lost') return now - connection.since >= patienceMs ? 'lost' : null
  if (connection.phase !== 'open' || connection.awayMs < patienceMs) return null
  return now - connection.since < farewellMs ? 'back' : null
}

/**
 * Says that the connection is gone, since when, when the next try is made, and that no other page can be opened; then that it is back. Lies over the page,
 * so that nothing moves, and goes by itself: no reload is needed.
 */
export function ConnectionBanner() {
  const connection = useConnectionState()
  const shown = whatToSay(connection, useNow())
  return (
    <div
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 bottom-18 z-40 mb-[env(safe-area-inset-bottom)] flex justify-center px-4 md:bottom-6"
    >
      {shown ? (
        <p
          className={cn(
            'fade-in-0 slide-in-from-bottom-1 flex animate-in items-center gap-2 rounded-md border bg-popover px-3 py-2 text-sm shadow-overlay duration-150',
            shown === 'lost' ? 'border-bad-line' : 'border-ok-line',
          )}
        >
          {shown === 'lost' && connection.phase === 'lost' ? (
            <LostWords connection={connection} />
          ) : (
            <>
              <Check aria-hidden className="size-4 shrink-0 text-ok-text" />
              Connected again. The view follows the fleet.
            </>
          )}
        </p>
      ) : null}
    </div>
  )
}

function LostWords({ connection }: { connection: Extract<ConnectionState, { phase: 'lost' }> }) {
  const now = useNow()
  const wait = connection.retryAt === null ? 0 : connection.retryAt - now
  return (
    <>
      <Unplug aria-hidden className="size-4 shrink-0 text-bad-text" />
      <span>
        <span className="font-medium">Connection lost.</span>{' '}
        {connection.isPageRefused ? 'That page cannot be opened now; this one shows' : 'You see'} the fleet as it was at{' '}
        <Moment at={connection.since} />.{' '}
        <span aria-hidden className="num text-muted-foreground">
          {wait > 1_000 ? `Next try in ${formatDuration(wait)}` : 'Trying now'}
          {connection.attempts > 1 ? ` (${plural(connection.attempts, 'try', 'tries')})` : ''}
        </span>
      </span>
    </>
  )
}
