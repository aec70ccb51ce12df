'use client'

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import type { InvariantView } from '#server/contracts/invariants.ts'
import { useLiveInterval } from '../data/live.tsx'
import { useTRPC } from '../data/trpc.ts'
import { useRefusal } from '../data/viewer.tsx'
import { ActionButton } from '../ui/action-button.tsx'
import { Card, CardHeader } from '../ui/card.tsx'
import { ErrorState } from '../ui/error-state.tsx'
import { formatCount, formatMs } from '../ui/format.ts'
import { notify } from '../ui/notify.ts'
import { RelativeTime } from '../ui/relative-time.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { StatusText } from '../ui/status-badge.tsx'

const refreshMs = 10_000

/** What must always be true, and whether it is: the auditor's checks with their last results. */
export function InvariantsPanel() {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const refusal = useRefusal('operator')
  const { data, error, refetch } = useQuery(
    trpc.invariants.list.queryOptions(undefined, { refetchInterval: useLiveInterval(refreshMs) }),
  )
  const { mutate, isPending } = useMutation(
    trpc.invariants.run.mutationOptions({
      onSuccess: answer => {
        queries.setQueryData(trpc.invariants.list.queryKey(), answer)
        const broken = answer.items.filter(({ outcome }) => outcome === 'violated').length
        notify.done(broken === 0 ? 'Every invariant holds' : `${broken} of ${answer.items.length} are broken`)
      },
      onError: failure => notify.failed('The checks could not be made', failure),
    }),
  )
  return (
    <Card>
      <CardHeader
        title="Invariants"
        note="checked every five minutes"
        actions={
          <ActionButton size="sm" reason={refusal} pending={isPending} onClick={() => mutate({})}>
            <Play aria-hidden />
            Check all now
          </ActionButton>
        }
      />
      {data ? (
        <ul aria-label="Invariants" className="divide-y">
          {data.items.map(check => (
            <CheckRow key={check.name} check={check} />
          ))}
        </ul>
      ) : error ? (
        <ErrorState title="The checks could not be loaded" error={error} onRetry={() => void refetch()} />
      ) : (
        <SkeletonRows rows={13} />
      )}
    </Card>
  )
}

function CheckRow({ check }: { check: InvariantView }) {
  const { title, claim, repair, outcome, found, sample, lastRunAt, durationMs, ranBy, error } = check
  return (
    <li className="grid gap-x-4 gap-y-1 px-4 py-2.5 lg:grid-cols-[minmax(0,1fr)_8rem_16rem] lg:items-center">
      <div className="min-w-0">
        <p className="font-medium">{title}</p>
        <p className="text-pretty text-muted-foreground text-xs">{claim}</p>
        {outcome === 'violated' ? (
          <div className="mt-2 grid gap-1 rounded-md border border-bad-line bg-bad-soft px-3 py-2 text-bad-text">
            <p>
              {formatCount(found)} found: <code className="break-words text-xs">{sample.join(', ')}</code>
            </p>
            <p className="text-pretty">{repair}</p>
          </div>
        ) : null}
        {error ? <p className="mt-1 break-words text-warn-text text-xs">{error}</p> : null}
      </div>
      <StatusText of="invariant" status={outcome} />
      <p className="num text-faint-foreground text-xs">
        {lastRunAt === null ? (
          'not checked yet'
        ) : (
          <>
            <RelativeTime at={lastRunAt} />, {formatMs(durationMs)}, by {ranBy}
          </>
        )}
      </p>
    </li>
  )
}
