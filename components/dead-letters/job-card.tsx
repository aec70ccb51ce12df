'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { OctagonX, Play } from 'lucide-react'
import { useId, useState } from 'react'
import type { DeadLetterJob, DeadLetterJobView } from '#server/contracts/dead-letters.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Card, CardContent, CardHeader } from '../ui/card.tsx'
import { plural } from '../ui/format.ts'
import { Meter } from '../ui/meter.tsx'
import { notify } from '../ui/notify.ts'
import { onDemand } from '../ui/on-demand.tsx'
import { RelativeTime } from '../ui/relative-time.tsx'
import { StatusBadge } from '../ui/status-badge.tsx'
import { jobProgress, jobTitle, trialWords, waitingWords } from './job-words.ts'

const AbortJobDialog = onDemand(() => import('./abort-job-dialog.tsx').then(module => module.AbortJobDialog))
const everyMs = 1_000

/** A job on many letters: how far it is, what its sample came to, and what can be said to it. */
export function JobCard({ job: listed }: { job: DeadLetterJob }) {
  const trpc = useTRPC()
  const title = useId()
  const interval = useLiveInterval(everyMs)
  const { data } = useQuery(
    trpc.deadLetters.job.queryOptions(
      { id: listed.id },
      { refetchInterval: query => (isSettled(query.state.data) ? false : interval) },
    ),
  )
  const job = data ?? listed
  const { status, total, done, refused, skipped, createdBy, createdAt, reason, trial } = job
  const settled = done + refused + skipped
  return (
    <Card aria-labelledby={title}>
      <CardHeader
        id={title}
        title={jobTitle(job)}
        note={
          <>
            by {createdBy}, <RelativeTime at={createdAt} />
            {reason ? `: ${reason}` : null}
          </>
        }
        actions={<JobActions job={job} />}
      />
      <CardContent className="grid gap-2">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <StatusBadge of="letterJob" status={status} />
          <p role="status" className="num">
            {jobProgress(job)}
          </p>
          {data ? <MadeTasks job={data} /> : null}
        </div>
        <Meter label="Progress" value={settled} max={Math.max(1, total)} valueText={jobProgress(job)} />
        {trial ? <p className="num text-muted-foreground">{trialWords(trial)}</p> : null}
        {job.waitingFor ? <p className="text-warn-text">{waitingWords(job.waitingFor)}</p> : null}
        {data?.refusals.map(({ code, message, count }) => (
          <p key={code} className="num text-muted-foreground text-xs">
            {plural(count, 'letter')} refused: <code>{code}</code> {message}
          </p>
        ))}
        {status === 'aborted' ? (
          <p className="text-muted-foreground text-xs">
            Aborted by {job.endedBy}
            {job.endReason ? `: ${job.endReason}` : ''}. What it made stays.
          </p>
        ) : null}
      </CardContent>
    </Card>
  )
}

/** Nothing of it changes any more: it has ended, and so have its tasks. */
function isSettled(job: DeadLetterJobView | undefined): boolean {
  return (job?.status === 'done' || job?.status === 'aborted') && job.tasks.alive === 0
}

function MadeTasks({ job: { kind, done, tasks } }: { job: DeadLetterJobView }) {
  if (kind === 'discard' || done === 0) return null
  const { succeeded, failed, other, alive } = tasks
  const parts = [
    `${succeeded} succeeded`,
    ...(failed > 0 ? [`${failed} failed again`] : []),
    ...(other > 0 ? [`${other} cancelled or expired`] : []),
    ...(alive > 0 ? [`${alive} not ended yet`] : []),
  ]
  return <p className="num text-muted-foreground text-xs">New tasks: {parts.join(', ')}</p>
}

function JobActions({ job }: { job: DeadLetterJob }) {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const refusal = useRefusal('operator')
  const [isAborting, setAborting] = useState(false)
  const goOn = useMutation(
    trpc.deadLetters.continueJob.mutationOptions({
      onSuccess: view => {
        queries.setQueryData(trpc.deadLetters.job.queryKey({ id: job.id }), view)
        void queries.invalidateQueries({ queryKey: trpc.deadLetters.jobs.pathKey() })
      },
      onError: error => notify.failed('The job does not go on', error),
    }),
  )
  if (job.status === 'done' || job.status === 'aborted') return null
  return (
    <>
      {job.status === 'deciding' ? (
        <ActionButton
          size="sm"
          variant="primary"
          reason={refusal}
          pending={goOn.isPending}
          onClick={() => goOn.mutate({ id: job.id })}
        >
          <Play aria-hidden />
          Go on
        </ActionButton>
      ) : null}
      <ActionButton size="sm" reason={refusal} onClick={() => setAborting(true)}>
        <OctagonX aria-hidden />
        Abort
      </ActionButton>
      {isAborting ? <AbortJobDialog job={job} onClose={() => setAborting(false)} /> : null}
    </>
  )
}
