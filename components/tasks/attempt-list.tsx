'use client'

import { ChevronRight } from 'lucide-react'
import { useState } from 'react'
import type { AttemptView } from '#server/contracts/tasks.ts'
import { Button } from '../ui/button.tsx'
import { Card, CardFooter, CardHeader } from '../ui/card.tsx'
import { formatMs, plural } from '../ui/format.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { StatusText } from '../ui/status-badge.tsx'

const DecisionExplained = onDemand(() => import('./decision-explained.tsx').then(module => module.DecisionExplained), {
  placeholder: () => <Skeleton className="mx-4 mb-3 ml-11 h-40" />,
})

const shownAtFirst = 20

/** What each attempt did, the last one first, and why it went where it went. Nothing before the first. */
export function AttemptList({ attempts }: { attempts: readonly AttemptView[] }) {
  const [isWhole, setWhole] = useState(false)
  if (attempts.length === 0) return null
  const newestFirst = attempts.toReversed()
  const shown = isWhole ? newestFirst : newestFirst.slice(0, shownAtFirst)
  return (
    <Card>
      <CardHeader title="Attempts" note={<span className="num">{attempts.length}</span>} />
      <ol className="divide-y">
        {shown.map((attempt, index) => (
          <li key={`${attempt.number} ${attempt.dispatchedAt}`}>
            <Attempt attempt={attempt} isOpen={index === 0} />
          </li>
        ))}
      </ol>
      {shown.length < attempts.length ? (
        <CardFooter>
          <Button size="sm" variant="ghost" onClick={() => setWhole(true)}>
            Show {plural(attempts.length - shown.length, 'earlier attempt')}
          </Button>
        </CardFooter>
      ) : null}
    </Card>
  )
}

function Attempt({ attempt, isOpen }: { attempt: AttemptView; isOpen: boolean }) {
  const { number, moduleId, instanceId, outcome, error, dispatchedAt, endedAt, decision } = attempt
  return (
    <details open={isOpen} className="group">
      <summary className="flex min-h-10 cursor-pointer list-none flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 hover:bg-muted/60 [&::-webkit-details-marker]:hidden">
        <ChevronRight aria-hidden className="size-4 text-muted-foreground transition-transform group-open:rotate-90" />
        <span className="num text-muted-foreground">#{number}</span>
        <StatusText of="attempt" status={outcome} />
        <span className="font-medium">{moduleId}</span>
        <span className="font-mono text-faint-foreground text-xs">{instanceId}</span>
        <span className="num ml-auto text-muted-foreground">
          {endedAt === null ? 'under way' : formatMs(Math.max(0, Date.parse(endedAt) - Date.parse(dispatchedAt)))}
        </span>
        {error ? (
          <span className="w-full pl-7 text-bad-text">
            <code className="mr-2 text-xs">{error.code}</code>
            {error.message}
          </span>
        ) : null}
      </summary>
      {decision ? (
        <DecisionExplained decision={decision} />
      ) : (
        <p className="px-4 pb-3 pl-11 text-muted-foreground">The decision behind it is not kept.</p>
      )}
    </details>
  )
}
