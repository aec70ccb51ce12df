'use client'

import { ArrowRight } from 'lucide-react'
import { useState } from 'react'
import type { BreakerTransition } from '#server/contracts/breakers.ts'
import { Button } from '../ui/button.tsx'
import { formatMs } from '../ui/format.ts'
import { Moment, RelativeTime } from '../ui/relative-time.tsx'
import { StatusDot, StatusText } from '../ui/status-badge.tsx'

const shownFirst = 6

/** How the breaker came to be as it is: each change with its reason and how long the state before it had lasted. */
export function TransitionList({ transitions }: { transitions: readonly BreakerTransition[] }) {
  const [showsAll, setShowsAll] = useState(false)
  if (transitions.length === 0) {
    return <p className="text-muted-foreground">It has been closed since the control center started.</p>
  }
  const shown = showsAll ? transitions : transitions.slice(0, shownFirst)
  return (
    <>
      <ol className="relative grid gap-3 before:absolute before:inset-y-2 before:left-[3.5px] before:w-px before:bg-border">
        {shown.map((transition, index) => {
          const before = transitions[index + 1]
          const lasted = before ? new Date(transition.at).getTime() - new Date(before.at).getTime() : null
          return (
            <li
              key={`${transition.at}-${transition.to}-${index}`}
              className="relative grid grid-cols-[auto_1fr] gap-x-3"
            >
              <span className="mt-1.5 rounded-full ring-4 ring-popover">
                <StatusDot of="breaker" status={transition.to} className="block" />
              </span>
              <div className="min-w-0">
                <p className="flex flex-wrap items-center gap-x-1.5 text-xs">
                  <StatusText of="breaker" status={transition.from} className="text-muted-foreground" />
                  <ArrowRight aria-label="to" className="size-3 text-faint-foreground" />
                  <StatusText of="breaker" status={transition.to} className="font-medium" />
                  <span className="ml-auto text-faint-foreground">
                    <Moment at={transition.at} /> (<RelativeTime at={transition.at} />)
                  </span>
                </p>
                <p className="mt-0.5 break-words">{transition.reason}</p>
                {lasted === null ? null : <p className="num text-faint-foreground text-xs">after {formatMs(lasted)}</p>}
              </div>
            </li>
          )
        })}
      </ol>
      {shown.length < transitions.length ? (
        <Button variant="link" className="mt-3" onClick={() => setShowsAll(true)}>
          Show all {transitions.length}
        </Button>
      ) : null}
    </>
  )
}
