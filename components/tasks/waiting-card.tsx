'use client'

import { useQuery } from '@tanstack/react-query'
import { ArrowRight, Hourglass } from 'lucide-react'
import Link from 'next/link'
import type { Constraint, TaskExplanation } from '#server/contracts/explain.ts'
import type { TaskView } from '#server/contracts/tasks.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { ErrorLine } from '../ui/error-state.tsx'
import { formatDuration } from '../ui/format.ts'
import { Elapsed, Moment, MomentsIn, RelativeTime } from '../ui/relative-time.tsx'
import { Skeleton } from '../ui/skeleton.tsx'

const refreshMs = 2_000

/** Why a task is not running: everything that holds it, what would help, and when it is expected to start. Follows by itself. */
export function WaitingCard({ task }: { task: TaskView }) {
  const trpc = useTRPC()
  const { data, error } = useQuery(
    trpc.tasks.explain.queryOptions({ id: task.id }, { refetchInterval: useLiveInterval(refreshMs), staleTime: 0 }),
  )
  return (
    <Card>
      <CardHeader
        title="Why it is waiting"
        note={
          <>
            accepted <Elapsed since={task.createdAt} /> ago
          </>
        }
      />
      <CardContent className="grid gap-3">
        {data ? (
          <Explanation explanation={data} />
        ) : error ? (
          <ErrorLine error={error} />
        ) : (
          <Skeleton className="h-10 w-full max-w-lg" />
        )}
      </CardContent>
    </Card>
  )
}

function Explanation({ explanation: { headline, constraints, eta } }: { explanation: TaskExplanation }) {
  return (
    <>
      <div className="flex gap-2">
        <Hourglass aria-hidden className="mt-0.5 size-4 shrink-0 text-wait-text" />
        <div className="min-w-0">
          <p className="font-medium">{headline}</p>
          {eta ? <Estimate eta={eta} /> : null}
        </div>
      </div>
      {constraints.length > 0 ? (
        <ol aria-label="What holds it" className="divide-y rounded-md border">
          {constraints.map((constraint, index) => (
            <ConstraintRow key={`${constraint.kind} ${index}`} constraint={constraint} />
          ))}
        </ol>
      ) : null}
    </>
  )
}

function Estimate({ eta: { at, basis } }: { eta: NonNullable<TaskExplanation['eta']> }) {
  return (
    <p className="num text-muted-foreground text-xs">
      {at === null ? (
        <>Start {basis}.</>
      ) : (
        <>
          Expected to start <RelativeTime at={at} />, at <Moment at={at} />: {basis}.
        </>
      )}
    </p>
  )
}

function ConstraintRow({ constraint: { title, evidence, unblock, since, etaMs } }: { constraint: Constraint }) {
  return (
    <li className="grid gap-1 px-3 py-2.5">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-medium">{title}</span>
        <span className="num ml-auto text-muted-foreground text-xs">
          {since ? (
            <>
              for <Elapsed since={since} />
              {' · '}
            </>
          ) : null}
          {etaMs === null ? 'no end known' : etaMs === 0 ? 'ends now' : `ends in about ${formatDuration(etaMs)}`}
        </span>
      </div>
      <p className="num text-muted-foreground first-letter:uppercase">
        <MomentsIn text={evidence} />
      </p>
      <ul aria-label="What would help" className="grid gap-0.5">
        {unblock.map(({ text, href }) => (
          <li key={text} className="flex items-start gap-1.5">
            <ArrowRight aria-hidden className="mt-1 size-3 shrink-0 text-faint-foreground" />
            {href === null ? (
              <span>{text}</span>
            ) : (
              <Link href={href} prefetch={false} className="text-primary-text underline-offset-2 hover:underline">
                {text}
              </Link>
            )}
          </li>
        ))}
      </ul>
    </li>
  )
}
