'use client'

import { useQuery } from '@tanstack/react-query'
import { Hourglass } from 'lucide-react'
import type { TaskView } from '#server/contracts/tasks.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { Elapsed, Moment, RelativeTime } from '../ui/relative-time.tsx'
import { CandidateTable } from './candidate-table.tsx'

const refreshMs = 3_000

/** Why a task is not running: for how long it has waited, and what would be decided for it at this moment. */
export function WaitingCard({ task }: { task: TaskView }) {
  const trpc = useTRPC()
  const { data: decision } = useQuery(
    trpc.router.preview.queryOptions(
      { taskType: task.type, ...(task.moduleId ? { moduleId: task.moduleId } : {}) },
      { refetchInterval: useLiveInterval(refreshMs), staleTime: 0, retry: false, enabled: task.status === 'ready' },
    ),
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
      <CardContent className="flex gap-2">
        <Hourglass aria-hidden className="mt-0.5 size-4 shrink-0 text-wait-text" />
        <div className="min-w-0">
          {task.status === 'blocked' ? 'Tasks it depends on have not succeeded yet.' : null}
          {task.status === 'scheduled' ? <Scheduled task={task} /> : null}
          {task.status === 'ready' ? (
            decision?.moduleId ? (
              <>
                It waits for its turn: with a free slot it would go to <strong>{decision.moduleId}</strong> now.
              </>
            ) : (
              <Reasons reasons={decision?.reasons ?? ['it waits for a module with room for it']} />
            )
          ) : null}
        </div>
      </CardContent>
      {decision && !decision.moduleId && decision.candidates.length > 0 ? <CandidateTable decision={decision} /> : null}
    </Card>
  )
}

function Reasons({ reasons: [first, ...others] }: { reasons: readonly string[] }) {
  return (
    <>
      <p className="first-letter:uppercase">{first}</p>
      {others.map(reason => (
        <p key={reason} className="text-muted-foreground">
          {reason}
        </p>
      ))}
    </>
  )
}

function Scheduled({ task: { runAt, attemptCount } }: { task: TaskView }) {
  if (attemptCount > 0) return 'Its next attempt waits for the back-off to pass.'
  if (runAt === null) return 'It waits for its time.'
  return (
    <>
      It is not to start before <Moment at={runAt} full />, <RelativeTime at={runAt} />.
    </>
  )
}
